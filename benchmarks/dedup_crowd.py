"""What a crowd costs: pages of one site, each nearly as alike to thousands of others as a near copy is.

    python -m benchmarks.dedup_crowd [--pages 5000 37000] [--workers 1]

Pages of a similarity of 0.66 (`tests/builders/near_copies.py`, `crowd`), about 2,350 bytes each, read, compared and
published. Prints seconds, CPU seconds and peak RSS of the process tree for each number of pages.
"""

import argparse
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.mill_memory import build
from tests.builders.near_copies import crowd

FILES = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[5_000, 37_000])
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    for pages in asked.pages:
        with tempfile.TemporaryDirectory() as name:
            size = write(Path(name) / "in", pages)
            done = build(Path(name) / "in", Path(name) / "out", asked.workers, "dedup")
        print(
            f"{pages:,} pages, {size / 1e6:.0f} MB: {done.seconds:.0f} s, {done.cpu_seconds:.0f} s of CPU, "
            f"peak {done.peak_rss_bytes / 1e9:.2f} GB",
            flush=True,
        )


def write(folder: Path, pages: int) -> int:
    """Bytes of the pages, in `FILES` JSON lines files."""
    folder.mkdir()
    texts = pl.DataFrame({"text": crowd(1, pages)})
    for number in range(FILES):
        texts.gather_every(FILES, number).write_ndjson(folder / f"{number}.jsonl")
    return sum(path.stat().st_size for path in folder.iterdir())


if __name__ == "__main__":
    main()
