"""Reading reports: MIMIC-CXR in a zip and as files, tables, and the making of synthetic ones; one process, one core.

    python benchmarks/sources.py [--studies 20000] [--runs 3]

Each run is a process of its own. Prints, per way of reading, reports per second of processor time (median; waiting
for the disk is not in it) and the peak memory above that of a process that only imports the reader. MIMIC-CXR has
227,835 studies.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

READ = """
import resource, sys, time
from builders.discovery import source_class
import polars, pyarrow
name, location = sys.argv[1:]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
source = source_class(name)(location=location)
rows = 0
for shard in source.shards("reports"):
    made = source.read("reports", shard.name)
    rows += getattr(made, "frame", made).height
seconds = time.process_time() - start
print(rows, seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3)
"""
WRITE = """
import sys
from pathlib import Path
import polars as pl
from builders.sources.grammar.tree import write_tree
from builders.sources.synthetic import Synthetic
home, n = Path(sys.argv[1]), int(sys.argv[2])
write_tree(home / "zip", n)
write_tree(home / "files", n, reports="files")
source = Synthetic(location=str(n))
table = pl.concat([source.read("reports", shard.name).select("id", "text") for shard in source.shards("reports")])
table.write_csv(home / "reports.csv")
table.write_parquet(home / "reports.parquet")
"""
ONE_CORE = {**os.environ, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}


def run(program: str, *arguments: object) -> str:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=ONE_CORE).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run(WRITE, home, args.studies)
        ways = [
            ("mimic-cxr", home / "zip"),
            ("mimic-cxr", home / "files"),
            ("reports-table", home / "reports.csv"),
            ("reports-table", home / "reports.parquet"),
            ("synthetic", args.studies),
        ]
        for name, location in ways:
            measured = [[float(word) for word in run(READ, name, location).split()] for _ in range(args.runs)]
            rate = statistics.median(rows / seconds for rows, seconds, _ in measured)
            peak = statistics.median(megabytes for *_, megabytes in measured)
            shown = f"{name} {Path(str(location)).name}"
            print(f"{shown:32} {measured[0][0]:9,.0f} reports  {rate:8,.0f} reports/s  {peak:6,.0f} MB more")


if __name__ == "__main__":
    main()
