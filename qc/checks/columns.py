"""Columns are declared, tagged, and hold what their tag says: terms act on tags, never on names."""

from collections.abc import Iterator, Mapping
from typing import Final, cast

import polars as pl
import pyarrow.parquet as pq

from qc.base import Check
from qc.build import Build
from qc.checks.accounting import rejected_rows
from qc.wording import counted
from schemas.columns import TAGS
from schemas.quality import Outcome

TEXT_TAGS: Final = ("source_text", "adapted_text")
LEAST_WORDS: Final = 6
"""A value of this many words that stands in a source text is a quotation; names of anatomies and terms are shorter."""

MOST_VALUES: Final = 300
"""Long values looked up per column."""

MOST_ROWS: Final = 200_000
"""Rows of a table in which long values are looked for, spread over its length."""


class Columns(Check):
    """Undeclared or untagged columns, and words of the source in a column whose tag would let them be shown."""

    name = "columns"
    group = "Integrity"
    title = "Columns keep to their terms"

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on a column the manifest does not have, or not as text."""
        wrong = [*_undeclared(build), *_untagged(build), *_quoting(build)]
        text = [f"{t.name}.{c.name}" for t in build.manifest.tables for c in t.columns if c.tag in TEXT_TAGS]
        n = sum(len(table.columns) for table in build.manifest.tables)
        terms = build.manifest.terms
        figures = {"columns": n, "text_columns": len(text), "text_may_leave": terms.text_may_leave}
        if wrong:
            return self.outcome(
                "fail",
                f"{counted(len(wrong), 'column')} outside the terms, or without a tag to judge by",
                advice="Tag the column in its schema (source_text for anything quoted), or do not write it.",
                figures=figures,
                cases=wrong,
            )
        where = "may be shown" if terms.shows_text() else "stays in this folder and is not shown"
        return self.outcome(
            "pass", f"{n} columns, all tagged; text ({', '.join(text) or 'none'}) {where}", figures=figures
        )


def _undeclared(build: Build) -> Iterator[str]:
    for table in build.manifest.tables:
        declared = {column.name for column in table.columns}
        found = {name for _, path in build.files(table.name) for name in pq.read_schema(path).names}
        yield from (f"{table.name}.{name}: not in the manifest" for name in sorted(found - declared))
        if build.files(table.name):
            yield from (f"{table.name}.{name}: in the manifest only" for name in sorted(declared - found))


def _untagged(build: Build) -> Iterator[str]:
    for table in build.manifest.tables:
        yield from (f"{table.name}.{c.name}: unknown tag {c.tag!r}" for c in table.columns if c.tag not in TAGS)


def _quoting(build: Build) -> Iterator[str]:
    """Columns with values of several words that stand in a text of the corpus."""
    if not build.has("corpus") or "text" not in {column.name for column in build.manifest.table("corpus").columns}:
        return
    values = {name: phrases for name, phrases in _long_values(build) if phrases}
    wanted = sorted({phrase for phrases in values.values() for phrase in phrases})
    if not wanted:
        return
    text = _words(pl.col("text")).str.extract_many(wanted).list.explode(keep_nulls=False, empty_as_null=False)
    quoted = set(build.scan("corpus", ["text"]).select(text.unique()).collect(engine="streaming").to_series())
    yield from (f"{name}: holds words of the source" for name, phrases in values.items() if quoted & phrases)


def _long_values(build: Build) -> Iterator[tuple[str, set[str]]]:
    """(table.column, first words of its long values) for text in columns that are not tagged as text, at any depth."""
    for table in build.manifest.tables:
        if not build.has(table.name):
            continue
        rows = _spread(build, table.name)
        schema = rows.collect_schema()
        for column in table.columns:
            if column.tag not in TEXT_TAGS and column.name in schema:
                values = rows.select(value=column.name)
                for path, leaves in _leaves(f"{table.name}.{column.name}", values, schema[column.name]):
                    yield path, _phrases(leaves, "value")
    if not build.manifest.terms.shows_text():
        for stage in build.manifest.stages:
            yield f"rejected/{stage.table}.detail", _phrases(rejected_rows(build, stage.table), "detail")


def _leaves(path: str, values: pl.LazyFrame, dtype: pl.DataType) -> Iterator[tuple[str, pl.LazyFrame]]:
    """(path, rows of `value`) of the strings in a column: `findings.entities[].laterality` within lists and structs."""
    if isinstance(dtype, pl.String | pl.Categorical):
        yield path, values.select(pl.col("value").cast(pl.String))
    elif isinstance(dtype, pl.List | pl.Array):
        yield from _leaves(f"{path}[]", values.explode("value"), cast(pl.DataType, dtype.inner))
    elif isinstance(dtype, pl.Struct):
        for field in dtype.fields:
            part = values.select(value=pl.col("value").struct.field(field.name))
            yield from _leaves(f"{path}.{field.name}", part, cast(pl.DataType, field.dtype))


def _spread(build: Build, table: str) -> pl.LazyFrame:
    """Every n-th row of a table, the first one always."""
    return build.scan(table).gather_every(max(1, build.rows(table) // MOST_ROWS))


def _phrases(rows: pl.LazyFrame, column: str) -> set[str]:
    """The first words of up to `MOST_VALUES` different long values."""
    head = pl.col(column).filter(pl.col(column).str.count_matches(r"\S+") >= LEAST_WORDS).unique(maintain_order=True)
    first = _words(head.head(MOST_VALUES)).str.extract(rf"^((?:\S+ ){{{LEAST_WORDS - 1}}}\S+)")
    return set(rows.select(first).collect(engine="streaming").to_series().drop_nulls())


def _words(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
