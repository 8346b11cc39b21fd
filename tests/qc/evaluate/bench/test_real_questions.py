"""Answers to real questions in the forms that models use: what is right scores 1 whatever stands in the options."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.base import Kept
from builders.discovery import source_class
from qc.evaluate.bench.accuracy import Accuracy
from tests.qc.evaluate.bench import made_items as made

pytestmark = pytest.mark.real
ANNOUNCED = {"es": "La respuesta correcta es", "fr": "La réponse est", "ja": "正解：", "ru": "Ответ:"}


def texts(row: dict[str, Any]) -> list[str]:
    known = {one["mark"]: one["text"] for one in row["choices"]}
    return [known[mark] for mark in row["gold"]]


FORMS: dict[str, Callable[[dict[str, Any]], str]] = {
    "announced": lambda row: f"{ANNOUNCED[row['output_language']]} {row['outputs'][0]}.",
    "reason behind": lambda row: f"{row['outputs'][0]}\n\nBecause it is so.",
    "marked": lambda row: "; ".join(f"{mark}) {text}" for mark, text in zip(row["gold"], texts(row), strict=True)),
    "words": lambda row: "Answer: " + " and ".join(texts(row)),
}


@pytest.mark.parametrize(("name", "folder", "language"), [
    ("igakuqa", "igakuqa", "ja"), ("frenchmedmcqa", "frenchmedmcqa", "fr"), ("headqa", "headqa", "es"),
    ("rumeddanet", "rumedbench", "ru"),
])  # fmt: skip
def test_right_answers_are_read_in_every_form(samples: Path, name: str, folder: str, language: str) -> None:
    kind: Any = source_class(name)
    source = kind(location=str(samples / "exams" / folder))
    read = pl.concat(Kept.of(source.read("questions", shard.name)).frame for shard in source.shards("questions"))
    rows = [
        made.item("57", at, outputs=[", ".join(row["answer"])], gold=row["answer"], output_language=language,
                  choices=[{"mark": one["letter"], "text": one["text"]} for one in row["options"]])
        for at, row in enumerate(read.head(600).to_dicts())
        if all(one["text"] for one in row["options"])
        and len({one["text"].casefold() for one in row["options"]}) == len(row["options"])
    ]  # fmt: skip
    assert len(rows) > 350
    for form, say in FORMS.items():
        items = made.frame(rows).with_columns(output=pl.Series([say(row) for row in rows], dtype=pl.String))
        wrong = items.filter(pl.Series(Accuracy().measure(items).value) < 1)
        assert wrong["id"].to_list() == [], form
