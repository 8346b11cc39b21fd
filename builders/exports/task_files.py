"""An instruction set in the files that MedS-Ins is published in."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from builders.instructions import task_files as files
from builders.instructions.declared import Declared, with_own
from builders.instructions.reason_requests import bare_answer, bare_question
from qc.build import Build
from schemas.errors import UsageError

_TABLES: Final = ("chats", "chats_closed")
_COLUMNS: Final = ("order", "id", "copy", "task", "split", "instruction_language", "definition", "shots", "messages",
                   "other_outputs", "rationale_by")  # fmt: skip
_WORDINGS: Final = ("definitions", "definitions_closed")
_EXAMPLES: Final = 2
"""Positive examples in a file, of its own instances."""


def task_files(dataset: Path, *, out: Path, own: tuple[Path, ...] = (), split: str = "train") -> int:
    """Write a JSON file for each task: definitions, examples, instances with id, input and output, and what it is.

    All published keys and no other; what is given by chance in a chat (the wording, examples) is given whole here, and
    reasons before an answer are not. Each instance stands once, in the order of ids. `layout = "task-file"` reads such
    files again. The text stays under the terms of its source. For example:

        medmill build meds-ins --source pubmedqa=/data/pubmedqa --out out/ins
        medmill export task_files out/ins --out out/MedS-Ins

    Args:
        dataset: The build folder.
        out: The folder to write to.
        own: The TOML files of yours that the build was made with.
        split: Whose instances.
    """
    build, known = Build.open(dataset), with_own(own)
    held = [table for table in _TABLES if build.has(table)]
    if not held:
        raise UsageError(f"{dataset} has no chats; build meds-ins first")
    rows = pl.concat([build.scan(table, _COLUMNS) for table in held]).filter(pl.col("file_split") == split)
    wordings = _wordings(build)
    ids = rows.select(pl.col("task").unique()).collect()["task"].sort().to_list()
    for id_ in ids:
        _write(out, known, id_, wordings[id_], rows.filter((pl.col("task") == id_) & (pl.col("copy") == 0)))
    print(out)
    return 0


def _wordings(build: Build) -> dict[str, tuple[str, ...]]:
    """The definitions of each task as the build has them, those of a model too."""
    held = [build.scan(table, ("task", "number", "text")) for table in _WORDINGS if build.has(table)]
    rows = pl.concat(held).sort("task", "number").group_by("task", maintain_order=True).agg("text").collect()
    return {task: tuple(texts) for task, texts in rows.select("task", "text").iter_rows()}


def _write(out: Path, known: Declared, id_: str, definitions: tuple[str, ...], rows: pl.LazyFrame) -> None:
    task = replace(known.task(id_), definitions=definitions)
    found = instances(rows, definitions).collect()
    examples = found.head(_EXAMPLES).select("input", output=pl.col("outputs").list.first())
    files.write(out, task, known.corpora[task.corpus], found, examples)


def instances(chats: pl.LazyFrame, definitions: tuple[str, ...]) -> pl.LazyFrame:
    """id, input and outputs of chats of one task, in the order of ids: what stood before they became chats."""
    turn = pl.col("messages").list
    said = pl.lit(pl.Series(definitions)).implode().list.get(pl.col("definition"))
    asked = turn.get(-2).struct.field("content")
    first = pl.col("shots").list.len() == 0
    bare = asked.str.slice(said.str.len_chars().cast(pl.Int64) + 2)
    answer = bare_answer(turn.get(-1).struct.field("content"), "rationale_by")
    answer = answer.reshape((-1, 1)).cast(pl.List(pl.String))
    question = bare_question(pl.when(first).then(bare).otherwise(asked), "instruction_language", "rationale_by")
    return chats.select("id", input=question, outputs=pl.concat_list(answer, "other_outputs")).sort("id")
