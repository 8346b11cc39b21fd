"""How findings travel along the anatomy: to what holds a structure, to its parts, and from all parts to the whole."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

import polars as pl

from schemas import anatomy, regions
from schemas.words import VIA

SAME = ("study", "anatomy", "term", "type")
"""Columns in which two rows are the same finding of the same structure."""
_MOST_LEVELS = 12


_REACH = {
    "up": (anatomy.ancestors, "rolled_up"),
    "down": (anatomy.descendants, "inherited"),
    "regions": (lambda name: (regions.above(name) | {regions.nearest(name)}) - {name}, "rolled_up"),
}


@cache
def links(direction: Literal["up", "down", "regions"]) -> pl.DataFrame:
    """(anatomy, target, how): every structure leads to itself and to all above it, or to all its parts.

    `regions`: above it in RadGenome's hierarchy, where it stands as its nearest published structure.
    """
    reach, how = _REACH[direction]
    pairs = [(name, other, how) for name in anatomy.names() for other in sorted(reach(name))]
    own = [(name, name, "explicit") for name in anatomy.names()]
    return pl.DataFrame([*own, *pairs], {"anatomy": pl.String, "target": pl.String, "how": pl.Enum(VIA)}, orient="row")


def carried(rows: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Every row at every structure its own leads to; of several ways there the most direct one stands."""
    carried = rows.join(links, on="anatomy", maintain_order="left_right").with_columns(
        anatomy=pl.col("target"), via=pl.when(pl.col("how") == "explicit").then("via").otherwise("how")
    )
    return (
        carried.sort("place", "anatomy", "via")
        .unique(["place", "anatomy"], keep="first", maintain_order=True)
        .select(rows.columns)
    )


@cache
def _wholes() -> pl.DataFrame:
    """(whole, cover, part, size): the parts that together make up a structure: its two sides, or all its children."""
    covers: list[tuple[str, str, str, int]] = []
    for name in anatomy.names():
        parts = anatomy.children(name)
        for side, group in _covers(parts).items():
            covers += [(name, side, part, len(group)) for part in group]
    return pl.DataFrame(covers, ["whole", "cover", "anatomy", "size"], orient="row")


def _covers(parts: tuple[str, ...]) -> Mapping[str, list[str]]:
    sided = [part for part in parts if anatomy.side(part)]
    pair = sorted(map(anatomy.side, sided)) == ["left", "right"]
    return {"sides": sided} if pair else {"all": list(parts)} if parts else {}


def risen(absent: pl.DataFrame) -> pl.DataFrame:
    """Absent findings, and the wholes of which every part has them; repeated until nothing rises any more."""
    for _ in range(_MOST_LEVELS):
        risen = (
            absent.join(_wholes(), on="anatomy", maintain_order="left_right")
            .with_columns(n=pl.col("anatomy").n_unique().over("study", "term", "type", "whole", "cover"))
            .filter(pl.col("n") == pl.col("size"))
            .with_columns(anatomy=pl.col("whole"), via=pl.lit("rolled_up", pl.Enum(VIA)))
            .sort("place")
            .unique(SAME, keep="first", maintain_order=True)
            .join(absent, on=SAME, how="anti", maintain_order="left")
            .select(absent.columns)
        )
        if risen.is_empty():
            return absent
        absent = pl.concat([absent, risen])
    raise RuntimeError(f"absent findings rose through more than {_MOST_LEVELS} levels of the anatomy")
