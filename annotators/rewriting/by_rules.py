"""Rewrites without a model: words are swapped by a table, and a swap counts only where our rules read what it should.

from annotators.rewriting.by_rules import ByRules
ByRules().annotate(["No pleural effusion."])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from annotators.llm.asking import Failure
from annotators.reading.sentences import split
from annotators.rewriting.candidates import antonyms, synonyms
from annotators.rewriting.meaning import Reading, readings


@dataclass(frozen=True)
class ByRules:
    """The version in other words is read the same, the other one is not; so the truth is known by construction.

    It is known by the same rules, though: a metric that reads by them has an advantage on such pairs.
    """

    seed: str = "medmill"

    version: ClassVar[int] = 1
    data: ClassVar[tuple[str, ...]] = ("annotators/rewriting/*.tsv", "annotators/lexicon/*.tsv", "schemas/anatomy.tsv")

    def annotate(self, texts: Sequence[str]) -> list[Sequence[dict[str, Any]] | Failure]:
        """Rows as those of the task `rewrite`; a sentence that cannot be swapped stays as it is."""
        bounds = {text: split(text) for text in dict.fromkeys(texts)}
        sentences = list(dict.fromkeys(text[start:end] for text, own in bounds.items() for start, end in own))
        versions = self._versions(sentences)
        return [_rows(text, bounds[text], versions) for text in texts]

    def _versions(self, sentences: list[str]) -> dict[str, tuple[str, str, list[str]]]:
        """Both versions of each sentence, and flags; all candidates are read together."""
        plain = {sentence: " ".join(sentence.split()) for sentence in sentences}
        same = {sentence: synonyms(plain[sentence], self.seed) for sentence in sentences}
        other = {sentence: antonyms(plain[sentence], self.seed) for sentence in sentences}
        every = list(dict.fromkeys([*sentences, *(c for made in (same, other) for own in made.values() for c in own)]))
        read = dict(zip(every, readings(every), strict=True))
        versions = {}
        for sentence in sentences:
            own = read[sentence]
            synonym = next((one for one in same[sentence] if read[one] == own), plain[sentence])
            antonym = next((one for one in other[sentence] if _turned(own, read[one])), plain[sentence])
            flags = ["nothing_flipped"] if own and antonym == plain[sentence] else []
            versions[sentence] = (synonym, antonym, flags)
        return versions


def _turned(before: Reading, after: Reading) -> bool:
    """Whether a finding is said otherwise, and not merely lost."""
    return bool(before) and bool(after) and before != after and not after < before


def _rows(
    text: str, bounds: Sequence[tuple[int, int]], versions: dict[str, tuple[str, str, list[str]]]
) -> Sequence[dict[str, Any]] | Failure:
    rows = [
        {"sentence": number, "start": start, "end": end, "text": text[start:end],
         **dict(zip(("synonym", "antonym", "flags"), versions[text[start:end]], strict=True))}
        for number, (start, end) in enumerate(bounds)
    ]  # fmt: skip
    plain = [" ".join(row["text"].split()) for row in rows]
    if [row["synonym"] for row in rows] == plain:
        return Failure("nothing_changed", "no sentence has words that another can stand for")
    if [row["antonym"] for row in rows] == plain:
        return Failure("nothing_flipped", "no sentence has a finding that can be said otherwise")
    return rows


def version(text: str, rows: Sequence[dict[str, Any]], which: str) -> str:
    """The whole text with the sentences of one version (`synonym`, `antonym`) in the places of its own."""
    made, at = [], 0
    for row in rows:
        made += [text[at : row["start"]], row[which]]
        at = row["end"]
    return "".join([*made, text[at:]])
