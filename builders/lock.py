"""One build at a time in a folder: an OS lock, and a note of who holds it."""

import fcntl
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from builders.store import in_one_line
from schemas.errors import MedmillError

LOCK = ".lock"
BEAT = 5.0
SILENT = 60.0
"""Seconds after which a holder on another host, whose lock the file system does not show us, is taken for dead."""


@dataclass(frozen=True)
class Holder:
    """Who builds here, and when it last said so (seconds since 1970)."""

    host: str
    pid: int
    started: str
    heartbeat: float

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.started}"


class LockedError(MedmillError):
    """Another build is under way in the same folder."""


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the lock of a build folder; raises `LockedError` where somebody else does."""
    with in_one_line(root):
        root.mkdir(parents=True, exist_ok=True)
        file = (root / LOCK).open("a+", encoding="utf-8")
    with file:
        _take(file, root)
        mine = Holder(socket.gethostname(), os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"), time.time())
        _note(file, mine)
        stop = threading.Event()
        beat = threading.Thread(target=_beat, args=(file, mine, stop), daemon=True)
        beat.start()
        try:
            yield
        finally:
            stop.set()
            beat.join()
            _note(file, None)


def holder(root: Path) -> Holder | None:
    """Who builds in a folder now; None where nobody does."""
    try:
        file = (root / LOCK).open("r+", encoding="utf-8")
    except OSError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return _read(file) or Holder("an unknown host", 0, "", time.time())
        noted = _read(file)
        return noted if noted and _elsewhere(noted) else None


def _take(file: TextIOWrapper, root: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise LockedError(f"{root}: {_read(file) or 'another process'} builds here; wait for it, or choose another "
                          "--out") from None  # fmt: skip
    noted = _read(file)
    if noted and _elsewhere(noted):
        raise LockedError(
            f"{root}: {noted} builds here and gave a sign of life {time.time() - noted.heartbeat:.0f} s ago; wait for "
            f"it, or choose another --out (if it is dead, try again in {SILENT:.0f} s)"
        )


def _elsewhere(noted: Holder) -> bool:
    return noted.host != socket.gethostname() and time.time() - noted.heartbeat < SILENT


def _beat(file: TextIOWrapper, mine: Holder, stop: threading.Event) -> None:
    while not stop.wait(BEAT):
        _note(file, Holder(mine.host, mine.pid, mine.started, time.time()))


def _note(file: TextIOWrapper, noted: Holder | None) -> None:
    try:
        file.seek(0)
        file.truncate()
        file.write(json.dumps(asdict(noted)) if noted else "")
        file.flush()
    except OSError:
        return  # a full disk stops the build elsewhere; the OS lock holds without the note


def _read(file: TextIOWrapper) -> Holder | None:
    try:
        file.seek(0)
        return Holder(**json.loads(file.read()))
    except (OSError, ValueError, TypeError):
        return None
