"""BLEU and ROUGE of outputs of the benchmark, against the best of several right answers; BERTScore beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from annotators.baselines.as_published import AsPublished, rouge_l
from annotators.baselines.baseline import Baseline
from annotators.baselines.bertscore import BertScore
from annotators.baselines.by_language import ByLanguage, words
from qc.evaluate.bench.metric import Figures, Measured, share
from qc.evaluate.bench.traps import TrapLine


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


def first_alone(items: pl.DataFrame) -> TrapLine:
    """The trap of comparing with the first of several right answers alone; of `items` with `output`."""
    several = items.drop_nulls("output").filter(
        pl.col("metric") == "bleu-rouge", pl.col("outputs").list.unique().list.len() > 1
    )
    name, what = "first-answer", "Of several right texts the first alone is compared."
    if not several.height:
        return TrapLine(trap=name, what=what, items=0, to_right=0, to_wrong=0)
    columns = several.select("output", "outputs"), several.select("output", pl.col("outputs").list.head(1))
    best, first = (best_scores(one, [ByLanguage()])[BleuRouge.primary].fill_null(0.0) for one in columns)
    return TrapLine(trap=name, what=what, items=several.height, to_right=0, to_wrong=int((first < best).sum()))


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


@dataclass(frozen=True)
class PublishedSimilarity:
    """BLEU-1 and ROUGE-L against the first right answer alone, of the words of `annotators.baselines.as_published`."""

    primary: ClassVar[str] = "rougeL"

    def measure(self, items: pl.DataFrame) -> Measured:
        """As `qc.evaluate.bench.metric.Metric.measure`; equal pairs are scored once."""
        pairs = items.select(pl.col("output").fill_null(""), pl.col("outputs").list.first(), "output_language")
        known = {pair: _published(*pair) for pair in dict.fromkeys(pairs.iter_rows())}
        values = np.array([known[pair] for pair in pairs.iter_rows()], float).reshape(-1, 2)
        said = items["output"].alias("said")
        return Measured(said, values[:, 1], np.hstack([values, np.ones((len(values), 1))]))

    def figures(self, sums: np.ndarray) -> Figures:
        """`bleu1`, `rougeL`."""
        return {"bleu1": share(sums[:, 0], sums[:, 2]), "rougeL": share(sums[:, 1], sums[:, 2])}


def _published(output: str, truth: str, language: str) -> tuple[float, float]:
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu  # pyright: ignore[reportMissingImports]

    cut = AsPublished(language)
    one, other = cut.words(output), cut.words(truth)
    if not one or not other:
        return 0.0, 0.0
    smooth = SmoothingFunction().method1
    bleu = sentence_bleu([other], one, weights=(1.0,), smoothing_function=smooth)
    spaced = (" ".join(one), " ".join(other)) if language in ("zh", "ja") else (output, truth)
    return float(bleu), rouge_l(*spaced)  # pyright: ignore[reportArgumentType]
