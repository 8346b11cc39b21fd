"""TREC relevance judgements: a dataset's scores as documented integer grades."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final

import polars as pl

from builders.store import drafted, write_bytes
from qc.build import Build
from schemas.anatomy import WHOLE_REPORT, slug
from schemas.errors import UsageError
from schemas.grades import GRADE_ABOVE, QRELS_DEFS, grade

DEFS: Final = "qrels_defs.json"
SUBTOPICS: Final = "subtopics.tsv"
_COLUMNS: Final = {
    "{split}.qrels": ("query", "zero", "candidate", "grade"),
    "{split}.anatomies.qrels": ("id", "zero", "candidate", "grade"),
    "{split}.subtopics.qrels": ("query", "subtopic", "candidate", "grade"),
}


def qrels(dataset: Path, *, out: Path, split: tuple[str, ...] = ()) -> int:
    """Write the rankings as TREC qrels with grades 0 to 3.

    Per split three files, lines of `topic iteration document grade` without a header: SPLIT.qrels for the whole
    report, SPLIT.anatomies.qrels with topics STUDY/ANATOMY, and SPLIT.subtopics.qrels with the anatomy as sub-topic
    of the study. qrels_defs.json says what a grade means, subtopics.tsv which anatomy a sub-topic is. For example:

        medmill export qrels out/mimic-ir --out qrels --split test

    Args:
        dataset: The build folder.
        out: The folder to write to.
        split: Only this split; repeatable.
    """
    for path in write_qrels(Build.open(dataset), out, split):
        print(path)
    return 0


def write_qrels(build: Build, out: Path, splits: tuple[str, ...] = ()) -> list[Path]:
    """Write the files and return their paths; a candidate of several strata is written once. Bounded in memory."""
    chosen = wanted_splits(build, splits)
    paths = {(name, split): out / name.format(split=split) for split in chosen for name in _COLUMNS}
    anatomies: dict[str, str] = {}
    with ExitStack() as stack:
        drafts = {key: stack.enter_context(drafted(path)) for key, path in paths.items()}
        files = {key: stack.enter_context(draft.open("wb")) for key, draft in drafts.items()}
        for split, rows in build.pieces("rankings", ["query", "anatomy", "candidate", "score"], ["query", "anatomy"]):
            if split in chosen:
                anatomies |= {name: slug(name) for name in rows["anatomy"].unique().sort()}
                _refuse_blanks(rows, build)
                _append(judgements(rows), {name: files[name, split] for name in _COLUMNS})
    written = [*paths.values(), out / DEFS, out / SUBTOPICS]
    write_bytes(written[-2], (json.dumps(_definitions(build), indent=2) + "\n").encode())
    lines = (f"{short}\t{name}\n" for name, short in sorted(anatomies.items()))
    write_bytes(written[-1], ("subtopic\tanatomy\n" + "".join(lines)).encode())
    return written


def wanted_splits(build: Build, splits: tuple[str, ...]) -> tuple[str, ...]:
    """The splits asked for, or all; raises `UsageError` for one that the rankings do not have."""
    if not build.has("rankings"):
        raise UsageError(f"{build.folder} has no rankings; build it to the end first")
    known = tuple(build.manifest.table("rankings").splits)
    unknown = set(splits) - set(known)
    if unknown:
        raise UsageError(f"{build.folder} has no split {', '.join(sorted(unknown))}; it has {', '.join(known)}")
    return splits or known


def judgements(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per (query, anatomy, candidate) of whole rankings: with `id` (STUDY/ANATOMY), `subtopic` and `grade`."""
    slugs = {name: slug(name) for name in rows["anatomy"].unique()}
    return (
        rows.group_by("query", "anatomy", "candidate", maintain_order=True)
        .agg(pl.col("score").max())
        .with_columns(
            subtopic=pl.col("anatomy").replace_strict(slugs, return_dtype=pl.String), grade=grade(pl.col("score"))
        )
        .with_columns(id=pl.col("query") + "/" + pl.col("subtopic"), zero=pl.lit(0))
        .sort("query", "anatomy", "grade", "candidate", descending=[False, False, True, False])
    )


def _refuse_blanks(rows: pl.DataFrame, build: Build) -> None:
    """Raise `UsageError` where an id would fall into several columns."""
    for name in ("query", "candidate"):
        parted = rows.filter(pl.col(name).str.contains(r"\s"))
        if parted.height:
            raise UsageError(
                f"{build.folder}: the id {parted[name][0]!r} holds a blank, which parts the columns of qrels; give the "
                "studies ids without blanks, or use medmill export beir"
            )


def _append(rows: pl.DataFrame, files: dict[str, IO[bytes]]) -> None:
    for name, columns in _COLUMNS.items():
        mine = rows.filter(pl.col("anatomy") == WHOLE_REPORT) if name == "{split}.qrels" else rows
        mine.select(columns).write_csv(files[name], separator=" ", include_header=False, quote_style="never")


def _definitions(build: Build) -> dict[str, object]:
    return {
        "dataset": build.manifest.dataset,
        "manifest_sha256": build.manifest_sha256,
        "grade_above": dict(zip(("1", "2", "3"), GRADE_ABOVE, strict=True)),
        "qrels_defs": {str(number): told for number, told in QRELS_DEFS.items()},
        "note": "Best candidates and samples of the others are judged; a document that is not listed is unjudged.",
    }
