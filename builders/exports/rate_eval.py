"""RaTE-Eval in the files that it is published in."""

import json
from pathlib import Path
from typing import Final

import polars as pl

from builders.sources.rate_eval_folder import FOLDERS
from builders.store import drafted
from qc.build import Build
from schemas.errors import UsageError
from schemas.rate_eval import ERROR_TYPES

REWRITES: Final = "Task3_synthetic_rate"
_TEXTS: Final = {"gt_report": "reference", "similar_report": "candidate"}
_REWRITTEN: Final = {"gt_report": "reference", "synonym_report": "synonym", "antonym_report": "antonym"}
_RATES: Final = (*ERROR_TYPES, "errors", "potential", "rating")


def rate_eval(dataset: Path, *, out: Path) -> int:
    """Write Task1_sentence_rate, Task2_paragraph_rate and Task3_synthetic_rate, as far as the build has them.

    Texts are JSON objects by id (gt_report_SPLIT.json, similar_report_SPLIT.json; of rewrites gt_report,
    synonym_report, antonym_report), ratings are rate_SPLIT.csv with a column `id`. Names of files of the first two
    tasks are those of the published set; what its files look like inside, and how those of the third are called, is
    assumed. The text stays under the terms of its source. For example:

        medmill build rate-eval --source synthetic=300 --out out/rate-eval
        medmill export rate_eval out/rate-eval --out out/RaTE-Eval

    Args:
        dataset: The build folder.
        out: The folder to write to.
    """
    build = Build.open(dataset)
    tables = {**{table: (folder, _TEXTS) for table, folder in FOLDERS.items()}, "synthetic": (REWRITES, _REWRITTEN)}
    there = [table for table in tables if build.has(table)]
    if not there:
        raise UsageError(f"{dataset} has no {' or '.join(tables)}; build rate-eval first")
    for table in there:
        for split in dict.fromkeys(split for split, _ in build.files(table)):
            rows = build.scan(table).filter(pl.col("file_split") == split).sort("id").collect()
            if rows.height:
                _write(rows, split, out / tables[table][0], tables[table][1])
    print(out)
    return 0


def _write(rows: pl.DataFrame, split: str, folder: Path, texts: dict[str, str]) -> None:
    """Ids of pairs without the task and the split that the files name already."""
    keys = rows["id"].str.split("/").list.last() if "rating" in rows.columns else rows["id"]
    for name, column in texts.items():
        with drafted(folder / f"{name}_{split}.json") as draft:
            told = dict(zip(keys, rows[column], strict=True))
            draft.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    if "rating" in rows.columns:
        with drafted(folder / f"rate_{split}.csv") as draft:
            rows.with_columns(id=keys).select("id", *(c for c in _RATES if c in rows.columns)).write_csv(draft)
