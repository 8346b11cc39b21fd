"""Entities of reports where the grounded sentences put them: for sizes and changes, which only entities know."""

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.wording import UNASKED, terms


def spoken(asked: Asked, *columns: str) -> pl.DataFrame:
    """study, node, finding, span, masks, conflict and `columns` of the entities that are surely present.

    An entity counts at the structures at which its sentence part says the same term, if it is placed there itself.
    """
    never = [term for term, said in terms().items() if said == UNASKED]
    there = asked.entities.filter(
        pl.col("assertion").cast(pl.String) == "present",
        pl.col("type").cast(pl.String) != "Anatomy",
        ~pl.col("canonical").is_in(never),
    ).select("study", "section", "section_index", "start", "anatomy", *columns, finding="canonical")
    told = (
        asked.told.filter(pl.col("assertion") == "present")
        .unnest("span", separator=".")
        .select(
            "study",
            "masks",
            node="said_of",
            finding="term",
            section="span.section",
            section_index="span.section_index",
            begin="span.start",
            stop="span.end",
            conflict="laterality_conflict",
        )
    )
    return (
        there.join(told, on=["study", "finding", "section", "section_index"], maintain_order="left_right")
        .filter(pl.col("begin") <= pl.col("start"), pl.col("start") < pl.col("stop"))
        .filter(pl.col("anatomy").list.contains(pl.col("node")))
        .with_columns(span=pl.struct("section", "section_index", start="begin", end="stop"))
    )
