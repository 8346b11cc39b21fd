"""The files of verdicts below `<build>/reviews/`: one per writing process, only ever appended to, all of them read."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from schemas.review import Event

REVIEWS: Final = "reviews"


@cache
def _reader() -> TypeAdapter[Event]:
    return TypeAdapter(Event)


def parsed(line: bytes) -> Event:
    """One line of a journal; raises `ValueError` where it is none."""
    return _reader().validate_json(line)


def written(event: Event) -> bytes:
    """The line of an event, with its newline."""
    return event.model_dump_json().encode() + b"\n"


@dataclass(frozen=True)
class Events:
    """Everything said about a build, each event once, in order of time; `faults` names lines that were left out."""

    events: tuple[Event, ...]
    faults: tuple[str, ...] = ()


def read(folder: Path) -> Events:
    """All events of a build folder; a last line that a crash cut short is left out and named."""
    found: dict[str, Event] = {}
    faults: list[str] = []
    for path in sorted((folder / REVIEWS).glob("*.jsonl")):
        state = path.stat()
        file = _read_file(path, state.st_size, state.st_mtime_ns)
        faults += file.faults
        for event in file.events:
            known = found.setdefault(event.id, event)
            if known is not event:
                found[event.id] = min(known, event, key=written)
    return Events(in_order(found.values()), tuple(faults))


@lru_cache(maxsize=1_000)
def _read_file(path: Path, size: int, mtime_ns: int) -> Events:
    """Read once, until the file grows."""
    found: list[Event] = []
    faults: list[str] = []
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        try:
            found.append(parsed(line))
        except ValidationError:
            why = "damaged" if line.endswith(b"\n") else "cut short by a crash"
            faults.append(f"{REVIEWS}/{path.name}: line {number} is {why}, left out")
    return Events(tuple(found), tuple(faults))


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """By time, then id: the same order on every machine, whatever the order of the files."""
    return tuple(sorted(events, key=lambda event: (event.at, event.id)))


def new_id() -> str:
    """A name for an event that no other event has."""
    return uuid4().hex


def now(before: Iterable[str] = ()) -> str:
    """The time, or a microsecond after the latest of `before` where the clock stands behind it."""
    clock = datetime.now(UTC)
    for at in before:
        clock = max(clock, datetime.fromisoformat(at) + timedelta(microseconds=1))
    return clock.isoformat(timespec="microseconds")


@dataclass
class Journal:
    """The file of this process, made at the first event. One thread writes."""

    folder: Path
    _handle: int | None = field(default=None, init=False)

    def append(self, events: Sequence[Event]) -> None:
        """Write events and wait until the disk has them; after an error the next ones go into another file."""
        content = b"".join(map(written, events))
        handle = self._handle if self._handle is not None else self._open()
        try:
            if os.write(handle, content) != len(content):
                raise OSError("the disk took only a part of the line")
            os.fsync(handle)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _open(self) -> int:
        home = self.folder / REVIEWS
        home.mkdir(exist_ok=True)
        path = home / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:12]}.jsonl"
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o666)
        for place in (home, self.folder):
            _flush_folder(place)
        return self._handle


def _flush_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
