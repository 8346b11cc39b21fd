"""One task on a worker: run it, and say what it took."""

import os
import re
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders.store import Account


@dataclass(frozen=True)
class Done:
    """What a task made and took; memory is the peak of its process while it ran."""

    account: Account
    worker: str
    seconds: float
    peak_rss_bytes: int


def perform(task: Any) -> Done:
    """Run a task where this is called."""
    _reset_peak()
    start = time.perf_counter()
    account = task.run()
    seconds = time.perf_counter() - start
    return Done(account, f"{socket.gethostname()}:{os.getpid()}", seconds, peak_rss_bytes())


def _reset_peak() -> None:
    """Let the kernel count the peak anew (proc(5), clear_refs); without it the peak is that of the process."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak_rss_bytes() -> int:
    """The peak of this process's resident memory."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        found = None
    if found:
        return int(found[1]) * 1024
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
