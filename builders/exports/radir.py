"""The folder layout that RadIR's loaders read, made of links to the matrices of a build."""

import json
import os
import shutil
from pathlib import Path

import polars as pl

from builders.exports.radir_layout import Layout, layout_of
from builders.store import drafted
from qc.build import Build
from schemas.anatomy import WHOLE_REPORT
from schemas.errors import UsageError


def radir(dataset: Path, *, out: Path) -> int:
    """Lay out the whole score matrices as RadIR's loaders read them.

    PART_ratescore/ANATOMY.npy with PART_entity/ANATOMY.csv, and all/PART.npy with all/PART.jsonl (img_path, name,
    text) for the whole report; PART is a split, or a shard of train. For CT, below dataset/CT_RATE: PART.npy with
    PART.jsonl for the whole report, the others in anatomy/, structures under their published names, and
    dataset_distribution/ counts the scans of each. Nothing is copied where a link will do. The text stays under
    the terms of its source. For example:

        medmill build mimic-ir --source synthetic=300 --out out/demo --matrix --shards 4
        medmill export radir out/demo --out out/radir

    Args:
        dataset: The build folder, built with `--matrix`.
        out: The folder to write to.
    """
    build = Build.open(dataset)
    if not build.has("matrices"):
        raise UsageError(f"{dataset} has no matrices; build it with --matrix")
    layout = layout_of(build)
    rows = build.scan("matrices").select("anatomy", "part", "content", "path", "rows").collect()
    for anatomy, part, content, path, _ in rows.sort("part", "anatomy", "content").iter_rows():
        target = out / layout.path(anatomy, part, content)
        if anatomy == WHOLE_REPORT and content == "order":
            _write_texts(build, dataset / path, target)
        else:
            _link(dataset / path, target)
    if layout.counts:
        _write_counts(rows, layout, out / layout.counts)
    print(out)
    return 0


def _link(path: Path, target: Path) -> None:
    """A hard link, or a copy where the file system has none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(path, target)
    except OSError:
        with drafted(target) as draft:
            shutil.copyfile(path, draft)


def _write_counts(rows: pl.DataFrame, layout: Layout, target: Path) -> None:
    """How many scans of train each structure is ranked for, as RadIR publishes it."""
    orders = rows.filter(
        pl.col("content") == "order", pl.col("part").str.starts_with("train"), pl.col("anatomy") != WHOLE_REPORT
    )
    counts = orders.group_by("anatomy").agg(pl.col("rows").sum()).sort("anatomy")
    named = {layout.names[anatomy]: {"nums": n} for anatomy, n in counts.iter_rows()}
    with drafted(target) as draft:
        draft.write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")


def _write_texts(build: Build, order: Path, target: Path) -> None:
    """One line per row of the matrix, in its order."""
    rows = pl.read_csv(order, infer_schema=False).rename({"File Path": "img_path", "study": "name"})
    texts = build.scan("corpus", ["id", "text"]).select(name="id", text="text")
    lines = rows.lazy().join(texts, on="name", how="left", maintain_order="left").collect()
    with drafted(target) as draft:
        lines.select("img_path", "name", "text").write_ndjson(draft)
