"""Scores of answers to examination questions: per language and their mean, with intervals."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl
from pydantic import BaseModel

DRAWS: Final = 1000
_SEED: Final = 20240221
"""Of the draws: the same answers give the same interval."""
MEAN: Final = "mean"


class Share(BaseModel):
    """A figure with its 95 % interval: percentiles of draws of questions with replacement."""

    value: float
    low: float
    high: float


class ExamLine(BaseModel):
    """One language, or the mean of all with each counted once (`mean`).

    `unparsed`: answers in which nothing could be read; `missing`: questions without an answer; both count as wrong.
    `fair`: the accuracy over the `answerable` questions, which need no picture and were not struck. `rationales`: how
    many were compared, and `scores`: means of each measure; none where there was nothing to compare with.
    """

    language: str
    questions: int
    unparsed: int
    missing: int
    accuracy: Share | None
    answerable: int
    fair: Share | None
    rationales: int = 0
    scores: dict[str, Share] = {}


def exam_lines(answers: pl.DataFrame, scores: pl.DataFrame, draws: int = DRAWS) -> list[ExamLine]:
    """Languages in the order they come in, then the mean where there are several.

    `answers`: language, right, unparsed, missing, answerable. `scores`: language, and a column per measure, a row per
    rationale that was compared.
    """
    names = list(dict.fromkeys([*answers["language"], *scores["language"]]))
    drawn = {name: _Drawn(answers.filter(language=name), scores.filter(language=name), draws) for name in names}
    lines = [one.line(name) for name, one in drawn.items()]
    return [*lines, _mean(list(drawn.values()), lines)] if len(lines) > 1 else lines


class _Drawn:
    """One language: its figures, and the same figures of every draw."""

    def __init__(self, answers: pl.DataFrame, scores: pl.DataFrame, draws: int) -> None:
        self.answers, self.scores = answers, scores
        chance = np.random.default_rng(_SEED)
        fair = answers.filter("answerable")
        self.values: dict[str, tuple[float, np.ndarray]] = {}
        for name, right in (("accuracy", answers["right"]), ("fair", fair["right"])):
            if len(right):  # a draw with replacement of n answers has a binomial number of right ones
                share = float(right.sum()) / len(right)
                self.values[name] = (share, chance.binomial(len(right), share, draws) / len(right))
        for name in (name for name in scores.columns if name != "language"):
            values = scores[name].drop_nulls().to_numpy()
            if len(values):
                means = [values[chance.integers(0, len(values), len(values))].mean() for _ in range(draws)]
                self.values[name] = (float(values.mean()), np.array(means))

    def line(self, name: str) -> ExamLine:
        """With its figures."""
        shares = {what: _share(*pair) for what, pair in self.values.items()}
        return ExamLine(
            language=name, questions=len(self.answers), unparsed=int(self.answers["unparsed"].sum()),
            missing=int(self.answers["missing"].sum()), accuracy=shares.pop("accuracy", None),
            answerable=int(self.answers["answerable"].sum()), fair=shares.pop("fair", None),
            rationales=len(self.scores), scores=shares,
        )  # fmt: skip


def _mean(drawn: Sequence[_Drawn], lines: Sequence[ExamLine]) -> ExamLine:
    """Languages are independent, so the draws of one number are averaged over them."""
    names = dict.fromkeys(name for one in drawn for name in one.values)
    shares: dict[str, Share] = {}
    for name in names:
        known = [one.values[name] for one in drawn if name in one.values]
        shares[name] = _share(float(np.mean([v for v, _ in known])), np.mean([d for _, d in known], axis=0))
    total: Mapping[str, int] = {
        name: sum(getattr(line, name) for line in lines)
        for name in ("questions", "unparsed", "missing", "answerable", "rationales")
    }
    accuracy, fair = shares.pop("accuracy", None), shares.pop("fair", None)
    return ExamLine(language=MEAN, accuracy=accuracy, fair=fair, scores=shares, **total)


def _share(value: float, draws: np.ndarray) -> Share:
    low, high = np.percentile(draws, [2.5, 97.5])
    return Share(value=value, low=float(low), high=float(high))
