"""What was built on this machine, and for which split: so that no dataset trains on what another tests with.

A folder: `key` (random, for this folder alone), `<dataset>.parquet` (the last whole build of each dataset) and
`sealed.parquet` (what may never be trained on). It holds keyed hashes, no id and no text: lost without its key it
says nothing, and with it only to somebody who has the ids.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from typing import Final

import polars as pl

from qc.build import Build
from schemas.columns import IDENTIFIES
from schemas.errors import MedmillError
from schemas.manifest import ColumnRecord, TableRecord

HELD_OUT: Final = ("test",)
SEALED: Final = "sealed"
_SCHEMA: Final = {"kind": pl.String, "hash": pl.String, "split": pl.String}
_MIMIC: Final = "mimic"
_PEOPLE_OF_SEALED: Final = frozenset({_MIMIC})
"""Whose official test subjects are sealed with every build: MIMIC-CXR's are the field's common test set."""


@dataclass(frozen=True)
class Item:
    """Something of a build that another dataset holds out: what it is, where it stands, and in whose test split.

    `row` is the first row it stands in: what may be shown where the value itself may not.
    """

    kind: str
    value: str
    row: str
    table: str
    split: str
    held_out_by: str


@dataclass(frozen=True)
class Ledger:
    """The folder; made when the first build is written into it."""

    folder: Path

    @classmethod
    def of_user(cls) -> "Ledger":
        """`$XDG_DATA_HOME/medmill/ledger`, by default below `~/.local/share`."""
        home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return cls(Path(home) / "medmill" / "ledger")

    def record(self, build: Build) -> None:
        """Write down what a build holds in which split, in place of an earlier build of the same dataset."""
        found = pl.concat([pl.DataFrame(schema=_SCHEMA), *(self._hashed(build, rows) for rows in _items(build))])
        self._write(build.manifest.dataset, found.unique().sort(pl.all()))
        if _people(build) & _PEOPLE_OF_SEALED:
            subjects = found.filter(pl.col("kind") == "subject", pl.col("split").is_in(HELD_OUT))
            self._write(SEALED, pl.concat([self._read(SEALED), subjects]).unique().sort(pl.all()))

    def seal(self, kind: str, people: str, values: Iterable[str]) -> int:
        """Never let these be trained on: ids of a kind (`schemas.columns.IDENTIFIES`); returns how many are new."""
        if kind not in IDENTIFIES:
            raise MedmillError(f"unknown kind {kind!r}; expected one of {', '.join(IDENTIFIES)}")
        made = [(kind, self._hash(kind, people, value), "test") for value in values]
        before = self._read(SEALED)
        after = pl.concat([before, pl.DataFrame(made, _SCHEMA, orient="row")]).unique().sort(pl.all())
        self._write(SEALED, after)
        return after.height - before.height

    def forget(self, dataset: str) -> bool:
        """Drop what is known of a dataset; whether there was anything."""
        path = self._path(dataset)
        there = path.exists()
        path.unlink(missing_ok=True)
        return there

    def summary(self) -> pl.DataFrame:
        """dataset, kind, split, items."""
        parts = [self._read(name).with_columns(dataset=pl.lit(name)) for name in self.datasets()]
        empty = pl.DataFrame(schema={**_SCHEMA, "dataset": pl.String})
        counted = pl.concat([empty, *parts]).group_by("dataset", "kind", "split").agg(items=pl.len())
        return counted.sort("dataset", "kind", "split")

    def datasets(self) -> list[str]:
        """Names of what is known, `sealed` among them."""
        return sorted(path.stem for path in self.folder.glob("*.parquet"))

    def held_out_elsewhere(self, build: Build) -> list[Item]:
        """Items outside the test split of a build that are sealed, or in the test split of another dataset."""
        others = [name for name in self.datasets() if name != build.manifest.dataset]
        if not others:
            return []
        held = pl.concat(self._read(name).with_columns(held_out_by=pl.lit(name)) for name in others)
        held = held.filter(pl.col("split").is_in(HELD_OUT)).drop("split")
        found = []
        for rows in (*_items(build), *_patients(build)):
            own = rows.with_columns(hash=self._hashed(build, rows)["hash"]).filter(~pl.col("split").is_in(HELD_OUT))
            met = own.join(held, on=["kind", "hash"]).select("kind", "value", "row", "table", "split", "held_out_by")
            found += [Item(*row) for row in met.unique().sort(pl.all()).iter_rows()]
        return found

    def _hashed(self, build: Build, rows: pl.DataFrame) -> pl.DataFrame:
        people = " ".join(sorted(_people(build)))
        if "people" not in rows.columns:
            rows = rows.with_columns(people=pl.lit(people))
        named = rows.select("kind", "people", "value").iter_rows()
        hashes = [self._hash(kind, whose, value) for kind, whose, value in named]
        return rows.select("kind", hash=pl.Series(hashes, dtype=pl.String), split="split")

    def _hash(self, kind: str, people: str, value: str) -> str:
        """Equal texts are equal whoever wrote them, documents name their corpus; other ids hold among their people."""
        whose = "" if kind in ("document", "text") else people
        return blake2b(f"{kind}\0{whose}\0{value}".encode(), key=self._key, digest_size=16).hexdigest()

    @cached_property
    def _key(self) -> bytes:
        path = self.folder / "key"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".key.{os.getpid()}.draft")
            draft.touch(mode=0o600)
            draft.write_bytes(token_bytes(32))
            try:
                os.link(draft, path)  # only one of several builds that start at once makes the key
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_bytes()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def _read(self, name: str) -> pl.DataFrame:
        path = self._path(name)
        return pl.read_parquet(path) if path.exists() else pl.DataFrame(schema=_SCHEMA)

    def _write(self, name: str, rows: pl.DataFrame) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".{name}.{os.getpid()}.draft"
        rows.write_parquet(draft)
        draft.replace(self._path(name))


def _people(build: Build) -> set[str]:
    return {source.people or source.kind for source in build.manifest.sources}


def _items(build: Build) -> Iterable[pl.DataFrame]:
    """Per identifying column of every table: kind, value, row, table, split; each pair of value and split once."""
    for table in build.manifest.tables:
        for column in table.columns:
            if column.identifies and build.has(table.name):
                yield _of_column(build, table, column)


def _of_column(build: Build, table: TableRecord, column: ColumnRecord) -> pl.DataFrame:
    first = (table.primary_key or [column.name])[0]
    rows = build.scan(table.name, list(dict.fromkeys([column.name, first]))).drop_nulls(column.name)
    pairs = rows.group_by(value=pl.col(column.name).cast(pl.String), split=pl.col("file_split")).agg(
        row=pl.col(first).cast(pl.String).min()
    )
    columns = {"kind": pl.lit(column.identifies), "table": pl.lit(table.name)}
    return pairs.with_columns(**columns).select("kind", "value", "row", "table", "split").collect(engine="streaming")


def _patients(build: Build) -> Iterable[pl.DataFrame]:
    """Documents that are patients of MIMIC, as its own builds call them: `mimic/10000032` is subject `p10000032`."""
    patient = pl.concat_str(pl.lit("p"), pl.col("value").str.extract(rf"^{_MIMIC}/(\d+)$"))
    for rows in _items(build):
        told = rows.filter(pl.col("kind") == "document").with_columns(kind=pl.lit("subject"), value=patient)
        yield told.drop_nulls("value").with_columns(people=pl.lit(_MIMIC))


def in_two_splits(build: Build) -> list[Item]:
    """Subjects and scans of one table that stand in more than one of its splits; those of the corpus have a check."""
    found = []
    for rows in _items(build):
        rows = rows.filter(pl.col("kind").is_in(["subject", "scan"]), pl.col("table") != "corpus")
        twice = rows.filter(pl.col("split").n_unique().over("value") > 1).sort("value", "split")
        found += [
            Item(kind, value, row, table, split, "another split of it")
            for kind, value, row, table, split in twice.select("kind", "value", "row", "table", "split").iter_rows()
        ]
    return found
