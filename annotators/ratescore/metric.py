"""RaTEScore of listed pairs of reports, from their texts (arXiv 2406.16845).

from annotators.ratescore.metric import RateScore
RateScore().score(["Small left effusion."], ["No pleural effusion."]).scores
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from annotators.ratescore.embedders import Embedder
from annotators.ratescore.lexical import Lexical
from annotators.ratescore.matching import matched
from annotators.ratescore.mentions import Recognizer
from annotators.ratescore.read_reports import Bounds, occurrences, read, told
from annotators.ratescore.recognizers import Rules
from annotators.ratescore.remembered import Entities, Vectors
from annotators.ratescore.scored_pairs import ScoredPairs, Steps
from annotators.ratescore.weights import WeightSet, load
from annotators.reading.sentences import split


@dataclass(frozen=True)
class RateScore:
    """How alike two reports are by their entities, at most 1 where no cosine is negative; the order does not matter.

    `weights`: `long` (searched on reports) or `short` (on sentences). `empty`: the score where a side has no entity:
    null, as nothing can be said; the package gives 0.5. `cache`: a folder where entities and vectors are kept between
    runs. Models stay loaded, and nothing is read or embedded twice, over all calls.
    """

    recognizer: Recognizer = field(default_factory=Rules)
    embedder: Embedder = field(default_factory=Lexical)
    weights: WeightSet = "long"
    empty: float | None = None
    cache: Path | None = None

    def score(
        self,
        candidates: Sequence[str],
        references: Sequence[str],
        sentences: Callable[[str], Bounds] = split,
    ) -> ScoredPairs:
        """Scores of `candidates[i]` and `references[i]`; raises `ValueError` for lists of different length.

        `sentences`: the bounds of the sentences of a text.
        """
        _demand_equal(candidates, references)
        steps = Steps()
        texts = [*candidates, *references]
        with steps.timed("split"):
            known = {text: sentences(text) for text in dict.fromkeys(texts)}
        return self._score(texts, [known[text] for text in texts], steps)

    def score_sentences(self, candidates: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> ScoredPairs:
        """The same for reports that are split already; offsets are those in its sentences, one a line."""
        _demand_equal(candidates, references)
        reports = [*candidates, *references]
        return self._score(["\n".join(report) for report in reports], [_lines(report) for report in reports], Steps())

    @cached_property
    def entities(self) -> Entities:
        """What is known of sentences."""
        return Entities(self.recognizer, self.cache)

    @cached_property
    def vectors(self) -> Vectors:
        """What is known of strings."""
        return Vectors(self.embedder, self.cache)

    def _score(self, texts: Sequence[str], bounds: Sequence[Bounds], steps: Steps) -> ScoredPairs:
        with steps.timed("split"):
            distinct, places = occurrences(texts, bounds)
        with steps.timed("recognise"):
            asked = told(self.entities, distinct, places)
            reports = read(len(texts), places, self.entities.of(asked))
        with steps.timed("embed"):
            words = self.vectors.places(reports.words)
        with steps.timed("score"):
            match, cosine = matched(self.vectors.rows, words, reports.first)
            return ScoredPairs.of(reports, match, cosine, load(self.weights), self.empty, steps)


def _demand_equal(candidates: Sequence[object], references: Sequence[object]) -> None:
    if len(candidates) != len(references):
        raise ValueError(f"{len(candidates)} candidates and {len(references)} references; expected as many of each")


def _lines(sentences: Sequence[str]) -> Bounds:
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences]).tolist()
    return [(end - 1 - len(sentence), end - 1) for sentence, end in zip(sentences, ends, strict=True)]
