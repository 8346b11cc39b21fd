"""BLEU and ROUGE of outputs of the benchmark, against the best of several right answers; BERTScore beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from annotators.baselines.baseline import Baseline
from annotators.baselines.bertscore import BertScore
from annotators.baselines.by_language import ByLanguage, words
from qc.evaluate.bench.metric import Figures, Measured, share


@dataclass(frozen=True)
class BleuRouge:
    """Words as the language has them (`annotators.baselines.by_language`); `bertscore`: a model, folder or Hub id."""

    bertscore: str = ""
    primary: ClassVar[str] = "rougeL"

    @property
    def measures(self) -> Sequence[Baseline]:
        """What scores a pair."""
        return [ByLanguage(), *([BertScore(self.bertscore)] if self.bertscore else [])]

    @property
    def columns(self) -> Sequence[str]:
        """The names of all scores."""
        return [name for one in self.measures for name in one.columns]

    def measure(self, items: pl.DataFrame) -> Measured:
        """As `qc.evaluate.bench.metric.Metric.measure`; `said` is how many words the output has."""
        best = best_scores(items, self.measures)
        known = best.select(pl.all().is_not_null()).to_numpy().astype(float)
        values = best.fill_null(0.0).to_numpy()
        counts = [len(words(output or "")) for output in items["output"]]
        said = pl.Series("said", [str(count) if count else None for count in counts], pl.String)
        return Measured(said, best[self.primary].fill_null(0.0).to_numpy(), np.hstack([values, known]))

    def figures(self, sums: np.ndarray) -> Figures:
        """`bleu1`, `bleu4`, `rouge1`, `rougeL`, and `bertscore` where it was asked for."""
        columns = self.columns
        return {name: share(sums[:, at], sums[:, at + len(columns)]) for at, name in enumerate(columns)}


def best_scores(items: pl.DataFrame, measures: Sequence[Baseline]) -> pl.DataFrame:
    """Per item and measure the score of the right answer that is most like the output, whichever that is.

    `items`: output, outputs. Null where no right answer has words.
    """
    pairs = items.with_row_index("item").select("item", pl.col("output").fill_null(""), "outputs")
    pairs = pairs.explode("outputs", empty_as_null=True)
    said, right = pairs["output"].to_list(), pairs["outputs"].to_list()
    scores = {name: column for one in measures for name, column in one.score(said, right).items()}
    scored = pairs.select("item").with_columns(
        pl.Series(name, list(column), pl.Float64) for name, column in scores.items()
    )
    return scored.group_by("item", maintain_order=True).max().drop("item")
