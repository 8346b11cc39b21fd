"""Peak memory and time of the mill over inputs of growing size.

    python -m benchmarks.mill_memory [--gigabytes 0.5 1 2] [--workers 2] [--only dedup] [--plot FILE.svg]
        [--input FOLDER]

Invented web texts (`benchmarks/web_mix.py`) in files of 64 MB; a smaller input is the first files of the largest.
Prints peak RSS of the process tree and seconds per size, and the slopes of a straight line through them: MB per GB,
and seconds per GB with how far off the worst point is.
"""

import argparse
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import numpy as np

from benchmarks.process_tree import measure
from benchmarks.web_mix import write_mix

FILE = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, nargs="+", default=[0.5, 1, 2])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=["dedup"], help="deduplication alone")
    parser.add_argument("--input", type=Path, help="folder for the largest input; what is there is read again")
    parser.add_argument("--plot", type=Path, help="draw seconds over size")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        files = written(asked.input or Path(name) / "all", max(asked.gigabytes))
        found = [
            measured(files[: max(1, round(size * 1000 / FILE))], Path(name), asked.workers, asked.only or "whole")
            for size in asked.gigabytes
        ]
    size, memory, seconds = np.array(found).T
    if len(found) > 1:
        slope, _ = np.polyfit(size, memory, 1)
        cost, start = np.polyfit(size, seconds, 1)
        off = np.abs(cost * size + start - seconds).max() / seconds.max()
        print(f"{slope:.0f} MB per GB; {cost:.0f} s per GB and {start:.0f} s at the start, {off:.0%} off at most")
    if asked.plot:
        plot(size, seconds, asked.plot)


def written(folder: Path, gigabytes: float) -> list[Path]:
    """Files of so many gigabytes in all."""
    wanted = [folder / f"{k:03d}" for k in range(max(1, round(gigabytes * 1000 / FILE)))]
    missing = [part for part in wanted if not part.exists()]
    with ProcessPoolExecutor() as pool:
        list(pool.map(write_mix, missing, repeat(FILE), repeat(1), [int(part.name) for part in missing]))
    return [next(part.glob("*.jsonl")) for part in wanted]


def measured(files: list[Path], scratch: Path, workers: int, steps: str) -> tuple[float, float, float]:
    """Size in GB, peak memory in MB, and seconds of one build of these files."""
    folder, out = scratch / f"in-{len(files)}", scratch / f"out-{len(files)}"
    folder.mkdir()
    for path in files:
        (folder / f"part-{path.parent.name}.jsonl").symlink_to(path.absolute())
    done = measure([sys.executable, "-m", "benchmarks.mill_side", str(folder), str(out), steps, str(workers)])
    if done.exit_code:
        raise SystemExit(done.output[-3000:])
    shutil.rmtree(out)
    size, memory = sum(path.stat().st_size for path in files) / 1e9, done.peak_rss_bytes / 1e6
    print(
        f"{size:.2f} GB: {memory:.0f} MB, {done.seconds:.0f} s, {done.cpu_seconds:.0f} s of CPU, "
        f"{done.output.strip().splitlines()[-1]}",
        flush=True,
    )
    return size, memory, done.seconds


def plot(size: np.ndarray, seconds: np.ndarray, path: Path) -> None:
    """Draw seconds over size, with the straight line from nothing through the largest."""
    import altair as alt
    import polars as pl

    rows = pl.DataFrame({"GB": size, "seconds": seconds, "linear": size * seconds[-1] / size[-1]})
    base = alt.Chart(rows).encode(x="GB:Q")
    (base.mark_line(strokeDash=[4, 4]).encode(y="linear:Q") + base.mark_point().encode(y="seconds:Q")).save(str(path))


if __name__ == "__main__":
    main()
