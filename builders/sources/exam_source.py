"""What sources of exam questions share: files of questions, one shard each, whose records become rows."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from builders.base import Kept, Shard, Source
from builders.sources.exam_files import Record
from builders.sources.exam_rows import Read, WrongShapeError, question_rows
from builders.sources.place import Place, absolute, digest
from schemas.errors import SourceError
from schemas.exam_questions import ReadQuestion
from schemas.licences import normalised

SPLIT_OF = {"train": "train", "dev": "validation", "test": "test"}
"""Splits as the files of exams are called."""


@dataclass(frozen=True)
class ExamSource(Source):
    """A folder of files of questions, laid out as published or lying together; `.gz` stays packed.

    A subclass says which files there are and what a record holds. What is no question is rejected: `bad_json`,
    `not_utf8`, `wrong_shape`, and the reasons of `builders.sources.exam_rows`.
    """

    location: str

    language: ClassVar[str]
    licence: ClassVar[str]
    expected: ClassVar[str]
    """The files that should be there, for the message where they are not."""
    has_splits: ClassVar[bool] = True
    tables: ClassVar[Mapping[str, Any]] = {"questions": ReadQuestion}

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", absolute(self.location))

    @abstractmethod
    def files(self, place: Place) -> Mapping[str, Sequence[str]]:
        """The files of each shard by its name: the questions, then what belongs to them."""

    @abstractmethod
    def records(self, place: Place, files: Sequence[str]) -> tuple[list[Record], list[tuple[int, str]]]:
        """The records of a shard, and number and reason of those that cannot be read."""

    @abstractmethod
    def question(self, shard: str, number: int, record: Mapping[str, Any]) -> Read:
        """One question; raises `WrongShapeError`."""

    @cached_property
    def _place(self) -> Place:
        place = Place(self.location)
        place.demand_folder()
        return place

    @cached_property
    def _files(self) -> Mapping[str, Sequence[str]]:
        found = self.files(self._place)
        if not found:
            raise SourceError(f"{self.location}: no {self.name} here; expected {self.expected} (or with .gz)")
        return found

    def shards(self, table: str) -> Sequence[Shard]:
        """One per file of questions."""
        return [Shard(name, digest(*map(self._place.identity, files))) for name, files in sorted(self._files.items())]

    def notes(self) -> Sequence[str]:
        """Splits that are not here."""
        absent = [split for split in SPLIT_OF if split not in self._files] if self.has_splits else []
        return [f"no file of the split {split}" for split in absent]

    def read(self, table: str, shard: str) -> Kept:
        """The questions of one file."""
        records, bad = self.records(self._place, self._files[shard])
        read = list[Read]()
        failed = [(f"{self.name}/{shard}#{number}", reason, f"record {number}") for number, reason in bad]
        for number, record in records:
            try:
                read.append(self.question(shard, number, record))
            except WrongShapeError as error:
                failed.append((f"{self.name}/{shard}#{number}", "wrong_shape", f"record {number}: {error}"))
        return question_rows(read, failed, source=self.name, language=self.language, licence=normalised(self.licence))


def by_stem(names: Sequence[str]) -> dict[str, Sequence[str]]:
    """Files by the name before the first dot; raises `SourceError` where two are called the same."""
    found: dict[str, Sequence[str]] = {}
    for name in names:
        stem = name.rpartition("/")[2].partition(".")[0]
        if stem in found:
            raise SourceError(f"{found[stem][0]} and {name}: two files of the same questions; keep one of them")
        found[stem] = (name,)
    return found
