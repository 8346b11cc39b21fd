"""BLEU of single reports, by sacrebleu (Papineni et al. 2002; Post 2018)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotators.baselines.baseline import Scores, each, lacking


@dataclass(frozen=True)
class Bleu:
    """Sentence BLEU-4, tokens by `13a`, exponential smoothing, shorter n-grams alone where a text has no longer ones.

    `lowercase`: letter case counts for nothing.
    """

    lowercase: bool = True

    columns: ClassVar[tuple[str, ...]] = ("bleu",)
    version: ClassVar[int] = 1

    def score(self, candidates: Sequence[str], references: Sequence[str]) -> Scores:
        """A hundredth of sacrebleu's figure."""
        try:
            from sacrebleu.metrics.bleu import BLEU
        except ImportError:
            raise lacking("sacrebleu") from None
        bleu = BLEU(lowercase=self.lowercase, effective_order=True)
        return each(
            candidates, references, self.columns,
            lambda candidate, reference: [bleu.sentence_score(candidate, [reference]).score / 100],
        )  # fmt: skip
