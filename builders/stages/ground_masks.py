"""From grounded sentences to masks: which masks of the scan show where a sentence says that something is."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from builders.base import Stage
from schemas import anatomy
from schemas.extents import extents
from schemas.grounding import GroundedMask

_COLLECTIONS: Final = (
    "ribs",
    "rib",
    "left rib",
    "right rib",
    "vertebrae",
    "cervical spine",
    "thoracic spine",
    "lumbar spine",
)
"""Structures that are all of their parts and nothing else, beside those that have two sides."""
_KEY: Final = ("study", "node")


@dataclass(frozen=True)
class GroundMasks(Stage):
    """Grounded sentences with the masks of the scan's volume (`schemas.grounding.GroundedMask`).

    Of a scan with several volumes, the reconstruction of the lowest number counts. A structure without a mask of its
    own has those of its two sides, or of the parts that it is a collection of; else those of the nearest structure
    that holds it, of equally near ones the smallest, and `mask_node` names that. A kidney of which nothing is seen is
    not in what is left of the kidneys. The mask is the container of the finding, unless everything that is found there
    has a mask of its own (`schemas/extents.tsv`): that is its extent.
    """

    version = 1
    data = ("schemas/anatomy.tsv", "schemas/extents.tsv")

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: GroundedSentence, OpenedVolume and Mask rows of some studies. Every sentence keeps its row."""
        sentences, volumes, masks = frames
        volume = (
            volumes.sort("reconstruction", "id")
            .unique("study", keep="first", maintain_order=True)
            .select("study", volume="id")
        )
        there = masks.join(volume, on=["study", "volume"], how="semi", maintain_order="left")
        return (
            sentences.join(volume, on="study", how="left", maintain_order="left")
            .join(_containers(sentences, there), on=_KEY, how="left", maintain_order="left")
            .join(_extents(sentences, there), on="id", how="left", maintain_order="left")
            .with_columns(
                masks=pl.coalesce("extents", "containers", pl.lit([], pl.List(pl.String))),
                mask_node=pl.when(pl.col("extents").is_not_null()).then("node").otherwise("mask_node"),
                mask_role=pl.when(pl.col("extents").is_not_null())
                .then(pl.lit("extent"))
                .when(pl.col("containers").is_not_null())
                .then(pl.lit("container"))
                .cast(GroundedMask.mask_role.dtype),
            )
            .select(GroundedMask.column_names())
        )


def _containers(sentences: pl.DataFrame, masks: pl.DataFrame) -> pl.DataFrame:
    """study, node, containers (ids of masks), mask_node."""
    filled, empty = masks.filter(pl.col("voxels") > 0), masks.filter(pl.col("voxels") == 0)
    other_side = empty.join(_sides(), on="structure", maintain_order="left").select(*_KEY, "mask_node").unique()
    nearest = (
        sentences.select(*_KEY)
        .unique(maintain_order=True)
        .join(_ways(), on="node", maintain_order="left_right")
        .join(
            filled.select("study", "structure", "voxels", mask="id"), on=["study", "structure"], maintain_order="left"
        )
        .join(other_side, on=[*_KEY, "mask_node"], how="anti", maintain_order="left")
        .filter(pl.col("step") == pl.col("step").min().over(_KEY))
        .with_columns(size=pl.col("voxels").sum().over(*_KEY, "mask_node"))
        .sort(*_KEY, "size", "mask_node", "mask")
        .filter(pl.col("mask_node") == pl.col("mask_node").first().over(_KEY))
    )
    return nearest.group_by(_KEY, maintain_order=True).agg(containers="mask", mask_node=pl.col("mask_node").first())


def _extents(sentences: pl.DataFrame, masks: pl.DataFrame) -> pl.DataFrame:
    """id, extents (ids of masks) of the sentences of which every finding that is there has a mask of its own."""
    there = (
        sentences.filter(~pl.col("kind").is_in(["none", "organ_normal"]))
        .select("id", "study", "node", "findings")
        .explode("findings")
        .drop_nulls("findings")
        .unnest("findings")
        .filter(pl.col("assertion").is_in(["present", "uncertain"]))
    )
    shown = there.join(extents(), on=["node", "term"], maintain_order="left").join(
        masks.filter(pl.col("voxels") > 0).select("study", "structure", mask="id"),
        on=["study", "structure"],
        maintain_order="left",
    )
    whole = _terms(there).join(_terms(shown.drop_nulls("mask")), on=["id", "terms"], how="semi")
    found = shown.join(whole, on="id", how="semi", maintain_order="left").group_by("id", maintain_order=True)
    return found.agg(extents=pl.col("mask").unique().sort())


def _terms(rows: pl.DataFrame) -> pl.DataFrame:
    """id, and how many different terms it has."""
    return rows.group_by("id", maintain_order=True).agg(terms=pl.col("term").n_unique())


@cache
def _ways() -> pl.DataFrame:
    """(node, structure, mask_node, step): where the masks of a node are looked for, nearest first."""
    rows = [(name, *way) for name in anatomy.names() for way in _looked_for(name)]
    return pl.DataFrame(rows, ["node", "structure", "mask_node", "step"], orient="row")


@cache
def _sides() -> pl.DataFrame:
    """(node, structure, mask_node): if the side `structure` of a node is empty, its whole is the other side alone."""
    rows = [
        (name, side, whole)
        for name in anatomy.names()
        for side in (name, *sorted(anatomy.ancestors(name)))
        for whole in anatomy.parents(side)
        if side in _parts(whole) and anatomy.side(side)
    ]
    return pl.DataFrame(rows, ["node", "structure", "mask_node"], orient="row")


def _looked_for(name: str) -> Iterator[tuple[str, str, int]]:
    """(structure, mask_node, step): the node, its parts, then what holds it and the parts of that, level by level."""
    level, seen, step = [name], {name}, 0
    while level:
        for node in level:
            yield node, node, step
            inner = _parts(node)
            for depth in range(1, _DEPTH):
                yield from ((part, node, step + depth) for part in inner)
                inner = tuple(dict.fromkeys(one for part in inner for one in _parts(part)))
        level = [up for node in level for up in anatomy.parents(node) if up not in seen and not seen.add(up)]
        step += _DEPTH


_DEPTH: Final = 5
"""More than the levels of parts that a structure is made up of: ribs, rib, left rib, left rib 4."""


@cache
def _parts(node: str) -> tuple[str, ...]:
    """The parts that together are the structure: its two sides, or all members of a collection."""
    children = anatomy.children(node)
    sided = tuple(part for part in children if anatomy.side(part))
    if sorted(map(anatomy.side, sided)) == ["left", "right"]:
        return sided
    return children if node in _COLLECTIONS else ()
