"""Instances of our own for tests of the stages that compare, mix and write them."""

from typing import Any

import polars as pl

from schemas.instructions import Instance


def instances(*rows: dict[str, Any]) -> pl.DataFrame:
    """Instance rows; what a row does not say is filled in from its id."""
    return pl.DataFrame([_whole(row) for row in rows], Instance.create_empty().schema, orient="row")


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    id_ = row["id"]
    task = row.get("task", "1")
    told = {
        "id": id_, "row": f"corpus/{id_}", "task": task, "corpus": "corpus", "document": f"corpus/{id_}",
        "split": "train", "input": f"question {id_}", "outputs": [f"answer {id_}"], "choices": [], "gold": [],
        "unanswerable": [], "licence": "cc-by-4.0",
    }  # fmt: skip
    return {**told, **row}
