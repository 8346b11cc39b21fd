"""Ranking at scale: all pairs of 47,653 different finding sets, from findings and embeddings to Parquet.

    python benchmarks/ranking_scale.py [--studies 47653] [--words 8000] [--workers 2] [--keep FOLDER]

Sets of 1-8 findings (mean 4.5) over distinct (term, type) with random embeddings of 768 dimensions; the top 100 and
the strata per study, through the engine, from an empty folder and an empty JIT cache. Prints wall time, memory summed
over all processes, and how 500 queries compare with a brute force in float64 that shares no code with the kernel.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from process_tree import measure

BLOCK = 8_192


def compare(folder: Path, out: Path, rows: int) -> str:
    """How the best 100 of `rows` queries differ from a float64 brute force over all candidates."""
    import numpy as np
    import polars as pl

    from schemas.words import RATE_TYPES

    findings = pl.read_parquet(folder / "findings.parquet")
    vectors = np.load(folder / "vectors.npy").astype(np.float64)
    exploded = findings.select("entities").with_row_index("set").explode("entities").unnest("entities")
    word = exploded["term"].str.slice(5).cast(pl.Int64).to_numpy()
    kind = exploded["type"].cast(pl.String).replace_strict(RATE_TYPES, range(5), return_dtype=pl.Int64).to_numpy()
    start = np.concatenate(([0], np.cumsum(findings["entities"].list.len().to_numpy().astype(np.int64))))
    made = pl.read_parquet(out / "rankings" / "*.parquet").filter(pl.col("stratum") == "top")
    by_query = made.sort("query", "rank").group_by("query", maintain_order=True).agg("candidate", "score").sort("query")
    worst, wrong = 0.0, 0
    for q in np.random.default_rng(1).choice(findings.height, rows, replace=False):
        scores = brute_force(vectors, word, kind, start, int(q))
        scores[q] = -99
        best = np.sort(scores)[::-1][:100]
        got = by_query.row(int(q), named=True)
        candidates = np.array([int(name[1:]) for name in got["candidate"]])
        worst = max(worst, np.abs(np.array(got["score"]) - scores[candidates]).max())
        wrong += int((np.abs(scores[candidates] - best) > 2e-6).sum())
    return f"{rows} queries against brute force: largest difference {worst:.1e}, {wrong} candidates out of place"


def brute_force(vectors: Any, word: Any, kind: Any, start: Any, q: int) -> Any:
    """RaTEScore of one set with all: per entity of q the maximum over every candidate, and the other way round."""
    import numpy as np

    from annotators.ratescore.weights import load

    weights = load()
    own, types = slice(start[q], start[q + 1]), kind[start[q] : start[q + 1]]
    cosine = (vectors[word[own]] @ vectors.T)[:, word]
    precision = np.zeros((2, start.size - 1))
    for row, a in zip(cosine, types, strict=True):
        best = np.maximum.reduceat(row, start[:-1])
        first = np.flatnonzero(row == np.repeat(best, np.diff(start)))
        owner = np.searchsorted(start, first, side="right") - 1
        first = first[np.unique(owner, return_index=True)[1]]
        precision += np.stack([weights.signed[a, kind[first]] * best, weights.affinity[a, kind[first]]])
    back = (kind, types[cosine.argmax(0)])
    gain, weight = weights.signed[back].astype(np.float64) * cosine.max(0), weights.affinity[back].astype(np.float64)
    recall = np.add.reduceat(gain, start[:-1]) / np.add.reduceat(weight, start[:-1])
    p = precision[0] / precision[1]
    return np.clip(2 * p * recall / (p + recall), -16, 15)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=47_653)
    parser.add_argument("--words", type=int, default=8_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--block", type=int, default=BLOCK)
    parser.add_argument("--rows", type=int, default=500, help="queries compared with brute force")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.make:
        from ranking_recipe import recipe

        from builders.run import Orders, make

        make(recipe(asked.make, asked.block), asked.make / "out", Orders(asked.workers))
        return
    from ranking_recipe import prepare

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, asked.studies, asked.words)
        command = [
            sys.executable,
            __file__,
            "--make",
            name,
            "--workers",
            str(asked.workers),
            "--block",
            str(asked.block),
        ]
        run = measure(
            command,
            env={
                **os.environ,
                "NUMBA_CACHE_DIR": str(folder / "jit"),
                "XDG_DATA_HOME": name,  # its ledger is nobody's
                "PYTHONPATH": str(Path(__file__).parent),
            },
            shared=True,
        )
        if run.exit_code:
            sys.exit(run.output)
        pairs = asked.studies * (asked.studies - 1) / 2
        print(f"wall {run.seconds:.1f} s, {pairs / run.seconds / 1e6:.1f} M pairs/s over everything")
        print(f"memory of all processes: RSS {run.peak_rss_bytes / 1e9:.2f} GB, PSS {run.peak_pss_bytes / 1e9:.2f} GB")
        print(subprocess.run(["du", "-sh", folder / "out" / "rankings"], capture_output=True, text=True).stdout.strip())
        print(compare(folder, folder / "out", asked.rows))


if __name__ == "__main__":
    main()
