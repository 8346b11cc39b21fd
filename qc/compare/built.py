"""Counts of a build: of its questions where it has them, else of its findings."""

from typing import Final

import polars as pl

from qc.build import Build
from qc.compare.counts import TYPES, Counts, counted
from schemas.anatomy import WHOLE_REPORT

_POSITIVE: Final = ("Abnormality", "Disease")


def built(build: Build) -> Counts:
    """Every type from the first table that has it: `questions`, `findings`, and sizes from `entities`."""
    made_of: dict[str, str] = {}
    parts: list[pl.LazyFrame] = []
    for table, rows in (("questions", _asked), ("findings", _found), ("entities", _measured)):
        if not build.has(table):
            continue
        told = rows(build).collect()
        new = [name for name in TYPES if name not in made_of and (told["type"] == name).any()]
        parts.append(told.lazy().filter(pl.col("type").is_in(new)))
        made_of |= dict.fromkeys(new, table)
    return counted(parts, made_of, build.rows("corpus") if build.has("corpus") else None)


def _asked(build: Build) -> pl.LazyFrame:
    """Questions of the published types; of a presence question the answer, of one about disorders every name in it."""
    rows = build.scan("questions", ["study", "type", "node", "answer"]).with_columns(pl.col("type").cast(pl.String))
    said = pl.col("answer").str.strip_chars(" .").str.to_lowercase()
    kind = pl.when(pl.col("type") == "presence").then(pl.lit("presence ") + said).otherwise("type")
    placed = rows.select(type=kind, node="node", case="study").drop_nulls("node")
    named = rows.filter(pl.col("type") == "disorders").select(type="type", node=said.str.split(","), case="study")
    named = named.explode("node").with_columns(pl.col("node").str.strip_chars(" ."))
    return pl.concat([placed.filter(pl.col("type") != "disorders"), named]).filter(pl.col("type").is_in(TYPES))


def _found(build: Build) -> pl.LazyFrame:
    """What reports say of a structure or of its parts; what it inherits from its whole is in no published file."""
    rows = build.scan("findings", ["study", "anatomy", "entities"]).explode("entities").unnest("entities")
    rows = rows.filter(pl.col("via").cast(pl.String) != "inherited").with_columns(pl.col("type").cast(pl.String))
    positive, negative = pl.col("type").is_in(_POSITIVE), pl.col("type").str.starts_with("Non-")
    nodes = rows.filter(pl.col("anatomy") != WHOLE_REPORT)
    whole = rows.filter(pl.col("anatomy") == WHOLE_REPORT, positive)
    return pl.concat(
        [
            _of(nodes, "abnormality", "anatomy"),
            _of(nodes.filter(positive), "location", "anatomy"),
            _of(nodes.filter(positive), "presence yes", "anatomy"),
            _of(nodes.filter(negative), "presence no", "anatomy"),
            _of(whole, "disorders", "term"),
        ]
    )


def _measured(build: Build) -> pl.LazyFrame:
    rows = build.scan("entities", ["report", "anatomy", "measurements"]).filter(pl.col("measurements").list.len() > 0)
    return _of(rows.explode("anatomy").rename({"report": "study"}).drop_nulls("anatomy"), "size", "anatomy")


def _of(rows: pl.LazyFrame, kind: str, column: str) -> pl.LazyFrame:
    return rows.select(type=pl.lit(kind), node=column, case="study")
