"""Peak memory and time of the mill over inputs of growing size.

    python -m benchmarks.mill_memory [--gigabytes 0.5 1 2] [--workers 2] [--only dedup] [--plot FILE.svg]
        [--input FOLDER]

Invented web texts (`benchmarks/web_mix.py`) in files of 64 MB; a smaller input is the first files of the largest. A
build of one small file comes before, which compiles what is compiled.
Prints peak RSS of the process tree, seconds and CPU seconds per size, and the slopes of a straight line through them:
MB per GB, and CPU seconds per GB with how far off the worst point is. CPU seconds, because they are the cost whatever
else runs.
"""

import argparse
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import numpy as np

from benchmarks.process_tree import Run, measure
from benchmarks.web_mix import write_mix

FILE = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, nargs="+", default=[0.5, 1, 2])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=["dedup"], help="deduplication alone")
    parser.add_argument("--input", type=Path, help="folder for the largest input; what is there is read again")
    parser.add_argument("--plot", type=Path, help="draw CPU seconds and memory over size")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        files = written(asked.input or Path(name) / "all", max(asked.gigabytes))
        steps = asked.only or "whole"
        write_mix(Path(name) / "small", 2)
        build(Path(name) / "small", Path(name) / "out-small", asked.workers, steps)
        found = [
            measured(files[: max(1, round(size * 1000 / FILE))], Path(name), asked.workers, steps)
            for size in asked.gigabytes
        ]
    size, memory, cpu = np.array(found).T
    if len(found) > 1:
        slope, _ = np.polyfit(size, memory, 1)
        cost, start = np.polyfit(size, cpu, 1)
        off = np.abs(cost * size + start - cpu).max() / cpu.max()
        print(f"{slope:.0f} MB per GB; {cost:.0f} CPU s per GB and {start:.0f} at the start, {off:.0%} off at most")
    if asked.plot:
        plot(size, memory, cpu, asked.plot)


def written(folder: Path, gigabytes: float) -> list[Path]:
    """Files of so many gigabytes in all."""
    wanted = [folder / f"{k:03d}" for k in range(max(1, round(gigabytes * 1000 / FILE)))]
    missing = [part for part in wanted if not part.exists()]
    with ProcessPoolExecutor() as pool:
        list(pool.map(write_mix, missing, repeat(FILE), repeat(1), [int(part.name) for part in missing]))
    return [next(part.glob("*.jsonl")) for part in wanted]


def measured(files: list[Path], scratch: Path, workers: int, steps: str) -> tuple[float, float, float]:
    """Size in GB, peak memory in MB, and CPU seconds of one build of these files."""
    folder, out = scratch / f"in-{len(files)}", scratch / f"out-{len(files)}"
    folder.mkdir()
    for path in files:
        (folder / f"part-{path.parent.name}.jsonl").symlink_to(path.absolute())
    done = build(folder, out, workers, steps)
    size, memory = sum(path.stat().st_size for path in files) / 1e9, done.peak_rss_bytes / 1e6
    print(
        f"{size:.2f} GB: {memory:.0f} MB, {done.seconds:.0f} s, {done.cpu_seconds:.0f} s of CPU, "
        f"{done.output.strip().splitlines()[-1]}",
        flush=True,
    )
    return size, memory, done.cpu_seconds


def build(folder: Path, out: Path, workers: int, steps: str) -> Run:
    """One build, removed again."""
    done = measure([sys.executable, "-m", "benchmarks.mill_side", str(folder), str(out), steps, str(workers)])
    if done.exit_code:
        raise SystemExit(done.output[-3000:])
    shutil.rmtree(out)
    return done


def plot(size: np.ndarray, memory: np.ndarray, cpu: np.ndarray, path: Path) -> None:
    """Draw CPU seconds over size with the straight line through them, and memory beside it."""
    import altair as alt
    import polars as pl

    rows = pl.DataFrame({"GB of text": size, "CPU seconds": cpu, "peak memory, MB": memory})
    base = alt.Chart(rows).encode(alt.X("GB of text:Q", scale=alt.Scale(zero=True))).properties(width=280, height=200)
    seconds = base.encode(alt.Y("CPU seconds:Q"))
    line = seconds.transform_regression("GB of text", "CPU seconds").mark_line(strokeDash=[4, 4], color="grey")
    taken = base.mark_point(filled=True, size=50).encode(alt.Y("peak memory, MB:Q"))
    ((line + seconds.mark_point(filled=True, size=50)) | taken).save(str(path))


if __name__ == "__main__":
    main()
