"""Reports through medmill's own sources: who and what was examined, and the sections, each a column."""

from functools import lru_cache
from typing import Any, Final

import polars as pl

from annotators.exams.headings import exams
from builders.base import Kept, Shard
from builders.discovery import source_class
from builders.instructions.reading.asked import LABEL, Asked
from builders.instructions.reading.frames import NUMBER
from builders.sources.place import digest

TABLE: Final = "reports"
_EXAMS: Final = "exams"
_HEADING: Final = "examination"
_OURS: Final = ("study", "patient", "date", "split", "path", "text", "modality", "region")


def shards(location: str, asked: Asked) -> list[Shard]:
    """Those of the source, which change with its table of exams too."""
    source = _source(location, asked.text("source"))
    also = [one.identity for one in source.shards(_EXAMS)] if _EXAMS in source.tables else []
    return [
        Shard(one.name, digest(one.identity, *also) if also else one.identity, one.rows, one.bytes)
        for one in source.shards(TABLE)
    ]


def read(location: str, asked: Asked, shard: str) -> Kept:
    """Reports of a shard, numbered. Of sections of one name the last counts."""
    frame, rejected = Kept.of(_source(location, asked.text("source")).read(TABLE, shard))
    frame = frame.rename({"id": "study"})
    frame = frame.drop("sections").join(_sections(frame), on="study", how="left", maintain_order="left")
    frame = _with_exams(frame, location, asked.text("source"))
    frame = frame.with_columns(
        pl.col("split").cast(pl.String).alias("__split"),
        pl.int_range(1, pl.len() + 1).cast(pl.Int64).alias(NUMBER),
        pl.lit(shard).alias(LABEL), file=pl.lit(shard), name=pl.lit(shard),
    )  # fmt: skip
    return Kept(frame, rejected)


def _source(location: str, name: str) -> Any:
    kind: Any = source_class(name)
    return kind(location=location)


def _sections(frame: pl.DataFrame) -> pl.DataFrame:
    """A column for each name of a section; one that is called like another column of reports is left out."""
    parts = frame.select("study", "sections").explode("sections", empty_as_null=False).unnest("sections")
    parts = parts.filter(~pl.col("name").is_in(list(_OURS))).unique(("study", "name"), keep="last", maintain_order=True)
    if not parts.height:
        return frame.select("study").clear()
    return parts.pivot("name", index="study", values="text", sort_columns=True)


def _with_exams(frame: pl.DataFrame, location: str, name: str) -> pl.DataFrame:
    """Modality and region: of the source where it is of one kind, of its table of exams, or of the heading.

    A heading is the section `examination`, or the first line of the report.
    """
    if shows := source_class(name).shows:
        return frame.with_columns(modality=pl.lit(shows[0]), region=pl.lit(shows[1]))
    first = pl.col("text").str.strip_chars().str.extract(r"^([^\n]*)")
    heading = frame.select(pl.coalesce(_HEADING, first) if _HEADING in frame.columns else first).to_series()
    said = exams(frame["study"], heading)
    told = exams_of(location, name) if _EXAMS in source_class(name).tables else said.clear()
    both = said.join(told, on="study", how="left", maintain_order="left", suffix="_told")
    kinds = (pl.coalesce(f"{kind}_told", kind).cast(pl.String).alias(kind) for kind in ("modality", "region"))
    return pl.concat([frame, both.select(kinds)], how="horizontal")


@lru_cache(maxsize=2)
def exams_of(location: str, name: str) -> pl.DataFrame:
    """The whole table: its shards are not those of the reports."""
    source = _source(location, name)
    parts = [Kept.of(source.read(_EXAMS, shard.name)).frame for shard in source.shards(_EXAMS)]
    return pl.concat(parts).unique("study", keep="first", maintain_order=True) if parts else exams(*_none())


def _none() -> tuple[pl.Series, pl.Series]:
    return pl.Series("study", [], pl.String), pl.Series("heading", [], pl.String)
