"""The rules annotator on rows of any table: entities under their own ids, or labels, batch by batch."""

from collections.abc import Iterator, Sequence

import polars as pl

from annotators.labels import label_set, project
from annotators.rules import Findings
from builders.cells import or_empty

ENTITY_COLUMNS = (
    *("row", "section", "sentence", "start", "end", "text", "canonical", "type", "assertion", "certainty", "change"),
    *("laterality", "severity", "anatomy", "measurements", "flags"),
)
_ID = "\0id"
"""The id of a row inside: no column of a user's or of ours is called so."""


def columns(labels: str | None) -> tuple[str, ...]:
    """What the output has beside the id: the labels and their states, or what is told of an entity."""
    if labels is None:
        return ENTITY_COLUMNS
    return tuple(column for label in label_set(labels).labels for column in (label, f"{label}_state"))


def annotated(
    frames: Iterator[pl.DataFrame], id_: str, texts: Sequence[str], labels: str | None
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Per batch: rows read, and rows made of them (`labels`: one per row read; else one per entity).

    Without a batch there is one frame without rows, so that a writer knows the columns.
    """
    annotator, done = Findings(), 0
    for frame in or_empty(frames, (id_, *texts)):
        rows = pl.Series("report", [f"{row:09d}" for row in range(done, done + len(frame))], dtype=pl.String)
        entities = annotator.annotate(_passages(frame, rows, texts))
        if labels:
            made = project(entities, rows, labels).drop("report").insert_column(0, frame[id_])
        else:
            made = _in_order(entities, rows, frame[id_].alias(_ID), texts).rename({_ID: id_})
        yield len(frame), made.with_columns(pl.col(pl.Enum, pl.Categorical).cast(pl.String))
        done += len(frame)


def _passages(frame: pl.DataFrame, rows: pl.Series, texts: Sequence[str]) -> pl.DataFrame:
    """Sections as annotators read them: ids may repeat, so a report is its row; empty texts give no section."""
    sections = [
        frame.select(rows, section=pl.lit(name), text=pl.col(name).cast(pl.String), place=pl.lit(place))
        for place, name in enumerate(texts)
    ]
    return (
        pl.concat(sections)
        .filter(pl.col("text").str.contains(r"\S"))
        .sort("report", "place")
        .select("report", "section", "text", section_index=pl.lit(0, pl.Int32))
    )


def _in_order(entities: pl.DataFrame, rows: pl.Series, ids: pl.Series, texts: Sequence[str]) -> pl.DataFrame:
    """Entities under the ids of their rows, in the order of rows, text columns and words."""
    order = pl.col("section").cast(pl.String).replace_strict(texts, range(len(texts)), return_dtype=pl.Int32)
    named = entities.join(pl.DataFrame([rows, ids]), on="report", how="left", maintain_order="left")
    named = named.sort("report", order, "start", "end", "canonical").with_columns(row=pl.col("report").cast(pl.Int64))
    return named.select(ids.name, *ENTITY_COLUMNS)
