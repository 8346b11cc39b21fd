"""Instances of real questions: every row becomes one or is told why not, and what is known of the corpora comes out."""

import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.base import Kept
from builders.discovery import source_class
from builders.instructions.declared import declared
from builders.stages.instructions.convert import Convert
from tests.builders.instructions.converting.own_rows import rows

pytestmark = pytest.mark.real


def converted(frame: pl.DataFrame, id_: str) -> Kept:
    """Instances of a task from its rows, in one split; every row is told of once."""
    task = replace(declared().task(id_), options={}, split="test-only")
    kept = Convert((task,))(rows(frame))
    assert kept.frame.height + kept.rejected.height == frame.height
    return kept


@pytest.mark.parametrize(
    ("task", "folder", "rejected"),
    [
        ("59", "igakuqa", {"empty_option": 1}),
        ("60", "frenchmedmcqa", {}),
        ("61", "rumedbench", {}),
        ("129", "headqa", {"repeated_option": 1}),
    ],
)
def test_questions_of_examinations_become_instances(samples: Path, task: str, folder: str, rejected: dict[str, int]):
    kind: Any = source_class(declared().task(task).corpus)
    source = kind(location=str(samples / "exams" / folder))
    frame = pl.concat(Kept.of(source.read("questions", shard.name)).frame for shard in source.shards("questions"))
    kept = converted(frame, task)
    assert Counter(kept.rejected["reason"]) == rejected
    right = dict(zip([f"ward/{n}" for n in range(frame.height)], frame["answer"].to_list(), strict=True))
    if task == "61":
        assert set(kept.frame["gold"].explode()) == {"да", "нет"}
    else:
        assert [row for row, gold in kept.frame.select("row", "gold").iter_rows() if right[row] != gold] == []


@pytest.fixture(scope="module")
def pubmedqa(samples: Path) -> pl.DataFrame:
    held = json.loads(gzip.decompress((samples / "exams/pubmedqa/data/ori_pqal.json.gz").read_bytes()))
    names = ("QUESTION", "CONTEXTS", "LABELS", "LONG_ANSWER", "final_decision")
    return pl.DataFrame([{name: one[name] for name in names} for one in held.values()])


def test_decisions_of_pubmedqa_are_those_of_its_paper(pubmedqa: pl.DataFrame):
    """552 yes, 338 no, 110 maybe (arXiv 1909.06146, of the thousand that experts labelled)."""
    kept = converted(pubmedqa, "124")
    assert Counter(kept.frame["gold"].explode()) == {"yes": 552, "no": 338, "maybe": 110}
    assert kept.rejected.is_empty()


def test_every_second_answer_of_pubmedqa_is_that_of_another_article(pubmedqa: pl.DataFrame):
    kept = converted(pubmedqa, "12")
    own = pubmedqa["LONG_ANSWER"].str.strip_chars().to_list()
    fits = [text.endswith(answer) for text, answer in zip(kept.frame["input"].to_list(), own, strict=True)]
    assert kept.frame["gold"].to_list() == [["yes"] if one else ["no"] for one in fits]
    assert 450 < sum(fits) < 550
