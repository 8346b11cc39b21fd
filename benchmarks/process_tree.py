"""Wall time and peak memory of a command and all its descendants, sampled from outside."""

import subprocess
import threading
import time
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Run:
    """What one run of a command took; memory is the largest sum over the process tree at one moment."""

    exit_code: int
    seconds: float
    peak_rss_bytes: int
    peak_pss_bytes: int
    output: str
    cpu_seconds: float = 0.0
    """Of all processes, but for what each used in its last moment."""


def measure(command: list[str], *, env: dict[str, str] | None = None, every: float = 0.1, shared: bool = False) -> Run:
    """Run `command`, sampling the tree's memory every `every` seconds.

    RSS counts a page once per process that maps it, so memory-mapped files count several times; PSS
    divides shared pages among those who share them. Bars are stated in RSS. PSS is asked for with `shared` alone: the
    kernel walks through all pages for it, which took a fifth of a core beside large processes, and held them up.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    root, peak_rss, peak_pss, cpu = psutil.Process(process.pid), 0, 0, dict[int, float]()
    output = []
    reader = threading.Thread(target=lambda: output.append(process.stdout.read() if process.stdout else ""))
    reader.start()
    while process.poll() is None:
        rss, pss = _memory(root, cpu, shared)
        peak_rss, peak_pss = max(peak_rss, rss), max(peak_pss, pss)
        time.sleep(every)
    reader.join()
    return Run(process.returncode, time.perf_counter() - start, peak_rss, peak_pss, "".join(output), sum(cpu.values()))


def _memory(root: psutil.Process, cpu: dict[int, float], shared: bool) -> tuple[int, int]:
    rss = pss = 0
    for process in [root, *_children(root)]:
        try:
            memory, times = process.memory_full_info() if shared else process.memory_info(), process.cpu_times()
            cpu[process.pid] = times.user + times.system
        except psutil.Error:
            continue
        rss += memory.rss
        pss += getattr(memory, "pss", memory.rss)
    return rss, pss


def _children(root: psutil.Process) -> list[psutil.Process]:
    try:
        return root.children(recursive=True)
    except psutil.Error:
        return []
