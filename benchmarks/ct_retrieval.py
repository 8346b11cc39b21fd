"""`ctrate-ir` of the 800 real chest CT reports: time, checks, and how far its rankings agree with labels of people.

    python benchmarks/ct_retrieval.py [--runs 3] [--reports ../shared/data/ct_rate/labelled_reports_train.csv.gz]

Prints wall seconds and peak memory of whole builds from an empty folder, and of the last one: nDCG@10 with the overlap
of the 18 labels as gain (rankings, TF-IDF, chance), and what `medmill evaluate retrieval` says of TF-IDF and of chance,
judged by RaTEScore.
"""

import argparse
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
from process_tree import Run, measure

from builders.sources.reports_table import ReportsTable
from qc.build import Build
from qc.checks.agreement import Agreement
from qc.evaluate.retrieval import evaluate_retrieval
from schemas import anatomy
from schemas.radiology import Label, Report

SETTINGS = ("reports-table.id=AccessionNo", "reports-table.text=findings=report_text")


@dataclass(frozen=True)
class LabelledReports(ReportsTable):
    """The reports with the labels that people gave them."""

    tables: ClassVar[Any] = {"reports": Report, "labels": Label}

    def read(self, table: str, shard: str) -> Any:
        if table == "reports":
            return super().read(table, shard)
        wide = pl.read_csv(self.location).drop("report_text").rename({"AccessionNo": "study"})
        state = pl.when(pl.col("value") == 1).then(pl.lit("present")).otherwise(pl.lit("absent"))
        fixed = {"label_set": pl.lit("ctrate18"), "origin": pl.lit("people")}
        return wide.unpivot(index="study", variable_name="label").with_columns(state=state, **fixed).drop("value")


def build(reports: str, workers: int) -> Run:
    """One build from nothing, as a user makes it, with its checks."""
    with tempfile.TemporaryDirectory() as folder:
        medmill = [str(Path(sys.executable).with_name("medmill")), "build", "ctrate-ir"]
        settings = [part for setting in SETTINGS for part in ("--set", setting)]
        where = ["--source", f"reports-table={reports}", "--out", f"{folder}/out", "--workers", str(workers)]
        env = {**os.environ, "NUMBA_CACHE_DIR": f"{folder}/jit", "XDG_DATA_HOME": folder}
        return measure([*medmill, *where, *settings, "--quiet"], env=env)


def labelled(reports: str, out: Path) -> Build:
    """The same with labels beside it."""
    from builders.recipes.ctrate_ir import Options
    from builders.retrieval import retrieval
    from builders.run import Orders, make

    source = LabelledReports(location=reports, id="AccessionNo", text=("findings=report_text",))
    make(retrieval("ctrate-ir", {"reports-table": source}, Options()), out, Orders(workers=0))
    return Build.open(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", default="../shared/data/ct_rate/labelled_reports_train.csv.gz")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    runs = [build(args.reports, args.workers) for _ in range(args.runs)]
    for run in runs:
        print(f"exit {run.exit_code}  {run.seconds:6.1f} s  RSS {run.peak_rss_bytes / 1e9:.2f} GB")
    print(f"median {statistics.median(run.seconds for run in runs):.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        made = labelled(args.reports, Path(folder) / "out")
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
