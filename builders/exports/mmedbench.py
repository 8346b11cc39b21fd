"""Questions of examinations in the files that MMedBench is published in."""

import json
from pathlib import Path
from typing import Annotated, Final

import polars as pl
from cyclopts import Parameter

from builders.store import drafted
from qc.build import Build
from schemas.errors import UsageError
from schemas.published_exams import PUBLISHED

FOLDERS: Final = {"train": "Train", "test": "Test"}
_COLUMNS: Final = (
    "id", "language", "question", "context", "options", "answer", "needs_image", "rationale", "human_checked",
    "human_check_passed",
)  # fmt: skip


def mmedbench(dataset: Path, *, out: Path, without_images: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Write Train/ and Test/ with a file of JSON lines per language: English.jsonl, Chinese.jsonl and so on.

    A line has `question` (what is to be read before it stands in front), `options` by letter, `answer_idx` (`A,C`),
    `rationale` (empty where there is none), `human_checked` and `human_check_passed`: the published fields and no
    other, so that a question cannot say that it needs a picture. Lines stand in the order of ids. The text stays under
    the terms of its source. For example:

        medmill build mmedbench --source headqa=/data/head-qa --source igakuqa=/data/IgakuQA --out out/mmedbench
        medmill export mmedbench out/mmedbench --out out/MMedBench

    Args:
        dataset: The build folder.
        out: The folder to write to.
        without_images: Leave out questions that cannot be answered without a picture.
    """
    build = Build.open(dataset)
    if not build.has("exam_questions"):
        raise UsageError(f"{dataset} has no exam_questions; build mmedbench first")
    rows = build.scan("exam_questions", _COLUMNS)
    if without_images:
        rows = rows.filter(~pl.col("needs_image"))
    for split, folder in FOLDERS.items():
        found = rows.filter(pl.col("file_split") == split).sort("id").collect()
        for (code,), own in found.group_by("language", maintain_order=True):
            name = PUBLISHED[str(code)].name if code in PUBLISHED else str(code)
            with drafted(out / folder / f"{name}.jsonl") as draft:
                draft.write_text("".join(_lines(own)), encoding="utf-8")
    print(out)
    return 0


def _lines(rows: pl.DataFrame) -> list[str]:
    """Keys in the published order."""
    whole = pl.concat_str("context", "question", separator="\n", ignore_nulls=True)
    answer, reasons = pl.col("answer").list.join(","), pl.col("rationale").fill_null("")
    told = rows.with_columns(question=whole, answer_idx=answer, rationale=reasons)
    return [
        json.dumps(
            {
                "question": row["question"],
                "options": {one["letter"]: one["text"] for one in row["options"]},
                **{name: row[name] for name in ("answer_idx", "rationale", "human_checked", "human_check_passed")},
            },
            ensure_ascii=False,
        )
        + "\n"
        for row in told.iter_rows(named=True)
    ]
