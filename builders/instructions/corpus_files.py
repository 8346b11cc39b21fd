"""The files of a declared corpus as a source: rows of the table `instances`, before tasks are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final

from builders.base import Kept, Shard, Source
from builders.instructions.people import people_of
from builders.instructions.reading import exam_questions, reports
from builders.instructions.reading.files import listing, packed_up, without_files
from builders.instructions.reading.partners import by_name
from builders.instructions.reading.shared import Shared, shared
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
_LICENCE: Final = "physionet-credentialed-health-data-license-1.5.0"
_MARK: Final = "|"


@dataclass(frozen=True)
class CorpusFiles(Source):
    """A folder, a file or an fsspec URL with the files of a corpus; `tasks` are those that are wanted of it.

    Tasks whose options differ read the files anew, unless they differ in `where` alone: the name of a shard begins with
    the number of the first of its readings. Every row has the columns of its corpus and those of
    `builders.instructions.rows`. Terms are those of each row's licence,
    so those of the table forbid only what no licence decides, and for corpora under an agreement all that it forbids.
    """

    location: str
    corpus: Corpus = field(repr=False)
    tasks: tuple[Task, ...] = field(repr=False)

    name: ClassVar[str] = "corpus-files"
    """What the manifest calls this kind of source; each is called like its corpus."""
    tables: ClassVar[Mapping[str, Any]] = {"instances": Instance}
    terms: ClassVar[Terms] = Terms(remote_processing=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", absolute(self.location))
        object.__setattr__(self, "name", self.corpus.name)
        object.__setattr__(self, "people", people_of(self.corpus.name))
        object.__setattr__(self, "terms", terms_of(self.corpus))

    @property
    def fingerprint(self) -> str:
        """What decides rows: name, layout, licence, and of each reading its options and the columns asked for."""
        from builders.provenance import fingerprint

        corpus = self.corpus
        asked = [[one.options, list(one.columns)] for run in self._shared for _, one in run.readings]
        sources = [
            exam_questions.source_of(self.location, run.plan.asked) for run in self._shared if run.plan.of_source
        ]
        return fingerprint(corpus.name, corpus.layout, corpus.licence, asked, sources)

    def shards(self, table: str) -> Sequence[Shard]:
        """`READING|FILE`, or of a large file `READING|FILE:RANGE`; raises `SourceError` where no file is there."""
        for remembered in (listing, by_name, test_ids, exam_questions.states, reports.exams_of):
            remembered.cache_clear()  # what was listed for another build of this process may have changed
        return [shard for run in self._shared for shard in self._shards(run)]

    def _shards(self, run: Shared) -> list[Shard]:
        self._demand_files(run)
        return [Shard(f"{run.number}{_MARK}{one.name}", one.identity, one.rows, one.bytes) for one in run.plan.shards()]

    def read(self, table: str, shard: str) -> Kept:
        """The rows of one shard."""
        number, _, name = shard.partition(_MARK)
        return next(run for run in self._shared if run.number == int(number)).read(name)

    def notes(self) -> Sequence[str]:
        """Files that are declared and not here."""
        told = [note for run in self._shared if run.plan.of_source for note in run.plan.source_notes()]
        missing = [
            f"{self.corpus.name}: no file of {split} ({', '.join(patterns)})"
            for run in self._shared
            for split, patterns in without_files(self.location, run.plan.asked.options.get("files", {})).items()
        ]
        return list(dict.fromkeys([*told, *missing]))

    @cached_property
    def _readings(self) -> tuple[Reading, ...]:
        return readings(self.tasks)

    @cached_property
    def _shared(self) -> list[Shared]:
        return shared(self.location, self.corpus, self._readings)

    def _demand_files(self, run: Shared) -> None:
        """Raise a `SourceError` where no file of a reading is there, or not what lies beside it or names its test."""
        patterns = run.plan.asked.options.get("files")
        if patterns and not run.plan.all_files:
            tasks = ", ".join(task.id for number, _ in run.readings for task in self._readings[number].tasks)
            wanted = ", ".join(pattern for one in patterns.values() for pattern in one)
            packed = packed_up(self.location)
            there = f" ({', '.join(packed[:3])} may have to be unpacked)" if packed else ""
            raise SourceError(
                f"{self.location}: no file {wanted} here{there}, of which tasks {tasks} are made; "
                f"{self.corpus.name} is {self.corpus.title}. {self.corpus.obtain}"
            )
        if lacking := run.plan.lacks_beside:
            raise SourceError(
                f"{self.location}: no file {', '.join(lacking)} here, which has to lie beside the others; download it "
                f"too. {self.corpus.obtain}"
            )
        if pattern := run.plan.asked.text("test_ids"):
            test_ids(self.location, pattern)


def terms_of(corpus: Corpus) -> Terms:
    """What may be done with a corpus as a whole; the licence of each row says the rest."""
    if corpus.licence == _CREDENTIALED:
        of_physionet = _PHYSIONET in corpus.obtain
        return Terms(
            text_may_leave="no", labels_may_leave="gated", ids_may_leave=False, commercial=False,
            remote_processing=False, places=frozenset({"physionet"} if of_physionet else ()),
            licences=frozenset({_LICENCE} if of_physionet else ()),
        )  # fmt: skip
    return Terms(remote_processing=corpus.licence != UNKNOWN)
