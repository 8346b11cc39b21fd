"""Questions that follow each other: is it there, where is it, how large is it."""

from functools import cache
from typing import Final

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.location import places
from schemas import anatomy

STEPS: Final = ("presence", "location", "size")
_FINDING: Final = ("study", "finding")


def chained(rows: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """The rows with `chain` and `step` where a finding of a scan has a place: presence, location, perhaps size.

    The first question is about the widest structure that holds all places of the finding, and its answer is yes; the
    last, if there is one, about the one place of which a size is given.
    """
    where = places(asked).select(*_FINDING, "place")
    steps = pl.concat([_widest(rows, where), _of(rows, "location"), _sized(rows, where)])
    whole = pl.col("step").is_in([1, 2]).sum().over(_FINDING) == 2
    linked = steps.filter(whole).select("id", chain_=pl.concat_str(*_FINDING, separator="/"), step_="step")
    linked = linked.with_columns(pl.col("chain_").str.replace_all(" ", "-"))
    return (
        rows.join(linked, on="id", how="left", maintain_order="left")
        .with_columns(chain="chain_", step="step_")
        .drop("chain_", "step_")
    )


def _of(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """study, finding, id, step of the questions of a type."""
    step = pl.lit(STEPS.index(kind) + 1, pl.Int32)
    return rows.filter(pl.col("type").cast(pl.String) == kind).select(*_FINDING, "id", step=step)


def _widest(rows: pl.DataFrame, where: pl.DataFrame) -> pl.DataFrame:
    """The presence question of each finding whose structure holds all its places, and the most parts."""
    many = where.group_by(_FINDING, maintain_order=True).agg(many=pl.len())
    there = rows.filter(pl.col("type").cast(pl.String) == "presence", ~pl.col("answer").str.contains("^no( |$)"))
    holding = (
        there.select(*_FINDING, "id", "node")
        .join(where, on=_FINDING, maintain_order="left_right")
        .join(_holds(), on=["node", "place"], how="inner", maintain_order="left")
        .group_by(*_FINDING, "id", "node", maintain_order=True)
        .agg(held=pl.len(), parts=pl.col("parts").first())
        .join(many, on=_FINDING, maintain_order="left")
        .filter(pl.col("held") == pl.col("many"))
        .sort(*_FINDING, "parts", "id", descending=[False, False, True, False])
    )
    first = holding.unique(_FINDING, keep="first", maintain_order=True)
    return first.select(*_FINDING, "id", step=pl.lit(1, pl.Int32))


def _sized(rows: pl.DataFrame, where: pl.DataFrame) -> pl.DataFrame:
    """The size question of each finding of which one place has a size."""
    sized = rows.filter(pl.col("type").cast(pl.String) == "size").join(
        where.rename({"place": "node"}), on=[*_FINDING, "node"], how="semi", maintain_order="left"
    )
    return _of(sized.filter(pl.len().over(_FINDING) == 1), "size")


@cache
def _holds() -> pl.DataFrame:
    """(node, place, parts): a structure, itself or what it holds, and how many that are."""
    rows = [
        (name, place, len(anatomy.descendants(name)))
        for name in anatomy.names()
        for place in (name, *sorted(anatomy.descendants(name)))
    ]
    return pl.DataFrame(rows, ["node", "place", "parts"], orient="row")
