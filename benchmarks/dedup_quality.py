"""How well deduplication finds planted near copies, against the exact similarity of all pairs.

    python benchmarks/dedup_quality.py [--bases 4000] [--longest 600] [--seeds 3]

Invented documents in two sources of three files each: near copies of a similarity from 0.6 to 1, twins that differ in
case and punctuation, chains, headers that many share, and translations. Prints recall and precision per seed, as
`tests/builders/near_copies.py` defines them.
"""

import argparse
import tempfile
import time
from pathlib import Path

import polars as pl

from builders.run import Orders, make
from tests.builders.near_copies import Figures, compare, plant
from tests.builders.planted import deduplicating, found_clusters, spread


def measured(seed: int, bases: int, longest: int) -> tuple[int, float, Figures]:
    """Documents, seconds of the build, and the figures of one seed."""
    planted = plant(seed, bases, longest)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        shelves, places = spread(root, planted.texts, seed)
        start = time.perf_counter()
        make(deduplicating(shelves), root / "out", Orders(workers=0))
        seconds = time.perf_counter() - start
        found = found_clusters(pl.read_parquet(root / "out" / "duplicates" / "*.parquet"), places)
    return len(planted.texts), seconds, compare(planted.texts, found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bases", type=int, default=4000, help="different texts")
    parser.add_argument("--longest", type=int, default=600, help="words of the longest")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    for seed in range(asked.seeds):
        documents, seconds, figures = measured(seed, asked.bases, asked.longest)
        print(
            f"seed {seed}: {documents} documents in {seconds:.1f} s, {figures.positives} pairs of 0.8 or more, "
            f"recall {figures.recall:.4f}; {figures.together} pairs in one cluster, precision {figures.precision:.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
