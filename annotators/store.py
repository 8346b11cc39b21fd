"""Answers of models, kept by what was asked: each is on the disk before anything uses it, and is asked for once.

A folder of files, each written by one process alone and only at its end, so that several hosts may share it: databases
of one file break on the file systems where hosts meet. A line is a checksum, a blank, and JSON; what a killed process
left half written is passed over. The answers may quote patients, so only their owner may read the files.
"""

import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from io import BufferedReader
from itertools import takewhile
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Any, Final
from zlib import crc32

from schemas.errors import MedmillError

_FILES: Final = "answers-*.jsonl"
_RUNS: Final = "runs.jsonl"
_PRIVATE: Final = 0o600
_LOOK: Final = 0.25
"""Seconds between looks at what others put."""
_CHECKSUM: Final = 9
"""Characters before the JSON of a line: eight of the checksum, a blank."""


def key_of(asked: Any) -> str:
    """A hash of what makes an answer: model, revision, sampling, messages; any value that JSON has a form for."""
    plain = json.dumps(asked, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass
class Store:
    """The answers of a folder: those that were there when it was opened, those put since, and others' by `refresh`."""

    folder: Path
    damaged: int = 0
    """Lines that do not match their checksum; torn last lines are not counted."""
    _places: dict[str, tuple[BufferedReader, int, int]] = field(default_factory=dict, repr=False)
    """The open file, first byte and length of the JSON of each answer; `compact` may unlink it meanwhile."""
    _lock: Any = field(default_factory=Lock, repr=False)
    _own: tuple[int, BufferedReader] | None = None
    _torn: bool = False
    _read_to: dict[Path, tuple[BufferedReader, int]] = field(default_factory=dict, repr=False)
    """Each file, and how much of it was read."""
    _looked: float = 0.0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._look()

    def refresh(self) -> None:
        """Take in what other processes put since; often called, it looks only so often."""
        if time.monotonic() - self._looked > _LOOK:
            with self._lock:
                self._look()

    def _look(self) -> None:
        for path in sorted(self.folder.glob(_FILES)):
            with suppress(FileNotFoundError):  # `compact` was faster; what it holds is in a file of another name
                self._read(path)
        self._looked = time.monotonic()

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def get(self, key: str) -> dict[str, Any] | None:
        """The answer to what has this key, from the disk."""
        if key not in self._places:
            return None
        file, start, length = self._places[key]
        return json.loads(os.pread(file.fileno(), length, start))["answer"]

    def put(self, key: str, answer: dict[str, Any]) -> None:
        """Add an answer; it outlives this process once this returns. The first answer to a key stays.

        Raises `MedmillError` where the disk is full or may not be written.
        """
        line = _line_of({"key": key, "answer": answer})
        with self._lock:
            if key not in self._places:
                self._places[key] = *self._append(line), len(line) - _CHECKSUM - 1

    def note(self, told: dict[str, Any]) -> None:
        """Write down how a run went, for `medmill llm stats`; no words of a text."""
        line = json.dumps({"at": time.time(), **told}).encode() + b"\n"
        file = os.open(self.folder / _RUNS, os.O_CREAT | os.O_APPEND | os.O_WRONLY, _PRIVATE)
        os.write(file, line)
        os.close(file)

    def runs(self) -> list[dict[str, Any]]:
        """What was written down of runs."""
        path = self.folder / _RUNS
        return [json.loads(line) for line in path.read_bytes().splitlines()] if path.is_file() else []

    def close(self) -> None:
        """Bring what was put to the disk itself, and let go of the file."""
        with self._lock:
            if self._own is not None:
                os.fsync(self._own[0])
                os.close(self._own[0])
                self._own = None

    def _append(self, line: bytes) -> tuple[BufferedReader, int]:
        """Write at the end of this process's own file; returns it and where the JSON begins."""
        try:
            file, reader = self._own = self._own or self._opened()
            start = os.fstat(file).st_size + self._torn
            rest = memoryview(b"\n" * self._torn + line)
            self._torn = True
            while rest:
                rest = rest[os.write(file, rest) :]
            self._torn = False
        except OSError as error:
            raise MedmillError(
                f"{self.folder}: an answer cannot be stored ({error.strerror}); make room, then the same command goes "
                f"on ({len(self._places):,} answers are safe)"
            ) from error
        return reader, start + _CHECKSUM

    def _opened(self) -> tuple[int, BufferedReader]:
        path = self.folder / f"answers-{socket.gethostname()}-{os.getpid()}-{token_hex(4)}.jsonl"
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, _PRIVATE)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # so that `compact` leaves it alone
        reader = path.open("rb")
        self._read_to[path] = reader, sys.maxsize  # what is put here needs not be read
        return file, reader

    def _read(self, path: Path) -> None:
        file, start = self._read_to.get(path) or (path.open("rb"), 0)
        if start < os.fstat(file.fileno()).st_size:
            self._read_to[path] = file, self._read_on(file, start)

    def _read_on(self, file: BufferedReader, start: int) -> int:
        file.seek(start)
        for line in takewhile(_whole, file):
            record = _record(line)
            if record is not None:
                self._places.setdefault(record["key"], (file, start + _CHECKSUM, len(line) - _CHECKSUM - 1))
            self.damaged += record is None and bool(line.strip())
            start += len(line)
        return start


def _line_of(record: dict[str, Any]) -> bytes:
    told = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode()
    return b"%08x %s\n" % (crc32(told), told)


def _whole(line: bytes) -> bool:
    """Not the last one, half of which is written yet: read on, its other half would pass for a line."""
    return line.endswith(b"\n")


def _record(line: bytes) -> dict[str, Any] | None:
    """What a line holds; None where it is damaged."""
    checksum, told = line[: _CHECKSUM - 1], line[_CHECKSUM:-1]
    return json.loads(told) if checksum == b"%08x" % crc32(told) else None


def compact(folder: Path) -> tuple[int, int]:
    """Bring the files that no process writes together into one; returns how many they were, and how many answers.

    The new file is whole on the disk before an old one goes, so a kill loses nothing.
    """
    with _idle(folder) as old:
        records = {record["key"]: record for path in old for record in _records(path)}
        if len(old) > 1:
            draft = folder / f".compacting-{token_hex(4)}"
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE), "wb") as file:
                file.writelines(map(_line_of, records.values()))
                file.flush()
                os.fsync(file.fileno())
            draft.rename(folder / f"answers-compacted-{token_hex(8)}.jsonl")
            for path in old:
                path.unlink()
    return len(old), len(records)


@contextmanager
def _idle(folder: Path) -> Iterator[list[Path]]:
    """The files of a folder that no process writes, held meanwhile."""
    with ExitStack() as stack:
        free = []
        for path in sorted(folder.glob(_FILES)):
            file = stack.enter_context(path.open("rb"))
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                free.append(path)
        yield free


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        yield from filter(None, map(_record, takewhile(_whole, file)))
