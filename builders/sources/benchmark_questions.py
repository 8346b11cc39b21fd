"""Questions of benchmarks that must not stand in a training corpus: files of questions, or builds of medmill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Shard, Source
from builders.sources.place import Place, absolute, digest
from builders.sources.table_files import is_table, read_shard, table_shards
from schemas.contamination import Question
from schemas.errors import SourceError
from schemas.manifest import MANIFEST, read_manifest
from schemas.terms import OPEN, Terms

_TRAIN = "train"
_ASKED = ("question", "input")


@dataclass(frozen=True)
class BenchmarkQuestions(Source):
    """Files with a column of questions (JSON lines, CSV, Parquet), folders of them, or build folders, parted by commas.

    `question`: the column. Of a build every split but train is read, and its column `input` where it has no
    questions; of other folders every file. Nothing of the text gets into what is made: documents that hold a question
    are left out, and the question's id is named.
    """

    location: str
    question: str = "question"

    name: ClassVar[str] = "benchmark-questions"
    version: ClassVar[int] = 1
    terms: ClassVar[Terms] = OPEN
    tables: ClassVar[Mapping[str, Any]] = {"questions": Question}

    def __post_init__(self) -> None:
        places = ",".join(absolute(part.strip()) for part in self.location.split(","))
        object.__setattr__(self, "location", places)

    @cached_property
    def _files(self) -> dict[str, tuple[Place, str, str]]:
        """By a name that is stable: place, name there, and column of each file (of one that is of no build: none)."""
        found: dict[str, tuple[Place, str, str]] = {}
        for location in self.location.split(","):
            for place, name, column in _files_of(location):
                found[_label(location, name)] = (place, name, column)
        return found

    def _column(self, label: str) -> str:
        """The column of the questions in a file."""
        return self._files[label][2] or self.question

    def shards(self, table: str) -> Sequence[Shard]:
        """Ranges of each file; raises `SourceError` for a file without the column."""
        return [
            Shard(f"{label}|{shard.name}", digest(label, shard.identity), shard.rows, shard.bytes)
            for label, (place, name, _) in self._files.items()
            for shard, _ in table_shards(place, name, [self._column(label)], self._column(label))
        ]

    def read(self, table: str, shard: str) -> Kept:
        """Question rows; a row without words is rejected as `empty_question`."""
        label, _, inner = shard.partition("|")
        place, _, _ = self._files[label]
        column = self._column(label)
        raw, numbers, unread = read_shard(place, inner, [column])
        rows = raw.select(
            id=pl.format("{}#{}", pl.lit(f"{label}:{inner.rpartition(':')[2]}"), numbers),
            text=pl.col(column).fill_null(""),
        )
        blank = ~pl.col("text").str.contains(r"[\pL\pN]")
        told = rows.filter(blank).select(
            "id", reason=pl.lit("empty_question"), detail=pl.lit("a question without words")
        )
        unread = unread.select(list(REJECTED_SCHEMA))
        return Kept(rows.filter(~blank), pl.concat([unread, told]))


def _label(location: str, name: str) -> str:
    """The last part of a location with what lies below it, and a file by its name."""
    last = location.rstrip("/").rpartition("/")[2]
    return name if last == name else f"{last}/{name}"


def _files_of(location: str) -> list[tuple[Place, str, str]]:
    place = Place(location)
    place.demand_answer()
    if place.fs.isfile(place.full()):
        folder, _, name = location.rpartition("/")
        if not is_table(name):
            raise SourceError(
                f"{location}: no table of questions; expected .jsonl, .csv or .parquet, or a folder of them"
            )
        return [(Place(folder or "/"), name, "")]
    place.demand_folder()
    if place.first(MANIFEST):
        return [(place, name, column) for name, column in _held_out(location)]
    names = [name for name in place.files("**/*") if is_table(name) and place.fs.isfile(place.full(name))]
    if not names:
        raise SourceError(
            f"{location}: no table of questions here; expected files that end in .jsonl, .csv or .parquet"
        )
    return [(place, name, "") for name in names]


def _held_out(location: str) -> list[tuple[str, str]]:
    """Files of a build that hold questions of splits other than train, each with their column."""
    manifest = read_manifest(Path(location))
    if manifest.status != "complete":
        raise SourceError(
            f"{location}: this build is {manifest.status}, so questions of it would be missed; finish it first"
        )
    names = [
        (file.path, column)
        for table in manifest.tables
        if (column := _asked({column.name for column in table.columns}))
        for split, record in table.splits.items()
        for file in record.files
        if split != _TRAIN
    ]
    if not names:
        raise SourceError(f"{location}: this build has no table with questions outside train; name a file of questions")
    return names


def _asked(columns: set[str]) -> str:
    """The column of a table that holds what a benchmark asks."""
    return next((name for name in _ASKED if name in columns), "")


SOURCE = BenchmarkQuestions
