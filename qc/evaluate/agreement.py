"""How far two annotators agree on the entities of the same texts: per type, exactly and where spans overlap.

Neither is the truth: the F1 of two annotators is the same whichever counts as the reference.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

_TEXT: Final = ["row", "section"]
_SPAN: Final = [*_TEXT, "start", "end"]
COLUMNS: Final = (*_SPAN, "type")
"""What both tables must have: which text, from where to where in characters, and the type."""
ALL: Final = "all"


@dataclass(frozen=True)
class Line:
    """One type, or all. `kappa`: Cohen's, of the types given to spans that both have, this one against all others.

    `exact`: F1 of equal spans of equal type. `relaxed`: the mean of how many spans of either overlap one of the same
    type of the other, weighed as F1. None where neither has any.
    """

    type: str
    first: int
    second: int
    exact: float | None
    relaxed: float | None
    kappa: float | None


def agreement(first: pl.DataFrame, second: pl.DataFrame) -> list[Line]:
    """All types that either names, in their order, then all together; types are compared without letter case."""
    one, other = (_spans(frame) for frame in (first, second))
    shared = one.join(other, on=_SPAN, suffix="_other")
    types = sorted({*one["type"], *other["type"]})
    lines = [_line(kind, one.filter(type=kind), other.filter(type=kind), _kappa(shared, kind)) for kind in types]
    return [*lines, _line(ALL, one, other, _kappa(shared, None))]


def disagreements(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Spans that the other does not have like this: `row`, `section`, `start`, `end`, `type`, `by`, `why`.

    `why`: `type` (the same span, of another type), `borders` (another span of this type overlaps it), `both` (one that
    overlaps differs in both), `alone` (nothing overlaps it).
    """
    one, other = (_spans(frame) for frame in (first, second))
    parts = [_only(one, other).with_columns(by=pl.lit("first")), _only(other, one).with_columns(by=pl.lit("second"))]
    return pl.concat(parts).sort(*_SPAN, "by", "type").select(*COLUMNS, "by", "why")


def _spans(frame: pl.DataFrame) -> pl.DataFrame:
    """Each span and type once."""
    named = frame.select(*_SPAN, pl.col("type").cast(pl.String).str.to_lowercase())
    return named.with_columns(pl.col("start", "end").cast(pl.Int64)).unique(maintain_order=True)


def _line(kind: str, one: pl.DataFrame, other: pl.DataFrame, kappa: float | None) -> Line:
    exact = one.join(other, on=[*_SPAN, "type"], how="semi").height
    mean = (one.height + other.height) / 2
    hits = _overlapping(one, other).height, _overlapping(other, one).height
    relaxed = _f1(hits[0], one.height, hits[1], other.height)
    return Line(kind, one.height, other.height, exact / mean if mean else None, relaxed, kappa)


def _f1(found: int, of: int, found_back: int, of_back: int) -> float | None:
    if not of + of_back:
        return None
    if not (found and found_back):
        return 0.0
    precision, recall = found / of, found_back / of_back
    return 2 * precision * recall / (precision + recall)


def _pairs(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Spans of both that share a character, by text."""
    joined = one.with_row_index("at").join(other, on=_TEXT, suffix="_other")
    return joined.filter(pl.col("start") < pl.col("end_other"), pl.col("start_other") < pl.col("end"))


def _overlapping(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Spans that one of the same type of the other overlaps, each once."""
    return _pairs(one, other).filter(pl.col("type") == pl.col("type_other")).unique("at")


def _kappa(shared: pl.DataFrame, kind: str | None) -> float | None:
    """Of one type against all others, or of all types; None where chance alone would agree, or no span is shared."""
    if shared.is_empty():
        return None
    if kind is None:
        ours, theirs = shared["type"], shared["type_other"]
    else:
        ours, theirs = shared["type"] == kind, shared["type_other"] == kind
    counts = [column.value_counts(name="n") for column in (ours.alias("v"), theirs.alias("v"))]
    both = counts[0].join(counts[1], on="v", suffix="_other")
    chance = int((both["n"].cast(pl.Int64) * both["n_other"]).sum()) / shared.height**2
    return None if chance >= 1 else ((ours == theirs).mean() - chance) / (1 - chance)  # pyright: ignore


def _only(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    alone = one.join(other, on=[*_SPAN, "type"], how="anti")
    same_span = (pl.col("start") == pl.col("start_other")) & (pl.col("end") == pl.col("end_other"))
    why = pl.when(same_span).then(0).when(pl.col("type") == pl.col("type_other")).then(1).otherwise(2)
    nearest = _pairs(alone, other).group_by("at").agg(why=why.min())
    named = pl.col("why").fill_null(3).replace_strict([0, 1, 2, 3], ["type", "borders", "both", "alone"])
    return alone.with_row_index("at").join(nearest, on="at", how="left", maintain_order="left").with_columns(named)
