"""This machine as a build sees it: cores, memory, disk, shared memory, GPUs."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Gpu:
    """One NVIDIA device; memory in bytes."""

    name: str
    memory: int
    driver: str


@dataclass(frozen=True)
class Machine:
    """Cores that this process may use, and bytes; `shared_memory` is None where the system has no such folder."""

    cores: int
    memory: int
    memory_free: int
    disk_free: int
    shared_memory: int | None
    gpus: tuple[Gpu, ...]


def look(folder: Path) -> Machine:
    """The machine now; `disk_free` is that of the disk that holds `folder`."""
    import psutil

    memory = psutil.virtual_memory()
    limit = _container_limit() or memory.total
    return Machine(
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory=min(limit, memory.total),
        memory_free=min(limit, memory.available),
        disk_free=shutil.disk_usage(folder).free,
        shared_memory=shutil.disk_usage(SHARED_MEMORY).total if SHARED_MEMORY.is_dir() else None,
        gpus=gpus(),
    )


def gpus() -> tuple[Gpu, ...]:
    """The NVIDIA devices that the driver's own tool lists; none where that tool is missing or fails."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    query = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
    except (subprocess.SubprocessError, OSError):
        return ()
    rows = [[cell.strip() for cell in line.split(",")] for line in answer.splitlines() if line.strip()]
    return tuple(
        Gpu(name, int(mebibytes) * 2**20 if mebibytes.isdigit() else 0, driver) for name, mebibytes, driver in rows
    )


def _container_limit() -> int | None:
    text = CGROUP_LIMIT.read_text(encoding="ascii").strip() if CGROUP_LIMIT.is_file() else "max"
    return int(text) if text.isdigit() else None
