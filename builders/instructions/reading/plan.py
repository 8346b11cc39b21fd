"""The shards of one reading: parts of large files, large files, runs of small ones, or what another source has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from builders.base import Shard
from builders.instructions.reading import exam_questions, reports
from builders.instructions.reading.asked import Asked
from builders.instructions.reading.by_layout import IN_PARTS, TOGETHER
from builders.instructions.reading.files import ALL, CorpusFile, found, without_files
from builders.instructions.reading.parts import Part, demand_same, part_named
from builders.sources.place import digest
from schemas.errors import SourceError

RUN_BYTES: Final = 16 * 2**20
MOST_FILES: Final = 500
_MARK: Final = "~"
_MARK_LETTERS: Final = 8
_SOURCES: Final = {"exam-source": exam_questions.shards, "report-source": reports.shards}


@dataclass(frozen=True)
class Plan:
    """What a copy of a corpus at a location holds for one reading."""

    location: str
    asked: Asked

    def shards(self) -> list[Shard]:
        """Named `FILE` for a whole file, `FILE:FROM-TO+BEFORE` for a part of it, `FILE+COUNT` for a run.

        Behind it stands `~` and the begin of the identity of its bytes, by which a change before they are read is seen.
        """
        if of_source := _SOURCES.get(self.asked.layout):
            return of_source(self.location, self.asked)
        return [shard for run in self._runs for shard in self._of_run(run)]

    def _of_run(self, run: Sequence[CorpusFile]) -> Iterator[Shard]:
        if len(run) == 1 and self._in_parts:
            cut = list(IN_PARTS[self.asked.layout][0](run[0], self.asked))
            if any(part.rows for part in cut):
                for part in cut:
                    identity = digest(part.identity, self._also) if self._also else part.identity
                    yield Shard(_marked(f"{run[0].label}:{part.name}", part.identity), identity, part.rows, part.bytes)
                return
        own = _identity(run)
        yield Shard(_marked(_run_name(run), own), digest(own, self._also), 0, sum(file.size for file in run))

    def source_notes(self) -> Sequence[str]:
        """What the source that reads the files says of this copy."""
        return exam_questions.source_of(self.location, self.asked).notes()

    def files(self, shard: str) -> tuple[Sequence[CorpusFile], Part | None]:
        """The files of a shard, and which part of the one file it is; raises `SourceError` where they are gone."""
        runs = {_run_name(run): run for run in self._runs}
        name, _, mark = shard.rpartition(_MARK)
        if name in runs:
            return runs[name], None
        label, _, span = name.rpartition(":")
        if label not in runs:
            raise SourceError(f"{self.location}: {name}: gone since the files were listed; run the same command again")
        return runs[label], part_named(span, mark)

    def demand_same(self, shard: str, files: Sequence[CorpusFile]) -> None:
        """Raise a `SourceError` where the files of a run are not what they were when they were listed."""
        name, _, mark = shard.rpartition(_MARK)
        demand_same(f"{self.location}: {name}", mark, _identity(files))

    @cached_property
    def all_files(self) -> list[CorpusFile]:
        """The files of the corpus."""
        return found(self.location, self.asked.options["files"])

    @cached_property
    def beside(self) -> list[CorpusFile]:
        """The files of the table beside it."""
        beside = self.asked.options.get("beside")
        return found(self.location, beside["files"]) if beside else []

    @property
    def lacks_beside(self) -> Sequence[str]:
        """The patterns of the table beside it of which no file is here, for splits that are."""
        wanted = self.asked.options.get("beside", {}).get("files", {})
        here = {ALL, *(file.split for file in self.all_files)} if wanted else set[str]()
        lacking = without_files(self.location, wanted)
        return [pattern for split, patterns in lacking.items() if split in here for pattern in patterns]

    @cached_property
    def _also(self) -> str:
        """The state of the files that decide rows of all others: a table beside them, the ids of the test split."""
        pattern = self.asked.text("test_ids")
        named = found(self.location, {ALL: (pattern,)}) if pattern else []
        return digest(*(file.identity() for file in (*self.beside, *named))) if self.beside or named else ""

    @property
    def of_source(self) -> bool:
        """Whether a source of medmill reads the files."""
        return self.asked.layout in _SOURCES

    @property
    def _in_parts(self) -> bool:
        whole = "group" in self.asked.options or "beside" in self.asked.options  # joins would read the other each time
        return self.asked.layout in IN_PARTS and not whole

    @cached_property
    def _runs(self) -> list[list[CorpusFile]]:
        """Files in order: each alone where it is cut, all of a split where rows are grouped, else about 16 MiB."""
        runs: list[list[CorpusFile]] = []
        held = 0
        for file in self.all_files:
            size = 0 if self._is_whole else file.size
            full = held + size > RUN_BYTES or len(runs[-1]) == MOST_FILES if runs else True
            if not runs or runs[-1][-1].split != file.split or self._in_parts or (full and not self._is_whole):
                runs.append([])
                held = 0
            runs[-1].append(file)
            held += size
        return runs

    @property
    def _is_whole(self) -> bool:
        return "group" in self.asked.options or self.asked.layout in TOGETHER


def _marked(name: str, identity: str) -> str:
    return f"{name}{_MARK}{identity[:_MARK_LETTERS]}"


def _identity(run: Sequence[CorpusFile]) -> str:
    return digest(*(f"{file.label} {file.identity()}" for file in run))


def _run_name(run: Sequence[CorpusFile]) -> str:
    return run[0].label if len(run) == 1 else f"{run[0].label}+{len(run)}"
