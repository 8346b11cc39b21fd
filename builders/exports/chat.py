"""Questions as conversations for training models that talk: JSON lines, one conversation each."""

from pathlib import Path
from typing import Final

import polars as pl

from builders.store import drafted
from qc.build import Build
from schemas.errors import UsageError

IMAGE: Final = "<image>\n"
"""Stands before the first question of a conversation, where LLaVA (arXiv 2304.08485) puts the image's tokens."""
_COLUMNS: Final = (
    "id", "study", "volume", "type", "question", "answer", "choices", "masks", "rule", "chain", "step", "balanced",
)  # fmt: skip


def chat(dataset: Path, *, out: Path, balanced: bool = True) -> int:
    """Write SPLIT.jsonl with `id`, `study`, `volume`, `messages` (role, content), `types`, `rules` and `masks`.

    Questions of one chain follow each other in one conversation; every other question is one. A closed question names
    its choices. The text stays under the terms of its source. For example:

        medmill build radgenome-chest-ct --source synthetic-ct=24 --out out/ct
        medmill export chat out/ct --out out/chat

    Args:
        dataset: The build folder.
        out: The folder to write to.
        balanced: Only questions of the configuration whose words do not tell the answer; `--no-balanced`: all.
    """
    build = Build.open(dataset)
    if not build.has("questions"):
        raise UsageError(f"{dataset} has no questions; build radgenome-chest-ct first")
    rows = build.scan("questions", _COLUMNS)
    if balanced:
        rows = rows.filter("balanced")
    for split in dict.fromkeys(split for split, _ in build.files("questions")):
        with drafted(out / f"{split}.jsonl") as draft:
            conversations(rows.filter(pl.col("file_split") == split)).sink_ndjson(draft)
    print(out)
    return 0


def conversations(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per conversation, in the order of ids."""
    named = rows.with_columns(talk=pl.coalesce("chain", "id")).sort("talk", "step", "id")
    first = pl.col("id") == pl.col("id").first().over("talk")
    asked = pl.when(first).then(pl.lit(IMAGE)).otherwise(pl.lit("")) + pl.col("question") + _offered()
    turns = named.with_columns(
        user=pl.struct(role=pl.lit("user"), content=asked),
        assistant=pl.struct(role=pl.lit("assistant"), content="answer"),
    )
    talks = turns.group_by("talk", maintain_order=True).agg(
        pl.col("study", "volume").first(),
        messages=pl.concat_list("user", "assistant").explode(),
        types=pl.col("type").cast(pl.String),
        rules=pl.col("rule"),
        masks=pl.col("masks"),
    )
    return talks.rename({"talk": "id"})


def _offered() -> pl.Expr:
    """What stands behind a closed question."""
    given = pl.format(" Choices: {}.", pl.col("choices").list.join(", "))
    return pl.when(pl.col("choices").list.len() > 0).then(given).otherwise(pl.lit(""))
