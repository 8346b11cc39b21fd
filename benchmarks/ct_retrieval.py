"""`ctrate-ir` of the 800 real chest CT reports: time, checks, and how far its rankings agree with labels of people.

    python benchmarks/ct_retrieval.py [--runs 3] [--source ../shared/data/ct_rate]

Prints wall seconds and peak memory of whole builds from an empty folder, and of the last one: nDCG@10 with the overlap
of the 18 labels as gain (rankings, TF-IDF, chance), and what `medmill evaluate retrieval` says of TF-IDF and of chance,
judged by RaTEScore.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

import polars as pl
from process_tree import Run, measure

from qc.build import Build
from qc.checks.agreement import Agreement
from qc.evaluate.retrieval import evaluate_retrieval
from schemas import anatomy


def build(source: str, workers: int, folder: Path) -> Run:
    """One build from nothing, as a user makes it, with its checks."""
    medmill = [str(Path(sys.executable).with_name("medmill")), "build", "ctrate-ir"]
    where = ["--source", f"ct-rate={source}", "--out", f"{folder}/out", "--workers", str(workers)]
    env = {**os.environ, "NUMBA_CACHE_DIR": f"{folder}/jit", "XDG_DATA_HOME": str(folder)}
    return measure([*medmill, *where, "--quiet"], env=env)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="../shared/data/ct_rate")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    seconds = []
    for _ in range(args.runs):
        with tempfile.TemporaryDirectory() as folder:
            run = build(args.source, args.workers, Path(folder))
            print(f"exit {run.exit_code}  {run.seconds:6.1f} s  RSS {run.peak_rss_bytes / 1e9:.2f} GB")
            seconds.append(run.seconds)
            if len(seconds) == args.runs:
                told(Build.open(Path(folder) / "out"))
    print(f"median {statistics.median(seconds):.1f} s")


def told(made: Build) -> None:
    """What the build is worth."""
    print(Agreement().conclude(made, {}).summary)
    evaluated(made)
    counts(made)


def evaluated(made: Build) -> None:
    """Baselines, judged as a run of a model would be."""
    from builders.exact_scores import exact_scores

    for run in ("tfidf", "random"):
        for line in evaluate_retrieval(made, run, "train", scorer=exact_scores(made)).lines:
            ndcg, recall = line.ndcg[10], line.recall[10]
            print(f"{run:7} {line.queries_of:9} {line.queries:4} queries  NDCG@10 {ndcg:.3f}  R@10 {recall:.3f}")


def counts(made: Build) -> None:
    """Reports that speak of each anatomy or its parts, against the published number of scans."""
    rows = made.scan("findings", ["anatomy", "entities"]).collect()
    said = rows.filter(pl.col("entities").list.eval(pl.element().struct.field("via") != "inherited").list.any())
    ours = dict(said.group_by("anatomy").len().iter_rows())
    theirs = {name: anatomy.radir_ct()[published] for name, published in anatomy.vocabulary("radir-ct").items()}
    pairs = pl.DataFrame({"ours": [ours.get(name, 0) for name in theirs], "theirs": list(theirs.values())})
    rank = pairs.select(pl.corr("ours", "theirs", method="spearman")).item()
    print(f"{(pairs['ours'] > 0).sum()} of {len(theirs)} anatomies, Spearman of the counts {rank:.2f}")


if __name__ == "__main__":
    main()
