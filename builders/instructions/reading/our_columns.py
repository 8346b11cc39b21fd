"""The columns that every row has beside those of its corpus: ids, split, licence, reading."""

from typing import Final

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept
from builders.instructions import rows
from builders.instructions.people import named
from builders.instructions.reading import templates
from builders.instructions.reading.asked import LABEL, Asked
from builders.instructions.reading.frames import NUMBER
from builders.instructions.reading.splits import with_test
from builders.stages.hashing import hex_digest
from schemas.licences import normalised
from schemas.words import SPLITS

_BY_LAYOUT: Final = {("exam-source", "id"): "{id}", ("report-source", "id"): "{study}", ("obo", "id"): "{id}"}
"""Templates of ids that a layout has of itself."""
_ID: Final = r"^[!-~]{1,80}$"
"""What an id looks like; what is longer, or has blanks or letters beyond ASCII, may be a text of the corpus, and its
hash stands for it."""


def with_ours(frame: pl.DataFrame, asked: Asked, reading: int, licence: str, test: frozenset[str] | None) -> Kept:
    """The rows with our columns; rejected are those without an id, or with one that an earlier row has."""
    place = pl.concat_str(pl.col(LABEL), pl.lit("#"), pl.col(NUMBER))
    frame = frame.with_columns(__place=place)
    said = _value(frame, asked, "id", "__place")
    frame = frame.with_columns((said if said.name == "__place" else _short(said)).alias("__said"))
    document = _value(frame, asked, "document", "__said")
    split = pl.col(rows.SPLIT) if test is None else with_test(frame, test, pl.col("__said"))
    made = frame.with_columns(
        (pl.lit(f"{asked.corpus}/") + pl.col("__said")).alias(rows.ID),
        named(
            pl.coalesce(document if document.name == "__said" else _short(document), "__said"),
            asked.corpus,
            declared=bool(asked.text("document")),
        ).alias(rows.DOCUMENT),
        split.cast(pl.Enum(SPLITS)).alias(rows.SPLIT),
        _licence(frame, asked, licence).alias(rows.LICENCE),
        pl.lit(reading, pl.Int32).alias(rows.READING),
    )
    return _once(made, asked.corpus)


def _value(frame: pl.DataFrame, asked: Asked, option: str, default: str) -> pl.Series:
    template = asked.text(option) or _BY_LAYOUT.get((asked.layout, option), "")
    return frame.select(templates.text(frame, template).alias(option) if template else pl.col(default)).to_series()


def _short(values: pl.Series) -> pl.Series:
    """Ids as they are, hashes of texts."""
    long = ~values.str.contains(_ID)
    if not long.any():
        return values
    texts = pl.DataFrame({"text": values.filter(long.fill_null(False)).unique(maintain_order=True)})
    texts = texts.with_columns(hash=hex_digest(texts["text"]))
    joined = pl.DataFrame({"text": values}).join(texts, on="text", how="left", maintain_order="left")
    return joined.select(pl.coalesce("hash", "text").alias(values.name)).to_series()


def _licence(frame: pl.DataFrame, asked: Asked, licence: str) -> pl.Expr:
    if not (template := asked.text("licence")):
        return pl.lit(normalised(licence))
    said = frame.select(templates.text(frame, template).alias("said")).to_series()
    known = {one: normalised(one) for one in said.unique().drop_nulls()}
    return pl.lit(said).replace_strict(known, default=normalised(licence), return_dtype=pl.String)


def _once(frame: pl.DataFrame, corpus: str) -> Kept:
    missing = pl.col(rows.ID).is_null()
    again = ~missing & ~pl.col(rows.ID).is_first_distinct()
    reason = pl.when(missing).then(pl.lit("missing_id")).when(again).then(pl.lit("duplicate_id"))
    judged = frame.with_columns(reason.alias("__reason"))
    why = pl.when(pl.col("__reason") == "missing_id").then(pl.lit("no value where the id should be"))
    told = pl.concat_str("__place", pl.lit(": "), why.otherwise(pl.lit("an earlier row has this id")))
    rejected = judged.filter(pl.col("__reason").is_not_null()).select(
        id=pl.coalesce(rows.ID, pl.lit(f"{corpus}/") + pl.col("__place")), reason="__reason", detail=told
    )
    kept = judged.filter(pl.col("__reason").is_null()).drop("__reason", "__place", "__said", LABEL, NUMBER)
    return Kept(kept, rejected.cast(pl.Schema(REJECTED_SCHEMA)))
