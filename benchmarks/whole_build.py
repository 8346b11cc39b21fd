"""A whole `openi-ir` build of the real reports, from an empty output folder and an empty JIT cache.

    python benchmarks/whole_build.py [--runs 3] [--openi ../shared/data/openi]

Prints wall seconds and the peak memory summed over all processes: median and every run.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from process_tree import Run, measure


def build(openi: str, workers: int) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "NUMBA_CACHE_DIR": f"{folder}/jit", "XDG_DATA_HOME": folder}
        medmill = str(Path(sys.executable).with_name("medmill"))
        out = ["--out", f"{folder}/openi-ir", "--workers", str(workers), "--quiet"]
        return measure([medmill, "build", "openi-ir", "--source", f"openi={openi}", *out], env=env, shared=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--openi", default="../shared/data/openi")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    runs = [build(args.openi, args.workers) for _ in range(args.runs)]
    for run in runs:
        gigabytes = f"RSS {run.peak_rss_bytes / 1e9:.2f} GB  PSS {run.peak_pss_bytes / 1e9:.2f} GB"
        print(f"exit {run.exit_code}  {run.seconds:6.1f} s  {gigabytes}")
        if run.exit_code:
            print(run.output)
    seconds = statistics.median(run.seconds for run in runs)
    gigabytes = statistics.median(run.peak_rss_bytes for run in runs) / 1e9
    print(f"median {seconds:.1f} s, {gigabytes:.2f} GB RSS")


if __name__ == "__main__":
    main()
