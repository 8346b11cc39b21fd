"""How the published code of MedS-Bench scores outputs, as far as it is known, to compare with published figures.

What is known of each rule stands at its class. What is not: which letter of an output is its first (here the first
character that is no blank), and what is equal where a class is the answer (here all words, without letter case).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import polars as pl

from qc.evaluate.bench.label_f1 import labels_of
from qc.evaluate.bench.metric import Figures, Measured, Metric, f1, share

YES_NO_MAYBE: Final = "123"
"""The number of PubMedQA there, where `y` and `n` are the letters."""


def with_published_rules(items: pl.DataFrame) -> pl.DataFrame:
    """Items with the published rule as their `metric` (`RULES`, or `bleu1-rougeL`)."""
    mcq, outcome = pl.col("folder") == "MCQA", pl.col("folder") == "Clinical_outcome_prediction"
    choice = pl.when(mcq).then(pl.lit("first-letter")).when(outcome).then(pl.lit("true-false"))
    rule = pl.col("metric").replace_strict(_OTHERS, default=None)
    return items.with_columns(metric=pl.coalesce(rule, choice.otherwise(pl.lit("same-words"))))


def first_letter(output: str, truth: str, *, yes_no: bool = False) -> bool:
    """Whether both begin with the same of the letters a to d: an E is never right, nor a maybe; of A, C an A is."""
    said = output.strip().lower()[:1]
    return bool(said) and said in ("yn" if yes_no else "abcd") and said == truth.strip().lower()[:1]


def true_false(output: str, truth: str) -> bool:
    """Whether the one word stands somewhere in the output, and the other does not."""
    found = [word for word in ("true", "false") if word in output.lower()]
    return found == [truth.strip().lower()]


def same_words(output: str, truth: str) -> bool:
    """Whether the output is the answer and nothing else."""
    return output.strip().lower() == truth.strip().lower()


def substring(output: str, truth: str) -> bool:
    """Whether the answer stands in the output, within words too."""
    return truth.strip().lower() in output.lower()


def cut_entities(text: str, *, cut: bool = True) -> frozenset[str]:
    """What stands between commas, without full stops, and then without the last character of all.

    The sentence that says there is nothing is an entity like others.
    """
    plain = text.strip().replace(".", "")
    return frozenset(part.strip() for part in (plain[:-1] if cut else plain).split(",") if part.strip())


@dataclass(frozen=True)
class Rule:
    """`first-letter`, `true-false`, `same-words` or `substring`, against the first right output."""

    name: str
    primary: ClassVar[str] = "accuracy"

    def measure(self, items: pl.DataFrame) -> Measured:
        """As `qc.evaluate.bench.metric.Metric.measure`."""
        rows = items.select(pl.col("output").fill_null(""), pl.col("outputs").list.first(), "bench_id").iter_rows()
        right = np.array([self._right(*row) for row in rows], float).reshape(-1)
        return Measured(items["output"].alias("said"), right, np.stack([right, np.ones_like(right)], axis=1))

    def _right(self, output: str, truth: str, bench_id: str) -> bool:
        if self.name == "first-letter":
            return first_letter(output, truth, yes_no=bench_id == YES_NO_MAYBE)
        return {"true-false": true_false, "same-words": same_words, "substring": substring}[self.name](output, truth)

    def figures(self, sums: np.ndarray) -> Figures:
        """`accuracy`."""
        return {"accuracy": share(sums[:, 0], sums[:, 1])}


@dataclass(frozen=True)
class CutEntities:
    """Micro-F1 of equal strings, of both sides as `cut_entities` has them."""

    primary: ClassVar[str] = "f1"

    def measure(self, items: pl.DataFrame) -> Measured:
        """As `qc.evaluate.bench.metric.Metric.measure`."""
        rows = items.select(pl.col("output").fill_null(""), pl.col("outputs").list.first()).iter_rows()
        pairs = [(cut_entities(output), cut_entities(truth)) for output, truth in rows]
        counts = np.array([(len(one & other), len(one), len(other)) for one, other in pairs], float).reshape(-1, 3)
        return Measured(items["output"].alias("said"), f1(*counts.T), counts)

    def figures(self, sums: np.ndarray) -> Figures:
        """`f1`, `precision`, `recall`."""
        hits, said, wanted = sums.T
        return {"f1": f1(hits, said, wanted), "precision": share(hits, said), "recall": share(hits, wanted)}


@dataclass(frozen=True)
class LabelWords:
    """Macro F1, precision and recall over all labels of the task; a label that is nowhere counts 0.

    A label is named where its words stand in the output, without letter case and within words too.
    """

    primary: ClassVar[str] = "macro_f1"

    def measure(self, items: pl.DataFrame) -> Measured:
        """As `qc.evaluate.bench.metric.Metric.measure`."""
        labels = labels_of(items)
        said = _named(items["output"].fill_null("").to_list(), labels)
        wanted = np.array([[label in gold for label in labels] for gold in items["gold"].to_list()], float)
        wanted = wanted.reshape(len(said), len(labels))
        sums = np.hstack([said * wanted, said, wanted])
        value = f1((said * wanted).sum(axis=1), said.sum(axis=1), wanted.sum(axis=1))
        return Measured(items["output"].alias("said"), value, sums)

    def figures(self, sums: np.ndarray) -> Figures:
        """`macro_f1`, `macro_precision`, `macro_recall`."""
        hits, said, wanted = np.split(sums, 3, axis=1)
        means = {
            "macro_f1": np.where(said + wanted > 0, f1(hits, said, wanted), 0.0),
            "macro_precision": np.nan_to_num(share(hits, said)), "macro_recall": np.nan_to_num(share(hits, wanted)),
        }  # fmt: skip
        return {name: values.mean(axis=1) for name, values in means.items()}


def _named(outputs: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    found = [[label.lower() in output.lower() for label in labels] for output in outputs]
    return np.array(found, float).reshape(len(outputs), len(labels))


_OTHERS: Final = {
    "contained": "substring", "entity-f1": "cut-entities", "label-f1": "label-words", "bleu-rouge": "bleu1-rougeL",
}  # fmt: skip
RULES: Final[dict[str, Metric]] = {
    **{name: Rule(name) for name in ("first-letter", "true-false", "same-words", "substring")},
    "cut-entities": CutEntities(), "label-words": LabelWords(),
}  # fmt: skip
