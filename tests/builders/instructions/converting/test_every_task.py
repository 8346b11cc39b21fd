"""Every task that is ready has a converter that understands its declaration: rows with its columns give instances."""

import random
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from builders.instructions.converting.by_shape import CONVERTERS
from builders.instructions.declared import declared
from builders.instructions.fields import columns
from builders.instructions.shapes import SHAPES
from builders.instructions.task import Task
from builders.stages.instructions.convert import Convert
from schemas.instructions import Instance
from tests.builders.instructions.converting.own_rows import rows

READY = [task for task in declared().tasks.values() if task.ready]
COUNT = 12
SPANNED = "The wording of row {} has a mention in it."


def test_every_shape_has_a_converter():
    assert set(CONVERTERS) == set(SHAPES)
    assert len(READY) >= 114


def held(task: Task, slot: str, column: str, number: int) -> Any:
    """What a row holds in the column of a slot: labels that the task knows, entities of its types, else words."""
    fields = task.fields
    words = list(fields.get("words", ()))
    if slot == "options" and isinstance(fields["options"], tuple):
        return f"{column} {number}"
    if slot == "options":
        return [
            {"letter": letter, "text": f"{word} {number}"}
            for letter, word in zip("ABC", ("one", "two", "three"), strict=True)
        ]
    if slot == "answer" and task.shape == "multiple-choice":
        literal = [one for one in fields["options"] if not columns(one)] if isinstance(fields["options"], tuple) else []
        return literal[0] if literal else 1 if isinstance(fields["options"], tuple) else ["B"]
    if slot == "also":
        return ["A"]
    if slot == "also":
        return ["A,C"]
    if slot in ("label", "labels"):
        known = words or [fields.get("wanted", "entailment")] if "hypothesis" in fields else words
        known = known or list(fields.get("options", ())) if task.shape == "key-values" else known
        known = [one for one in known if not columns(one)]
        said = known[number % len(known)] if known else f"{column} {number % 3}"
        return [said] if slot == "labels" or "holds" in fields else said
    if slot == "entities" and column in ("entities",):
        start = SPANNED.index("mention")
        return [{"start": start, "end": start + 7, "type": fields.get("types", ("Any",))[0]}]
    if slot == "entities":
        return ["mention"]
    if slot == "relations":
        return [{"type": "of", "head": 0, "tail": 0}]
    if slot == "relevant":
        return [str((number + 1) % COUNT)]
    if slot == "cut" or (slot == "text" and "cut" in fields):
        return f"Begin {number}.\n{fields['cut'][0]}\nThe rest of {number}."
    if slot == "parents":
        return [str(number // 2)]
    if slot == "text" and task.shape == "span-list":
        return SPANNED.format(number)
    return f"{column} {number}"


def frame(task: Task) -> pl.DataFrame:
    """Rows with all columns that the task names."""
    values: dict[str, list[Any]] = {}
    for slot, template in task.fields.items():
        templates = [template] if isinstance(template, str) else template if slot in ("options",) else ()
        named = [name for one in templates for name in columns(one)]
        named += list(template) if slot == "columns" else []
        for name in named:
            if name != "is_swapped" and (name not in values or slot in ("label", "answer")):
                values[name] = [
                    held(task, slot if slot != "columns" else "text", name, number) for number in range(COUNT)
                ]
    if task.shape == "key-values":
        values["another column"] = [f"value {number}" for number in range(COUNT)]
    return pl.DataFrame(_nested(values), strict=False)


def _nested(values: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Columns `a.b` as structs, so that fields are found in them too."""
    made: dict[str, list[Any]] = {}
    for name, column in values.items():
        head, _, field = name.partition(".")
        if not field:
            made[name] = column
            continue
        structs = made.setdefault(head, [{} for _ in column])
        for struct, value in zip(structs, column, strict=True):
            struct[field] = value
    return made


@pytest.mark.parametrize("task", READY, ids=lambda task: task.id)
def test_a_declared_task_makes_instances(task: Task):
    """All rows in one split: in a test split of one row nothing can be drawn."""
    kept = Convert((replace(task, split="test-only", corpus="ward"),))(rows(frame(task)))
    assert Instance.is_valid(kept.frame)
    assert kept.rejected.is_empty(), kept.rejected
    assert kept.frame.height == COUNT
    closed = kept.frame.filter(pl.col("choices").list.len() > 0)
    marks = closed.select(pl.col("choices").list.eval(pl.element().struct.field("mark")), "gold")
    assert all(set(gold) <= set(among) for among, gold in marks.iter_rows())
    if task.metric in ("accuracy", "label-f1") and "none" not in task.fields:
        assert kept.frame["gold"].list.len().min()


@pytest.mark.parametrize("task", READY, ids=lambda task: task.id)
def test_no_order_of_rows_changes_an_instance(task: Task):
    stage, whole = Convert((replace(task, corpus="ward"),)), rows(frame(task))
    order = random.Random(task.id).sample(range(COUNT), COUNT)
    one, other = stage(whole), stage(whole[order])
    assert one.frame.sort("id").equals(other.frame.sort("id"))
    assert one.rejected.sort("id").equals(other.rejected.sort("id"))


DRAWN = ("retrieval", "ontology", "key-values")
"""Shapes whose instances have words of other rows, as have swapped answers: these are of the same shard."""


@pytest.mark.parametrize("task", READY, ids=lambda task: task.id)
def test_shards_make_the_same_instances_where_no_row_has_words_of_another(task: Task):
    stage, whole = Convert((replace(task, corpus="ward"),)), rows(frame(task))
    if task.shape in DRAWN or "swapped" in task.fields or "per" in task.fields:
        return
    parts = [stage(whole[:5]), stage(whole[5:])]
    assert pl.concat(part.frame for part in parts).equals(stage(whole).frame)


@pytest.mark.parametrize("damage", ["no rows", "nothing in them", "no columns"])
def test_rows_without_anything_are_rejected_one_by_one(damage: str):
    for task in READY:
        whole = rows(frame(task))
        named = [name for name in whole.columns if not name.startswith("__")]
        damaged = {
            "no rows": whole.clear(),
            "nothing in them": whole.with_columns(pl.lit(None).cast(whole.schema[name]).alias(name) for name in named),
            "no columns": whole.drop(named),
        }[damage]
        kept = Convert((replace(task, split="test-only"),))(damaged)
        assert kept.frame.is_empty(), task.id
        assert sorted(kept.rejected["id"]) == sorted(damaged["__id"]), task.id
        assert set(kept.rejected["reason"]) <= {"empty_input", "empty_output"}, (task.id, kept.rejected)
        is_told = kept.rejected["detail"].str.starts_with(f"task {task.id}: column ").all()
        assert is_told or task.shape == "key-values", (task.id, kept.rejected)
