"""Where the report and the masks of a scan disagree: the same frames for the checks that count and for the review.

Each frame has one row per mask that the question could be put to: `id` of the mask, `volume`, `study`, `structure`,
`apart` (they disagree), and `why` in words for people.
"""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from qc.build import Build
from qc.measured import from_middle, measured
from schemas import anatomy
from schemas.extents import extents

GONE_ML: Final = 1.0
"""Of an organ that is said to be gone: less is a few voxels of something else."""
CENTRAL: Final = 20.0
"""Millimetres from the middle within which a mask is on neither side."""
SHOWN: Final = ("focal", "multifocal", "diffuse", "whole_organ")
PRESENT: Final = ("Abnormality", "Disease")
_SCHEMA: Final = {"id": pl.String, "volume": pl.String, "study": pl.String, "structure": pl.String, "apart": pl.Boolean,
                  "why": pl.String}  # fmt: skip
COLUMNS: Final = tuple(_SCHEMA)


def gone(build: Build) -> pl.DataFrame:
    """Organs that a report says are gone; apart where a mask shows one."""
    told = build.scan("entities", ["report", "type", "assertion", "anatomy", "flags"]).collect()
    named = told.filter(
        pl.col("type").cast(pl.String) == "Anatomy",
        (pl.col("assertion").cast(pl.String) == "absent") | pl.col("flags").list.contains("operated"),
        pl.col("anatomy").list.len() == 1,
    ).select(study="report", structure=pl.col("anatomy").list.first())
    both = measured(build).join(named.unique(), on=["study", "structure"], how="semi", maintain_order="left")
    why = pl.format("reported as gone, {} ml here", pl.col("volume_ml").round(1))
    return both.with_columns(apart=pl.col("volume_ml") > GONE_ML, why=why).select(COLUMNS)


def unseen(build: Build) -> pl.DataFrame:
    """Structures in which something is found; apart where their mask is empty."""
    found = (
        build.scan("grounded", ["volume", "node", "kind"])
        .filter(pl.col("kind").cast(pl.String).is_in(SHOWN), pl.col("volume").is_not_null())
        .select("volume", structure="node")
        .unique()
        .collect()
    )
    both = measured(build).join(found, on=["volume", "structure"], how="semi", maintain_order="left")
    why = pl.lit("something is found there, and the mask is empty")
    return both.with_columns(apart=pl.col("voxels") == 0, why=why).select(COLUMNS)


def predicted(build: Build) -> pl.DataFrame:
    """Masks of findings (effusion, nodule), where mask or report have one; apart where only one of them has."""
    masks = measured(build).join(extents().select("structure").unique(), on="structure", how="semi")
    both = masks.join(_reported(build), on=["study", "structure"], how="left").sort("id")
    mask, report = pl.col("voxels") > 0, pl.col("sides").is_not_null()
    why = pl.when(mask).then(pl.lit("mask only: the report says nothing of it"))
    why = why.otherwise(pl.lit("report only: the mask is empty"))
    return both.filter(mask | report).with_columns(apart=mask != report, why=why).select(COLUMNS)


def sided(build: Build) -> pl.DataFrame:
    """Masks of findings that the report puts on one side; apart where the mask lies on the other."""
    reported = _reported(build).filter(pl.col("sides").list.len() == 1)
    reported = reported.select("study", "structure", said=pl.col("sides").list.first())
    both = from_middle(build).join(reported, on=["study", "structure"], how="inner").sort("id")
    side = pl.when(pl.col("off") > CENTRAL).then(pl.lit("right")).when(pl.col("off") < -CENTRAL).then(pl.lit("left"))
    both = both.with_columns(side=side).drop_nulls("side")
    why = pl.format("{} in the report, {} mm to the {} here", "said", pl.col("off").abs().round(), "side")
    return both.with_columns(apart=pl.col("said") != pl.col("side"), why=why).select(COLUMNS)


OF_MASKS: Final[Mapping[str, tuple[Callable[[Build], pl.DataFrame], tuple[str, ...]]]] = {
    "report_removed": (gone, ("entities", "masks")),
    "report_out_of_view": (unseen, ("grounded", "masks")),
    "report_predicted": (predicted, ("findings", "masks")),
    "report_sides": (sided, ("findings", "masks")),
}
"""By the check that counts them, and the tables that each reads."""
BETWEEN: Final = ("masks", "grounded")
"""Tables whose rows can disagree with the other side."""


def disagreements(build: Build, table: str) -> pl.DataFrame:
    """`id` of rows of `masks` or `grounded` on which report and mask disagree, and `why`, once per row."""
    frames = [made(build).filter("apart") for made, reads in OF_MASKS.values() if all(map(build.has, reads))]
    apart = pl.concat([pl.DataFrame(schema=_SCHEMA), *frames])
    if table == "grounded":
        apart = pl.concat([_of_sentences(build, apart), _conflicts(build)])
    return apart.group_by("id").agg(pl.col("why").unique(maintain_order=True).str.join("; ")).sort("id")


def _of_sentences(build: Build, apart: pl.DataFrame) -> pl.DataFrame:
    """The sentences that name a mask, or speak of its structure where it is empty."""
    rows = build.scan("grounded", ["id", "volume", "node", "masks"]).drop("file_split").collect()
    named = rows.select("id", mask="masks").explode("mask").join(apart.select(mask="id", why="why"), on="mask")
    of = rows.select("id", "volume", structure="node").join(apart.drop("id"), on=["volume", "structure"])
    return pl.concat([named.select("id", "why"), of.select("id", "why")])


def _conflicts(build: Build) -> pl.DataFrame:
    rows = build.scan("grounded", ["id", "laterality_conflict"]).filter("laterality_conflict").collect()
    return rows.select("id", why=pl.lit("findings and impression disagree on the side"))


def _reported(build: Build) -> pl.DataFrame:
    """study, structure, sides: findings with masks of their own that are present or may be, and the sides they have."""
    said = (
        build.scan("findings", ["study", "anatomy", "entities"])
        .explode("entities")
        .drop_nulls("entities")
        .unnest("entities")
        .filter(pl.col("type").cast(pl.String).is_in(PRESENT))
        .select("study", "term", node="anatomy")
        .collect()
    )
    named = said.join(extents(), on=["node", "term"])
    nodes = named["node"].unique().to_list()
    side = pl.col("node").replace_strict(nodes, [anatomy.side(node) or None for node in nodes], return_dtype=pl.String)
    named = named.with_columns(side=side)
    return named.group_by("study", "structure").agg(sides=pl.col("side").drop_nulls().unique().sort())
