"""How far a metric of texts agrees with people who rated the same texts: three coefficients, with intervals.

Intervals are of the percentile bootstrap (Efron 1979), over rows, or over whole groups where rows of one report are no
independent witnesses.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS: Final = 1000
FEWEST: Final = 3
"""Rows below which no coefficient is given."""
_COVERED: Final = 95.0
_SEED: Final = 20240624
"""Of the draws: the same rows give the same interval."""


@dataclass(frozen=True)
class Figure:
    """A coefficient and its 95 % interval; `low` and `high` are None where half the draws gave none, or one group."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Line:
    """One metric against one column of ratings: `rows` were used, `left_out` had no number on one side.

    Kendall's tau is b, which counts ties on either side. `figures` is empty where `why` says that there can be none.
    """

    metric: str
    human: str
    rows: int
    left_out: int
    groups: int | None
    figures: Mapping[str, Figure]
    why: str = ""


def metric(
    frame: pl.DataFrame, metrics: Sequence[str], humans: Sequence[str], group: str = "", *,
    lower_is_better: bool = False, draws: int = DRAWS,
) -> list[Line]:  # fmt: skip
    """Every metric against every column of ratings, in the order given.

    Args:
        frame: the columns; those of metrics and ratings are numbers, null (or NaN) where there is none.
        metrics: columns in which more is better.
        humans: columns of ratings.
        group: rows that share a value of it are drawn together; a row without one is left out.
        lower_is_better: ratings count errors; they are turned round, so that a good metric has a positive coefficient.
        draws: of the bootstrap.
    """
    return [_line(frame, name, human, group, lower_is_better, draws) for name in metrics for human in humans]


def _line(frame: pl.DataFrame, name: str, human: str, group: str, turned: bool, draws: int) -> Line:
    used = frame.drop_nulls([name, human, *([group] if group else [])])
    used = used.filter(pl.col(name).cast(pl.Float64).is_finite(), pl.col(human).cast(pl.Float64).is_finite())
    scores, ratings = (used[column].cast(pl.Float64).to_numpy() for column in (name, human))
    groups = used[group].cast(pl.String).rank("dense") if group else None
    told = (name, human, len(used), len(frame) - len(used), groups.n_unique() if groups is not None else None)
    if why := _without(scores, ratings, name, human):
        return Line(*told, {}, why)
    parts = _parts(groups, len(used))
    return Line(*told, _figures(scores, -ratings if turned else ratings, parts, draws))


def _without(scores: Floats, ratings: Floats, name: str, human: str) -> str:
    """Why no coefficient can be given; empty where one can."""
    if len(scores) < FEWEST:
        return f"{len(scores)} rows have both numbers; {FEWEST} are needed"
    constant = [column for column, values in ((name, scores), (human, ratings)) if np.ptp(values) == 0]
    return f"{' and '.join(constant)}: the same value in every row, with which nothing can agree" if constant else ""


def _parts(groups: pl.Series | None, rows: int) -> list[NDArray[np.int64]]:
    """The rows of each unit that is drawn."""
    if groups is None:
        return list(np.arange(rows, dtype=np.int64)[:, None])
    order = np.argsort(groups.to_numpy(), kind="stable")
    return np.split(order, np.flatnonzero(np.diff(groups.to_numpy()[order])) + 1)


def _figures(scores: Floats, ratings: Floats, parts: list[NDArray[np.int64]], draws: int) -> dict[str, Figure]:
    drawn: dict[str, list[float]] = {name: [] for name in coefficients()}
    chance = np.random.default_rng(_SEED)
    for _ in range(draws if len(parts) > 1 else 0):
        rows = np.concatenate([parts[i] for i in chance.integers(0, len(parts), len(parts))])
        some, rated = scores[rows], ratings[rows]
        if np.ptp(some) and np.ptp(rated):
            for name, coefficient in coefficients().items():
                drawn[name].append(coefficient(some, rated))
    return {
        name: Figure(coefficient(scores, ratings), *_interval(drawn[name], draws))
        for name, coefficient in coefficients().items()
    }


def _interval(values: list[float], draws: int) -> tuple[float | None, float | None]:
    if not values or len(values) < draws / 2:
        return None, None
    low, high = np.percentile(values, [(100 - _COVERED) / 2, (100 + _COVERED) / 2])
    return float(low), float(high)


def coefficients() -> Mapping[str, Callable[[Floats, Floats], float]]:
    """By name; each of two columns that are not constant."""
    return {"kendall": _kendall, "spearman": _spearman, "pearson": _pearson}


def _kendall(one: Floats, other: Floats) -> float:
    from scipy import stats

    found: Any = stats.kendalltau(one, other, method="asymptotic")
    return float(found.statistic)


def _spearman(one: Floats, other: Floats) -> float:
    from scipy import stats

    return _pearson(stats.rankdata(one), stats.rankdata(other))


def _pearson(one: Floats, other: Floats) -> float:
    """Without the test of scipy's function, which takes ten times as long as the coefficient."""
    one, other = (values - values.mean() for values in (one, other))
    one, other = (values / np.abs(values).max() for values in (one, other))  # squares of large numbers have no room
    return float(np.clip(one @ other / np.sqrt((one @ one) * (other @ other)), -1, 1))
