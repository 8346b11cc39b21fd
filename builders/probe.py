"""Ask every worker, before anything is submitted, whether it can do the work. Imports nothing heavy."""

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from builders.threads import hold_to, polars_threads
from schemas.errors import MedmillError


class ProbeError(MedmillError):
    """A worker cannot do what is asked of it."""


class PoolLostError(MedmillError):
    """Nobody is left to run tasks."""


@dataclass(frozen=True)
class Probe:
    """What every worker is asked: files it must see, with their size, and the hash of its medmill.

    No hash where the worker runs from our own files.
    """

    files: Mapping[str, int]
    code: str

    def __call__(self, threads: int) -> str:
        """Runs on a worker of so many threads; what is wrong, or an empty string."""
        from builders.source_code import whole_code_hash

        host = socket.gethostname()
        for name, size in self.files.items():
            path = Path(name)
            if not path.exists():
                return f"{host} does not see {path}; mount it there under the same path"
            if size >= 0 and path.stat().st_size != size:
                return f"{host} sees another file at {path}; mount the same folder there"
        if self.code and whole_code_hash() != self.code:
            return f"{host} runs another version of medmill's code; install the same one there"
        hold_to(threads)
        if (polars := polars_threads()) != threads:
            return (
                f"{host} runs polars on {polars} threads, but declares {threads}; start the worker with "
                f"POLARS_MAX_THREADS={threads}"
            )
        return ""


@contextmanager
def probe_files(root: Path, locations: Sequence[str]) -> Iterator[dict[str, int]]:
    """Files that a worker must see: a fresh one in the build folder, and the sources that lie on a disk.

    A source's folder stands for itself by one of its files, so that an empty mount point is not taken for it.
    """
    path = root / f".probe-{uuid4().hex[:12]}"
    path.write_text(path.name)
    try:
        found = {str(path.resolve()): path.stat().st_size}
        for location in locations:
            found |= _file_of(Path(location).expanduser().resolve()) if _is_local(location) else {}
        yield found
    finally:
        path.unlink(missing_ok=True)


def _is_local(location: str) -> bool:
    return bool(location) and "://" not in location and Path(location).expanduser().exists()


def _file_of(path: Path) -> dict[str, int]:
    if path.is_file():
        return {str(path): path.stat().st_size}
    with os.scandir(path) as entries:
        first = next((Path(entry.path) for entry in entries if entry.is_file()), None)
    return {str(first): first.stat().st_size} if first else {str(path): -1}


def demand(answers: Mapping[str, str], offers: Mapping[str, Mapping[str, Any]], wanted: Mapping[str, Any]) -> None:
    """Raise `ProbeError` with everything that is wrong: workers that cannot, resources that nobody offers.

    `offers`: resources by worker. `wanted`: resources by table.
    """
    wrong = [f"worker {worker}: {answer}" for worker, answer in answers.items() if answer]
    if not answers:
        wrong = ["the scheduler has no worker; start some, then the same command goes on"]
    for table, resources in wanted.items():
        for name, amount in resources.items():
            if not any(offer.get(name, 0) >= amount for offer in offers.values()):
                found = ", ".join(sorted({key for offer in offers.values() for key in offer})) or "nothing"
                wrong.append(
                    f"table {table} needs {name}={amount:g}, workers offer {found}; start them with --resources "
                    f'"{name}={amount:g}"'
                )
    if wrong:
        few = "; ".join(dict.fromkeys(wrong[:3]))
        raise ProbeError(few + (f" ({len(wrong)} problems in all)" if len(wrong) > 3 else ""))
