"""Questions as RadGenome-Chest CT publishes them: CSV files of slots, one row per scan and path of the hierarchy."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from builders.stages.asking.size import current, written
from builders.store import drafted
from qc.build import Build
from schemas import anatomy, regions
from schemas.anatomy import WHOLE_REPORT
from schemas.errors import UsageError

NOTHING: Final = "no findings"
_FINE: Final = ("normal", "clear")
"""Terms that say that nothing is found; the published rows hold findings alone."""


def radgenome_vqa(dataset: Path, *, out: Path) -> int:
    """Write the files that loaders of RadGenome-Chest CT read: SPLIT_vqa_abnormality.csv and its four companions.

    The columns are the published ones: Volumename, Anatomy (a path), then Abnormality, or Finding and Presence, or
    Abnormality and Size; SPLIT_case_disorders.csv has Volumename and Disorders. Build with `--set rollup=published` for
    the published rule that every finding also counts for all paths above its own. The rows are ours: terms are
    canonical, and the text stays under the terms of its source. For example:

        medmill build radgenome-chest-ct --source ct-rate=/data/CT-RATE --set rollup=published --out out/ct
        medmill export radgenome_vqa out/ct --out out/csv

    Args:
        dataset: The build folder.
        out: The folder to write to.
    """
    build = Build.open(dataset)
    if not build.has("findings", "entities", "questions"):
        raise UsageError(f"{dataset} has no findings, entities and questions; build radgenome-chest-ct first")
    names = volume_names(build)
    for name, rows in _tables(build, names):
        for split in names["split"].unique(maintain_order=True):
            with drafted(out / f"{split}_{name}.csv") as draft:
                rows.filter(pl.col("split") == split).drop("split").write_csv(draft)
    print(out)
    return 0


def _tables(build: Build, names: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The name of each file and its rows, with `split`."""
    rows = said(build.scan("findings", ["study", "anatomy", "entities"]))
    yield from slots(rows, names)
    yield "vqa_size", _on_paths(_sizes(build, rows), names, "Abnormality", "Size")
    yield "case_disorders", _disorders(build, names)


def slots(rows: pl.DataFrame, names: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The three tables of what is `said` of structures; `names`: study, split, Volumename."""
    told = (
        rows.group_by("study", "node", "positive", maintain_order=True)
        .agg(text=pl.col("term").unique(maintain_order=True).str.join(", "))
        .with_columns(positives=pl.col("positive").any().over("study", "node"))
    )
    shown = pl.when("positive").then("text").otherwise(pl.lit(NOTHING))
    abnormal = told.filter(pl.col("positive") | ~pl.col("positives")).with_columns(Abnormality=shown)
    answer = pl.when("positive").then(pl.lit("Yes.")).otherwise(pl.lit("No."))
    present = told.with_columns(Presence=answer, Finding="text")
    yield "vqa_abnormality", _on_paths(abnormal, names, "Abnormality")
    yield "vqa_location", _on_paths(abnormal.filter("positive"), names, "Abnormality")
    yield "vqa_presence", _on_paths(present, names, "Finding", "Presence")


def volume_names(build: Build) -> pl.DataFrame:
    """study, split, Volumename: the file of a scan's first reconstruction; `_1` where it has no volume."""
    scans = build.scan("corpus", ["id", "split"]).select(study="id", split=pl.col("split").cast(pl.String)).collect()
    if not build.has("volumes"):
        return scans.sort("study").with_columns(Volumename=pl.col("study") + "_1.nii.gz")
    first = (
        build.scan("volumes", ["id", "study", "reconstruction"])
        .collect()
        .sort("reconstruction", "id")
        .unique("study", keep="first", maintain_order=True)
    )
    named = scans.join(first, on="study", how="left", maintain_order="left")
    return named.sort("study").select(
        "study", "split", Volumename=pl.col("id").fill_null(pl.col("study") + "_1") + ".nii.gz"
    )


def said(findings: pl.LazyFrame) -> pl.DataFrame:
    """study, node, term, positive, in report order; published structures only. `findings`: StudyFinding rows."""
    return (
        findings.filter(pl.col("anatomy") != WHOLE_REPORT)
        .explode("entities")
        .unnest("entities")
        .filter(~pl.col("term").is_in(_FINE), pl.col("type").cast(pl.String) != "Anatomy")
        .select("study", "term", node="anatomy", positive=~pl.col("type").cast(pl.String).str.starts_with("Non-"))
        .unique(maintain_order=True)
        .collect()
        .join(_paths().select("node").unique(), on="node", how="semi", maintain_order="left")
        .sort("study", maintain_order=True)
    )


def _sizes(build: Build, rows: pl.DataFrame) -> pl.DataFrame:
    """study, node, Abnormality, Size: every size that the report gives of a finding that is there."""
    measured = build.scan("entities", ["report", "canonical", "type", "assertion", "anatomy", "measurements"]).collect()
    nearest = {name: regions.nearest(name) for name in anatomy.names()}
    sized = (
        current(measured.filter(pl.col("assertion").cast(pl.String) == "present"))
        .explode("anatomy")
        .select(
            study="report",
            node=pl.col("anatomy").replace_strict(nearest, return_dtype=pl.String),
            term="canonical",
            Size=written(),
        )
        .unique(maintain_order=True)
    )
    there = sized.join(rows.filter("positive"), on=["study", "node", "term"], how="semi", maintain_order="left")
    return there.rename({"term": "Abnormality"})


def _disorders(build: Build, names: pl.DataFrame) -> pl.DataFrame:
    whole = (pl.col("type").cast(pl.String) == "disorders") & (pl.col("form").cast(pl.String) == "open")
    rows = (
        build.scan("questions", ["study", "type", "form", "answer"]).filter(whole).select("study", Disorders="answer")
    )
    told = names.join(rows.collect(), on="study", how="left", maintain_order="left")
    return told.select("split", "Volumename", pl.col("Disorders").fill_null(NOTHING))


def _on_paths(rows: pl.DataFrame, names: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """split, Volumename, Anatomy and the columns: a row on every path of its node, scan by scan."""
    return (
        rows.join(_paths(), on="node", maintain_order="left_right")
        .join(names, on="study", maintain_order="left")
        .select("split", "Volumename", "Anatomy", *columns)
        .sort("Volumename", "Anatomy", maintain_order=True)
    )


@cache
def _paths() -> pl.DataFrame:
    """(node, Anatomy): all published paths of the published structures; a head also stands alone (`lung`)."""
    own = [name for name in anatomy.vocabulary("ct") if regions.nearest(name) == name]
    heads = [(name, path) for name in own if regions.published(name) in regions.regions() for path in _alone(name)]
    return pl.DataFrame(
        [*heads, *((name, path) for name in own for path in regions.paths(name))], ["node", "Anatomy"], orient="row"
    )


def _alone(name: str) -> tuple[str, ...]:
    """The shorter path of a head that is written twice."""
    return regions.prefixes(regions.paths(name)[0])[:-1]
