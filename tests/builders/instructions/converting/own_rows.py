"""Tasks and rows of a corpus that nobody has, in words of our own."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from builders.base import Kept
from builders.instructions.converting.by_shape import convert
from builders.instructions.rows import DOCUMENT, ID, LICENCE, READING, SPLIT
from builders.instructions.task import Task


def task(shape: str, fields: Mapping[str, Any], **more: Any) -> Task:
    """A task of a shape, with everything that no converter asks for."""
    told = {
        "id": "own", "corpus": "ward", "name": "Own", "category": "NER", "shape": shape, "fields": fields,
        "options": {}, "input_language": "en", "output_language": "en", "instruction_language": "en",
        "domain": "paper", "metric": "accuracy", "split": "nine-to-one", "bench": "", "bench_id": "",
        "status": "real", "evidence": "own", "note": "", "definitions": ("a", "b", "c"),
    }  # fmt: skip
    return Task(**{**told, **more})


def rows(columns: Mapping[str, Sequence[Any]] | pl.DataFrame, **ours: Sequence[Any]) -> pl.DataFrame:
    """Rows of the corpus `ward`, each a document of its own, of one split and licence unless `ours` says so."""
    frame = columns if isinstance(columns, pl.DataFrame) else pl.DataFrame(columns, strict=False)
    numbers = [str(number) for number in range(frame.height)]
    ids = [f"ward/{name}" for name in ours.get("id", numbers)]
    return frame.with_columns(
        pl.Series(ID, ids, pl.String),
        pl.Series(DOCUMENT, ours.get("document", ids), pl.String),
        pl.Series(SPLIT, ours.get("split", ["train"] * frame.height), pl.String),
        pl.Series(LICENCE, ours.get("licence", ["mit"] * frame.height), pl.String),
        pl.Series(READING, [0] * frame.height, pl.Int32),
    )


def made(columns: Mapping[str, Sequence[Any]] | pl.DataFrame, shape: str, **fields: Any) -> Kept:
    """What the converter of a shape makes of rows; each row is told of once at most."""
    kept = convert(rows(columns), task(shape, fields), "seed")
    told = [*kept.frame["row"], *kept.rejected["id"]]
    assert len(told) == len(set(told))
    return kept


def one(columns: Mapping[str, Sequence[Any]], shape: str, **fields: Any) -> dict[str, Any]:
    """The only instance."""
    kept = made(columns, shape, **fields)
    assert kept.rejected.is_empty(), kept.rejected
    return kept.frame.row(0, named=True)


def reason(columns: Mapping[str, Sequence[Any]], shape: str, **fields: Any) -> tuple[str, str]:
    """Reason and detail of the only row, which is rejected."""
    kept = made(columns, shape, **fields)
    assert kept.frame.is_empty(), kept.frame
    return kept.rejected["reason"].item(), kept.rejected["detail"].item()
