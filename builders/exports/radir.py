"""The folder layout that RadIR's loaders read, made of links to the matrices of a build."""

import os
import shutil
from pathlib import Path

import polars as pl

from builders.store import drafted
from qc.build import Build
from schemas.anatomy import WHOLE_REPORT
from schemas.errors import UsageError


def radir(dataset: Path, *, out: Path) -> int:
    """Lay out the whole score matrices as RadIR's loaders read them.

    PART_ratescore/ANATOMY.npy with PART_entity/ANATOMY.csv, and all/PART.npy with all/PART.jsonl (img_path, name,
    text) for the whole report; PART is a split, or a shard of train. Nothing is copied where a link will do.
    The text stays under the terms of its source. For example:

        medmill build mimic-ir --source synthetic=300 --out out/demo --matrix --shards 4
        medmill export radir out/demo --out out/radir

    Args:
        dataset: The build folder, built with `--matrix`.
        out: The folder to write to.
    """
    build = Build.open(dataset)
    if not build.has("matrices"):
        raise UsageError(f"{dataset} has no matrices; build it with --matrix")
    rows = build.scan("matrices").select("anatomy", "part", "content", "path").collect()
    for anatomy, part, content, path in rows.sort("part", "anatomy", "content").iter_rows():
        _lay_out(build, out, anatomy, part, content, dataset / path)
    print(out)
    return 0


def _lay_out(build: Build, out: Path, anatomy: str, part: str, content: str, path: Path) -> None:
    if anatomy != WHOLE_REPORT:
        name = f"{part}_ratescore/{anatomy}.npy" if content == "scores" else f"{part}_entity/{anatomy}.csv"
        _link(path, out / name)
    elif content == "scores":
        _link(path, out / "all" / f"{part}.npy")
    else:
        _write_texts(build, path, out / "all" / f"{part}.jsonl")


def _link(path: Path, target: Path) -> None:
    """A hard link, or a copy where the file system has none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(path, target)
    except OSError:
        with drafted(target) as draft:
            shutil.copyfile(path, draft)


def _write_texts(build: Build, order: Path, target: Path) -> None:
    """One line per row of the matrix, in its order."""
    rows = pl.read_csv(order, infer_schema=False).rename({"File Path": "img_path", "study": "name"})
    texts = build.scan("corpus", ["id", "text"]).select(name="id", text="text")
    lines = rows.lazy().join(texts, on="name", how="left", maintain_order="left").collect()
    with drafted(target) as draft:
        lines.select("img_path", "name", "text").write_ndjson(draft)
