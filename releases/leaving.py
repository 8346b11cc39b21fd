"""Rows as they leave: without what is withheld, with a keyed hash where text stood, a group's name for its hash."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from releases.policy import Decision, decide
from releases.verified import Verified
from schemas.manifest import ColumnRecord, Manifest, TableRecord
from schemas.references import SECTION, hashes, passages
from schemas.release import Target, Treated
from schemas.terms import Terms

HASHED = "{}_hash"
"""What the column of hashes is called that stands for a column of text."""


@dataclass(frozen=True)
class Leaving:
    """The tables of one build on their way out."""

    folder: Path
    manifest: Manifest
    target: Target
    gated: bool
    verified: Mapping[str, Verified] = field(default_factory=dict)
    terms: Terms | None = None
    """Instead of those of the table, where its rows carry licences of their own."""

    @cached_property
    def tables(self) -> list[TableRecord]:
        """The tables, with what people said of their rows behind their own columns."""
        named = ((self.verified.get(table.name), table) for table in self.manifest.tables)
        return [said.of(table) if said else table for said, table in named]

    def under(self, terms: Terms) -> "Leaving":
        """The same under other terms."""
        return replace(self, terms=terms)

    def decisions(self, table: TableRecord) -> dict[str, Decision]:
        """What becomes of every column of a table."""
        terms = self.terms or table.terms
        found = {c.name: decide(c, terms, self.target, gated=self.gated) for c in table.columns}
        if self._keyed is not None:
            return found
        lost = Decision("withheld", "no table of this build holds the keys of its reports")
        return {name: lost if d.treatment == "referenced" else d for name, d in found.items()}

    def treated(self, table: TableRecord) -> list[Treated]:
        """The columns that do not leave as they are."""
        decisions = self.decisions(table)
        return [
            Treated(table=table.name, column=c.name, tag=c.tag, treatment=d.treatment, why=d.why)
            for c in table.columns
            if (d := decisions[c.name]).why
        ]

    def columns(self, table: TableRecord) -> list[ColumnRecord]:
        """The columns as they leave, in their order."""
        decisions = self.decisions(table)
        return [_as_left(c, decisions[c.name]) for c in table.columns if decisions[c.name].treatment != "withheld"]

    def built(self, table: TableRecord, split: str, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """The rows of a split as they were built, file by file."""
        said = self.verified.get(table.name) if columns is None else None
        for file in table.splits[split].files:
            rows = pl.read_parquet(self.folder / file.path, columns=columns)
            yield said.beside(rows) if said else rows

    def rows(
        self, table: TableRecord, split: str, keep: Callable[[pl.DataFrame], pl.DataFrame]
    ) -> Iterator[pl.DataFrame]:
        """Those rows of a split that `keep` keeps, as they leave, file by file."""
        decisions = self.decisions(table)
        numbered = [name for name, decision in decisions.items() if decision.treatment == "numbered"]
        names = {name: self._group_names(table, name) for name in numbered}
        for rows in self.built(table, split):
            yield self._changed(table, decisions, names, keep(rows))

    def _changed(
        self,
        table: TableRecord,
        decisions: Mapping[str, Decision],
        names: Mapping[str, Mapping[str, str]],
        rows: pl.DataFrame,
    ) -> pl.DataFrame:
        for column in table.columns:
            treatment = decisions[column.name].treatment
            if treatment == "referenced":
                rows = self._referenced(rows, column)
            elif treatment == "numbered":
                named = pl.col(column.name).replace_strict(names[column.name], return_dtype=pl.String)
                rows = rows.with_columns(named)
        columns = [HASHED.format(c.name) if c.name not in rows.columns else c.name for c in table.columns]
        kept = [c.name for c in self.columns(table)]
        return plain(rows.select(name for name in columns if name in kept))

    def _referenced(self, rows: pl.DataFrame, column: ColumnRecord) -> pl.DataFrame:
        made = hashes(rows[column.name], self._keys_beside(rows, column)).alias(HASHED.format(column.name))
        return rows.with_columns(made).drop(column.name)

    def _keys_beside(self, rows: pl.DataFrame, column: ColumnRecord) -> pl.Series:
        """The key of each row's text: of its section, or of the whole text where the row holds all that was read."""
        keys = self._report_keys if "passages" in column.cut_from else self._section_keys
        on = [column.cut_from[name] for name in SECTION if name in column.cut_from]
        named = keys.rename({name: column.cut_from[name] for name in SECTION if name in column.cut_from})
        beside = rows.join(named, on=on, how="left", maintain_order="left", coalesce=True)["key"]
        return hashes(rows[column.name], beside) if "passages" in column.cut_from else beside

    @cached_property
    def _keyed(self) -> TableRecord | None:
        """The table that holds the keys of the reports."""
        found = [table for table in self.manifest.tables if any(c.tag == "text_key" for c in table.columns)]
        return found[0] if found else None

    @cached_property
    def _corpus(self) -> pl.DataFrame:
        if self._keyed is None:
            raise RuntimeError("no table of this build holds the keys of its reports")
        files = [self.folder / file.path for split in self._keyed.splits.values() for file in split.files]
        return pl.concat(pl.read_parquet(path, columns=["id", "report_key", "text", "passages"]) for path in files)

    @cached_property
    def _report_keys(self) -> pl.DataFrame:
        """report, key."""
        return self._corpus.select(report="id", key="report_key")

    @cached_property
    def _section_keys(self) -> pl.DataFrame:
        """report, section, section_index, key: hash of the section, keyed by the hash of the report."""
        cut = passages(self._corpus).join(self._report_keys, on="report", how="left", maintain_order="left")
        return cut.select(*SECTION, key=hashes(cut["text"], cut["key"]))

    def _group_names(self, table: TableRecord, column: str) -> dict[str, str]:
        """The first id of every group of equal texts."""
        files = [self.folder / file.path for split in table.splits.values() for file in split.files]
        first = pl.scan_parquet(files).group_by(column).agg(pl.col(table.primary_key[0]).min()).collect()
        return dict(first.iter_rows())


def _as_left(column: ColumnRecord, decision: Decision) -> ColumnRecord:
    if decision.treatment == "numbered":
        return column.model_copy(update={"tag": "label", "description": "First id of the rows whose texts are equal."})
    if decision.treatment == "referenced":
        said = f"Keyed hash that stands for `{column.name}`; medmill rehydrate puts the text back. {column.description}"
        return column.model_copy(
            update={"name": HASHED.format(column.name), "dtype": "String", "tag": "label", "description": said}
        )
    return column


def plain(rows: pl.DataFrame) -> pl.DataFrame:
    """Closed lists as strings: every reader knows those."""
    return rows.cast({pl.Enum: pl.String, pl.Categorical: pl.String}).with_columns(
        pl.col(name).cast(_plain(dtype)) for name, dtype in rows.schema.items() if dtype.is_nested()
    )


def _plain(dtype: Any) -> pl.DataType:
    if isinstance(dtype, pl.List):
        return pl.List(_plain(dtype.inner))
    if isinstance(dtype, pl.Struct):
        return pl.Struct([pl.Field(field.name, _plain(field.dtype)) for field in dtype.fields])
    return pl.String() if dtype in (pl.Enum, pl.Categorical) else dtype
