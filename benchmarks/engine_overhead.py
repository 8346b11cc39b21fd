"""What the engine itself costs: a dataset of ten rows, and many partitions of almost nothing.

    python benchmarks/engine_overhead.py [--workers 2] [--partitions 400] [--runs 3]

Prints wall and CPU seconds of a whole build as a process of its own, from an empty folder; then of the same command
again, which finds everything made; and per task, from the difference between many partitions and few.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from builders.run import Orders, make
from tests.builders.mill import Items, mill

if __name__ == "__main__":
    out, workers, count, per_shard = sys.argv[1:]
    make(mill(source=Items(count=int(count), per_shard=int(per_shard))), Path(out), Orders(workers=int(workers)))
"""


def build(folder: Path, workers: int, count: int, per_shard: int) -> tuple[float, float]:
    """Wall and CPU seconds of one build."""
    script = folder / "build.py"
    script.write_text(PROGRAM)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, str(script), str(folder / "out"), str(workers), str(count), str(per_shard)]
    subprocess.run(command, check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(runs: int, workers: int, count: int, per_shard: int) -> tuple[list[tuple[float, float]], int]:
    """The builds of several runs, each from an empty folder, then one that finds all made; and the tasks of one."""
    found, tasks = [], 0
    for number in range(runs):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            found.append(build(folder, workers, count, per_shard))
            logs = (folder / "out" / "logs").glob("*.jsonl")
            tasks = sum(path.read_text().count('"event": "done"') for path in logs)
            if number == runs - 1:
                found.append(build(folder, workers, count, per_shard))
    return found, tasks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--partitions", type=int, default=400)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    (*few, again), few_tasks = measured(asked.runs, asked.workers, 10, 5)
    (*many, _), many_tasks = measured(1, asked.workers, asked.partitions, 1)
    walls, cpus = zip(*few, strict=True)
    print(f"ten rows: {statistics.median(walls):.2f} s wall, {statistics.median(cpus):.2f} s CPU, {few_tasks} tasks")
    print(f"again, all made: {again[0]:.2f} s wall, {again[1]:.2f} s CPU")
    more = many_tasks - few_tasks
    wall, cpu = many[0][0] - statistics.median(walls), many[0][1] - statistics.median(cpus)
    print(f"{more} more tasks: {wall / more * 1000:.1f} ms wall, {cpu / more * 1000:.1f} ms CPU each")


if __name__ == "__main__":
    main()
