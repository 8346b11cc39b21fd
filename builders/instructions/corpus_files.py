"""The files of a declared corpus as a source: rows of the table `instances`, before tasks are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final

import polars as pl

from builders.base import Kept, Shard, Source
from builders.instructions.reading.asked import asked_of
from builders.instructions.reading.files import without_files
from builders.instructions.reading.our_columns import with_ours
from builders.instructions.reading.plan import Plan
from builders.instructions.reading.rows_of import raw_rows
from builders.instructions.reading.splits import test_ids
from builders.instructions.readings import Reading, readings
from builders.instructions.task import Corpus, Task
from builders.sources.place import absolute
from schemas.errors import SourceError
from schemas.instructions import Instance
from schemas.licences import UNKNOWN
from schemas.terms import Terms

_CREDENTIALED: Final = "credentialed"
_PHYSIONET: Final = "physionet.org"
_MARK: Final = "|"


@dataclass(frozen=True)
class CorpusFiles(Source):
    """A folder, a file or an fsspec URL with the files of a corpus; `tasks` are those that are wanted of it.

    Tasks whose options differ read the files anew: the name of a shard begins with the number of the reading. Every
    row has the columns of its corpus and those of `builders.instructions.rows`. Terms are those of each row's licence,
    so those of the table forbid only what no licence decides, and for corpora under an agreement all that it forbids.
    """

    location: str
    corpus: Corpus = field(repr=False)
    tasks: tuple[Task, ...] = field(repr=False)

    tables: ClassVar[Mapping[str, Any]] = {"instances": Instance}

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", absolute(self.location))
        object.__setattr__(self, "name", self.corpus.name)
        object.__setattr__(self, "people", self.corpus.name)
        object.__setattr__(self, "terms", terms_of(self.corpus))

    @property
    def fingerprint(self) -> str:
        """What decides rows: name, layout, licence, and of each reading its options and the columns asked for."""
        from builders.provenance import fingerprint

        corpus = self.corpus
        plans = [[plan.asked.options, list(plan.asked.columns)] for plan in self._plans]
        return fingerprint(corpus.name, corpus.layout, corpus.licence, plans)

    def shards(self, table: str) -> Sequence[Shard]:
        """`READING|FILE`, or of a large file `READING|FILE:RANGE`; raises `SourceError` where no file is there."""
        return [shard for number in range(len(self._plans)) for shard in self._shards(number)]

    def _shards(self, number: int) -> list[Shard]:
        self._demand_files(number)
        held = self._plans[number].shards()
        return [Shard(f"{number}{_MARK}{one.name}", one.identity, one.rows, one.bytes) for one in held]

    def read(self, table: str, shard: str) -> Kept:
        """The rows of one shard."""
        number, _, name = shard.partition(_MARK)
        plan = self._plans[int(number)]
        frame, rejected = raw_rows(plan, name)
        pattern = plan.asked.text("test_ids")
        test = test_ids(self.location, pattern) if pattern else None
        kept, more = with_ours(frame, plan.asked, int(number), self.corpus.licence, test)
        return Kept(kept, pl.concat([rejected, more]))

    def notes(self) -> Sequence[str]:
        """Files that are declared and not here."""
        return [
            f"{self.corpus.name}: no file of {split} ({', '.join(patterns)})"
            for plan in self._plans
            for split, patterns in without_files(self.location, plan.asked.options.get("files", {})).items()
        ]

    @cached_property
    def _readings(self) -> tuple[Reading, ...]:
        return readings(self.tasks)

    @cached_property
    def _plans(self) -> list[Plan]:
        return [Plan(self.location, asked_of(self.corpus, one.options, one.tasks)) for one in self._readings]

    def _demand_files(self, number: int) -> None:
        """Raise a `SourceError` where no file of a reading is there."""
        patterns = self._plans[number].asked.options.get("files")
        if patterns and not self._plans[number].all_files:
            tasks = ", ".join(task.id for task in self._readings[number].tasks)
            wanted = ", ".join(pattern for one in patterns.values() for pattern in one)
            raise SourceError(
                f"{self.location}: no file {wanted} here, of which tasks {tasks} are made; {self.corpus.name} is "
                f"{self.corpus.title}. {self.corpus.obtain}"
            )


def terms_of(corpus: Corpus) -> Terms:
    """What may be done with a corpus as a whole; the licence of each row says the rest."""
    if corpus.licence == _CREDENTIALED:
        return Terms(
            text_may_leave="no", labels_may_leave="gated", ids_may_leave=False, commercial=False,
            remote_processing=False, places=frozenset({"physionet"} if _PHYSIONET in corpus.obtain else ()),
        )  # fmt: skip
    return Terms(remote_processing=corpus.licence != UNKNOWN)
