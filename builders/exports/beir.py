"""The layout that BEIR and MTEB load: corpus, queries, and qrels."""

from pathlib import Path
from typing import Final

import polars as pl

from builders.exports.qrels import judgements, wanted_splits
from qc.build import Build
from schemas.anatomy import WHOLE_REPORT
from schemas.errors import UsageError

_CARD: Final = """---
configs:
- config_name: corpus
  data_files: corpus.jsonl
- config_name: queries
  data_files: queries.jsonl
- config_name: qrels
  sep: "\\t"
  data_files:
{files}
---

# {dataset}

Retrieval of studies that say the like of {anatomies}, made by medmill {medmill} (manifest {manifest}).
A query's `_id` is `STUDY/ANATOMY`; grades go from 1 (shares some) to 3 (says nearly the same).
{words}
"""
_TEXT: Final = "`text` holds the section of the report that was read."
_NO_TEXT: Final = "The terms of the source keep its text out: join `_id`, or `path` of the image, with your own copy."


def beir(dataset: Path, *, out: Path, split: tuple[str, ...] = ("test",), anatomy: tuple[str, ...] = ()) -> int:
    """Write corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv, as BEIR and MTEB load them.

    The text of the reports is written only where the terms of the source allow; otherwise ids and paths of the
    images stand alone. For example:

        medmill export beir out/mimic-ir --out beir --split test

    Args:
        dataset: The build folder.
        out: The folder to write to.
        split: The split whose studies are corpus and queries; repeatable.
        anatomy: Only this anatomy; repeatable. The whole report unless given.
    """
    for path in write_beir(Build.open(dataset), out, split, anatomy):
        print(path)
    return 0


def write_beir(build: Build, out: Path, splits: tuple[str, ...], anatomies: tuple[str, ...] = ()) -> list[Path]:
    """Write the files and return their paths; grade 0 is left out, as in the published collections."""
    chosen = wanted_splits(build, splits)
    names = anatomies or (WHOLE_REPORT,)
    (out / "qrels").mkdir(parents=True, exist_ok=True)
    studies = _studies(build, chosen)
    queries = []
    for split in chosen:
        rows = _judged(build, split, names)
        queries.append(rows.select("id", "query", "anatomy").unique(maintain_order=True))
        columns = rows.filter(pl.col("grade") > 0).select(
            pl.col("id").alias("query-id"), pl.col("candidate").alias("corpus-id"), pl.col("grade").alias("score")
        )
        columns.write_csv(out / "qrels" / f"{split}.tsv", separator="\t")
    asked = pl.concat(queries).join(studies, left_on="query", right_on="_id", maintain_order="left")
    if not asked.height:
        raise UsageError(f"{build.folder}: nothing is ranked for {', '.join(names)} in {', '.join(chosen)}")
    studies.write_ndjson(out / "corpus.jsonl")
    asked.select("text", "path", "anatomy", _id="id", study="query").write_ndjson(out / "queries.jsonl")
    (out / "README.md").write_text(_card(build, chosen, names), encoding="utf-8")
    qrels = [out / "qrels" / f"{split}.tsv" for split in chosen]
    return [out / "corpus.jsonl", out / "queries.jsonl", *qrels, out / "README.md"]


def _studies(build: Build, splits: tuple[str, ...]) -> pl.DataFrame:
    """_id, title, text, path of every study, in order of id; `text` is empty where it may not leave."""
    rows = build.scan("corpus", ["id", "text"]).filter(pl.col("file_split").is_in(splits))
    text = pl.col("text") if build.manifest.terms.shows_text() else pl.lit("")
    studies = rows.select(_id="id", title=pl.lit(""), text=text).sort("_id").collect()
    if not build.has("images"):
        return studies.with_columns(path=pl.lit(None, pl.String))
    images = build.scan("images", ["study", "path", "stands_for_study"]).filter("stands_for_study")
    return studies.join(images.select(_id="study", path="path").collect(), on="_id", how="left", maintain_order="left")


def _judged(build: Build, split: str, anatomies: tuple[str, ...]) -> pl.DataFrame:
    rows = build.scan("rankings", ["query", "anatomy", "candidate", "score"])
    chosen = rows.filter(pl.col("file_split") == split, pl.col("anatomy").is_in(anatomies))
    return judgements(chosen.drop("file_split").collect())


def _card(build: Build, splits: tuple[str, ...], anatomies: tuple[str, ...]) -> str:
    return _CARD.format(
        files="\n".join(f"  - split: {split}\n    path: qrels/{split}.tsv" for split in splits),
        dataset=build.manifest.dataset,
        anatomies=", ".join(anatomies),
        medmill=build.manifest.medmill,
        manifest=build.manifest_sha256,
        words=_TEXT if build.manifest.terms.shows_text() else _NO_TEXT,
    )
