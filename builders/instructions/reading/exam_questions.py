"""Questions of examinations through medmill's own sources, with their translation where a source has one."""

from functools import lru_cache
from typing import Any, Final

import polars as pl

from builders.base import Kept, Shard, Source
from builders.discovery import source_class
from builders.instructions.reading.asked import LABEL, Asked
from builders.instructions.reading.frames import NUMBER
from builders.instructions.rows import SPLIT, UNANSWERABLE
from builders.sources.place import digest
from schemas.errors import SourceError
from schemas.instructions import UNANSWERABLE as MARKS

TABLE: Final = "questions"
_SAID_AGAIN: Final = ("question", "context", "options")


def source_of(location: str, asked: Asked) -> Source:
    """The source that reads the files."""
    kind: Any = source_class(asked.text("source"))
    return kind(location=location)


def shards(location: str, asked: Asked) -> list[Shard]:
    """Those of the source; what is translated changes with its translation too."""
    source = source_of(location, asked)
    other = states(location, asked.text("source"), asked.text("translation"))
    return [
        Shard(
            one.name, digest(one.identity, other[one.name]) if one.name in other else one.identity, one.rows, one.bytes
        )
        for one in source.shards(TABLE)
    ]


def read(location: str, asked: Asked, shard: str) -> Kept:
    """Questions of a shard, numbered; ids are those of the source without its name."""
    source = source_of(location, asked)
    frame, rejected = Kept.of(source.read(TABLE, shard))
    if language := asked.text("translation"):
        frame, more = _translated(frame, location, asked.text("source"), shard, language)
        rejected = pl.concat([rejected, more])
    frame = frame.with_columns(
        pl.col("id").str.strip_prefix(f"{asked.text('source')}/"),
        pl.col("split").cast(pl.String).alias(SPLIT),
        _unanswerable().alias(UNANSWERABLE),
        pl.int_range(1, pl.len() + 1).cast(pl.Int64).alias(NUMBER),
        pl.lit(shard).alias(LABEL), file=pl.lit(shard), name=pl.lit(shard),
    )  # fmt: skip
    return Kept(frame, rejected)


def _unanswerable() -> pl.Expr:
    """The marks of a question that are set; an empty list where none is."""
    return pl.concat_list(pl.when(mark).then(pl.lit(mark)) for mark in MARKS).list.drop_nulls()


def _translated(frame: pl.DataFrame, location: str, source: str, shard: str, language: str) -> Kept:
    """Beside each question the same one in another language; one that has none is rejected."""
    renamed = {name: f"{name}_{language}" for name in _SAID_AGAIN}
    other = pl.DataFrame(schema={"id": pl.String, **{renamed[name]: frame.schema[name] for name in _SAID_AGAIN}})
    if shard in states(location, source, language):
        rows = Kept.of(_translation(location, source, language).read(TABLE, shard)).frame
        other = rows.select("id", *_SAID_AGAIN).rename(renamed)
    joined = frame.join(other, on="id", how="left", maintain_order="left")
    has = pl.col(renamed["question"]).is_not_null()
    told = {"reason": pl.lit("no_translation"), "detail": pl.format("{}: not in the files of " + language, "id")}
    return Kept(joined.filter(has), joined.filter(~has).select("id", **told))


def _translation(location: str, source: str, language: str) -> Source:
    made: Any = source_of(location, Asked("", "", {"source": source}, ()))
    if not hasattr(made, "translation") or (other := made.translation(language)) is None:
        raise SourceError(f"{location}: the source {source} has no questions in {language}; leave `translation` out")
    return other


@lru_cache(maxsize=8)
def states(location: str, source: str, language: str) -> dict[str, str]:
    """Identities of the shards that are translated."""
    if not language:
        return {}
    return {one.name: one.identity for one in _translation(location, source, language).shards(TABLE)}
