"""The layout that BEIR, MTEB and `datasets` load: per split a corpus, queries, qrels, and what a query may not find."""

from pathlib import Path

import polars as pl

from builders.exports.beir_card import CONFIGS, card
from builders.exports.qrels import judgements, wanted_splits
from qc.build import Build
from qc.exclusions import excluded
from schemas.anatomy import WHOLE_REPORT
from schemas.errors import UsageError


def beir(dataset: Path, *, out: Path, split: tuple[str, ...] = ("test",), anatomy: tuple[str, ...] = ()) -> int:
    """Write corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv, as BEIR loads them, and a card, as MTEB does.

    `datasets` and MTEB load the folder by its README.md: configs corpus, queries, qrels and excluded, all JSON lines.
    excluded.jsonl lists per query what is no candidate (itself, copies of its text, its patient's other studies):
    take it out of a run before scoring, as the card shows. Each split has a corpus of its own, in a folder SPLIT
    where several are asked for. The text of the reports is written only where the terms of the source allow;
    otherwise ids and paths of the images stand alone. For example:

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
    names = anatomies or (WHOLE_REPORT,)
    chosen = wanted_splits(build, tuple(dict.fromkeys(splits)))
    folders = {split: out / split if len(chosen) > 1 else out for split in chosen}
    paths = [path for split, folder in folders.items() for path in _write_split(build, folder, split, names)]
    homes = {split: folder.relative_to(out).as_posix() for split, folder in folders.items()}
    (out / "README.md").write_text(card(build, homes, names), encoding="utf-8")
    return [*paths, out / "README.md"]


def _write_split(build: Build, folder: Path, split: str, anatomies: tuple[str, ...]) -> list[Path]:
    studies, judged = _studies(build, split), _judged(build, split, anatomies)
    asked = judged.select("id", "query", "anatomy").unique(maintain_order=True)
    asked = asked.join(studies, left_on="query", right_on="_id", maintain_order="left")
    if not asked.height:
        raise UsageError(f"{build.folder}: nothing is ranked for {', '.join(anatomies)} in {split}")
    parts = {
        "corpus": studies.select("_id", "title", "text", "path"),
        "queries": asked.select("text", "path", "anatomy", _id="id", study="query"),
        "qrels": judged.filter(pl.col("grade") > 0).select(
            pl.col("id").alias("query-id"), pl.col("candidate").alias("corpus-id"), pl.col("grade").alias("score")
        ),
        "excluded": _excluded(build, studies, asked),
    }
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    for name, rows in parts.items():
        rows.write_ndjson(folder / f"{name}.jsonl")
    parts["qrels"].write_csv(folder / "qrels" / f"{split}.tsv", separator="\t")
    return [*(folder / f"{name}.jsonl" for name in CONFIGS), folder / "qrels" / f"{split}.tsv"]


def _studies(build: Build, split: str) -> pl.DataFrame:
    """Every study of a split in order of id: _id, title, text, path, patient, dup_group; no text that may not leave."""
    rows = build.scan("corpus", ["id", "text", "patient", "dup_group"]).filter(pl.col("file_split") == split)
    text = pl.col("text") if build.manifest.terms.shows_text() else pl.lit("")
    rows = rows.select("patient", "dup_group", _id="id", title=pl.lit(""), text=text)
    studies = rows.sort("_id").collect()
    pictures = next((table for table in ("images", "volumes") if build.has(table)), "")
    if not pictures:
        return studies.with_columns(path=pl.lit(None, pl.String))
    shown = build.scan(pictures, ["study", "path", "stands_for_study"]).filter("stands_for_study")
    return studies.join(shown.select(_id="study", path="path").collect(), on="_id", how="left", maintain_order="left")


def _judged(build: Build, split: str, anatomies: tuple[str, ...]) -> pl.DataFrame:
    """Judgements whose `id` is the bare study for the whole report: so BEIR and MTEB see that a hit is the query."""
    rows = build.scan("rankings", ["query", "anatomy", "candidate", "score"])
    chosen = rows.filter(pl.col("file_split") == split, pl.col("anatomy").is_in(anatomies))
    whole = pl.col("anatomy") == WHOLE_REPORT
    found = judgements(chosen.drop("file_split").collect())
    return found.with_columns(id=pl.when(whole).then("query").otherwise("id"))


def _excluded(build: Build, studies: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Per query, in their order, the ids of the corpus that are no candidates; itself is one."""
    pairs = excluded(build, studies.rename({"_id": "id"}))
    lists = pairs.group_by("query", maintain_order=True).agg(pl.col("candidate").alias("corpus-ids"))
    rows = asked.join(lists, on="query", maintain_order="left")
    return rows.select(pl.col("id").alias("query-id"), "corpus-ids")
