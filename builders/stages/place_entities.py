"""The entities of reports where grounding puts them, so that rolled-up findings and sentences name the same nodes."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from builders.base import Stage
from schemas import anatomy
from schemas.grounding import NO_NODE
from schemas.radiology import Entity

_SECTION: Final = ("report", "section", "section_index")


@dataclass(frozen=True)
class PlaceEntities(Stage):
    """Entity rows whose `anatomy` is that of their grounded sentence: implied, both sides as one, or carried.

    Of several nodes of a sentence part that say the same term, an entity keeps those that have to do with its own.
    Entities of which no sentence says anything (mentions of structures, history, recommendations) stay as they are.
    """

    version = 1
    data = ("schemas/anatomy.tsv",)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Entity rows and the GroundedSentence rows of the same studies."""
        entities, sentences = frames
        numbered = entities.with_row_index("entity")
        nodes = _nodes(numbered, sentences)
        placed = numbered.join(nodes, on="entity", how="left", maintain_order="left")
        return placed.with_columns(anatomy=pl.coalesce("nodes", "anatomy")).select(Entity.column_names())


def _nodes(entities: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """entity, nodes: where the sentence part says that the term is, in the order of its rows."""
    told = (
        sentences.filter(pl.col("node") != NO_NODE)
        .select("section", "section_index", "node", "findings", report="study", begin="start", stop="end")
        .explode("findings")
        .drop_nulls("findings")
        .with_columns(canonical=pl.col("findings").struct.field("term"))
        .drop("findings")
        .unique(maintain_order=True)
    )
    met = (
        entities.filter(pl.col("type") != "Anatomy")
        .select("entity", *_SECTION, "start", "canonical", "anatomy")
        .join(told, on=[*_SECTION, "canonical"], maintain_order="left_right")
        .filter(pl.col("begin") <= pl.col("start"), pl.col("start") < pl.col("stop"))
    )
    akin = met.select("entity", "node", "anatomy").explode("anatomy").join(_akin(), on=["anatomy", "node"], how="semi")
    marked = akin.select("entity", "node", own=pl.lit(True)).unique(maintain_order=True)
    own = met.join(marked, on=["entity", "node"], how="left", maintain_order="left").with_columns(
        pl.col("own").fill_null(False)
    )
    return (
        own.with_columns(any=pl.col("own").any().over("entity"))
        .filter(pl.col("own") | ~pl.col("any"))
        .group_by("entity", maintain_order=True)
        .agg(nodes=pl.col("node").unique(maintain_order=True))
    )


@cache
def _akin() -> pl.DataFrame:
    """(anatomy, node): pairs of which one is the other, or a part of it."""
    pairs = [
        (name, other)
        for name in anatomy.names()
        for other in (name, *sorted(anatomy.ancestors(name) | anatomy.descendants(name)))
    ]
    return pl.DataFrame(pairs, ["anatomy", "node"], orient="row")
