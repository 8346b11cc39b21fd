"""Builds as processes of their own, a cluster as processes of its own, and ways to kill them at seeded moments."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
TASKS = 80
"""About how many tasks a whole build of the small dataset has."""
PATIENCE = 120.0


def digests(out: Path) -> dict[str, str]:
    """SHA-256 of every Parquet file of a build, published ones and partitions."""
    return {path.relative_to(out).as_posix(): sha256(path.read_bytes()).hexdigest() for path in out.rglob("*.parquet")}


def moment(kind: str, seed: int, tasks: int = TASKS) -> int:
    """After how many tasks to strike, of so many that a whole build has."""
    return random.Random(f"{kind} {seed}").randint(1, tasks - 5)


def tasks_done(out: Path) -> int:
    """Tasks that all runs in a folder have logged."""
    return sum(path.read_text().count('"event": "done"') for path in (out / "logs").glob("*.jsonl"))


def start(out: Path, workers: int = 2, scheduler: str = "") -> subprocess.Popen[str]:
    """Start a build as a process of its own, in a session of its own."""
    program = [str(ROOT / "tests" / "builders" / "chaos_build.py"), str(out), str(workers)]
    return _started([*program, *([scheduler] if scheduler else [])])


def start_medmill(*words: str) -> subprocess.Popen[str]:
    """Start the command line in the same way, as a user would: `build`, `mmedc`, `--source`, …"""
    return _started(["-c", "from builders.cli import main; main()", *words])


def _started(program: list[str]) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *program], env=env, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_until(out: Path, tasks: int, build: subprocess.Popen[str]) -> None:
    """Until so many tasks are done, or the build has ended."""
    end = time.monotonic() + PATIENCE
    while build.poll() is None and tasks_done(out) < tasks:
        if time.monotonic() > end:
            raise TimeoutError(f"{tasks_done(out)} of {tasks} tasks after {PATIENCE:.0f} s")
        time.sleep(0.005)


def ended(build: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and what was said; kills a build that hangs."""
    try:
        said = build.communicate(timeout=PATIENCE)[1]
    except subprocess.TimeoutExpired:
        build.kill()
        raise
    return build.returncode, said


def workers_of(build: subprocess.Popen[str]) -> list[psutil.Process]:
    """The worker processes of a local build, in order of their start."""
    children = psutil.Process(build.pid).children(recursive=True)
    found = [child for child in children if _is_worker(" ".join(child.cmdline()))]
    return sorted(found, key=lambda child: (child.create_time(), child.pid))


def _is_worker(command: str) -> bool:
    """As it was started, or as Dask calls it where setproctitle is installed."""
    return "spawn_main" in command or command.startswith("dask worker")


@dataclass
class Cluster:
    """A scheduler and its workers, each a process of its own, as a user would start them."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The scheduler's address."""
        return json.loads((self.folder / "scheduler.json").read_text())["address"]

    def _listens(self) -> bool:
        """The scheduler's file is there for a moment before anything is written to it."""
        try:
            return bool(self.address)
        except (FileNotFoundError, json.JSONDecodeError):
            return False

    def start_scheduler(self) -> None:
        """Start one, and wait until it listens."""
        (self.folder / "scheduler.json").unlink(missing_ok=True)
        self.processes = [self._run("scheduler", "--port", "0")]
        end = time.monotonic() + PATIENCE
        while not self._listens():
            if time.monotonic() > end:
                raise TimeoutError("the scheduler does not start")
            time.sleep(0.02)

    def start_worker(self) -> None:
        """Start one of one thread."""
        self.processes.append(self._run("worker", "--nthreads", "1", "--no-nanny"))

    def wait_for_workers(self, count: int) -> None:
        """Until so many have joined."""
        from dask.distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=PATIENCE)

    def _run(self, role: str, *more: str) -> subprocess.Popen[bytes]:
        program = [sys.executable, "-m", "dask", role, "--scheduler-file", str(self.folder / "scheduler.json")]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical"}
        return subprocess.Popen(
            [*program, "--no-dashboard", *more], env=env, cwd=self.folder, stderr=subprocess.DEVNULL
        )

    def stop(self) -> None:
        """Kill what still runs."""
        for process in self.processes:
            process.kill()
            process.wait()


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A cluster with so many workers."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Cluster(folder)
    try:
        made.start_scheduler()
        for _ in range(workers):
            made.start_worker()
        made.wait_for_workers(workers)
        yield made
    finally:
        made.stop()


def strike(process: "subprocess.Popen[bytes] | subprocess.Popen[str] | psutil.Process") -> None:
    """kill -9; no complaint where it has just ended."""
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
