"""ROUGE of single reports, by Google's rouge-score (Lin 2004)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotators.baselines.baseline import Scores, each, lacking


@dataclass(frozen=True)
class Rouge:
    """F1 of words (`rouge1`), of pairs of words (`rouge2`), and of the longest common subsequence (`rougeL`).

    `stemmed`: words are compared by their stems (Porter), as most published figures do.
    """

    stemmed: bool = True

    columns: ClassVar[tuple[str, ...]] = ("rouge1", "rouge2", "rougeL")
    version: ClassVar[int] = 1

    def score(self, candidates: Sequence[str], references: Sequence[str]) -> Scores:
        """F1 of each kind."""
        try:
            from rouge_score.rouge_scorer import RougeScorer
        except ImportError:
            raise lacking("rouge-score") from None
        scorer = RougeScorer(list(self.columns), use_stemmer=self.stemmed)

        def of(candidate: str, reference: str) -> Sequence[float]:
            found = scorer.score(reference, candidate)
            return [float(found[name].fmeasure) for name in self.columns]

        return each(candidates, references, self.columns, of)
