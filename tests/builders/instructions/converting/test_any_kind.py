"""A column of any kind where another is expected: each row is an instance or rejected, and no word of it is told."""

import polars as pl
import pytest

from builders.instructions.reading.frames import NUMBER, of_records
from builders.instructions.shapes import SHAPES
from tests.builders.instructions.converting.own_rows import made, reason

WORD = "zebrafinch"
KINDS = [WORD, 5, 1.5, True, None, [], [WORD, "b"], [1, None], {"a": WORD}, [{"a": WORD}], [["x"]], "", {}, [[]]]
"""One value of every kind that JSON has, and some within another."""

SPAN = {"start": 0, "end": 1, "type": "X"}
TERM = {"term": "{n}", "definition": "{d}", "synonyms": "{s}", "parents": "{p}"}
ASKED = ("synonym", "definition", "name", "match", "relation")
PAIR = {"p": "P", "h": "H", "l": "x"}
OWN_TERM = {"n": "N", "d": "D", "s": ["S"], "p": ["P"], "id": "1"}
SOUND = [
    ("multiple-choice", {"question": "{q}", "options": "{o}", "answer": "{a}"}, {"q": "Q?", "o": ["x", "y"], "a": "A"}),
    ("multiple-choice", {"question": "{q}", "options": ("{o}", "{p}"), "answer": "{a}", "numbering": "words"},
     {"q": "Q?", "o": "x", "p": "y", "a": "A"}),
    ("classification", {"text": "{t}", "label": "{l}", "words": {"x": "ex", "y": "why"}}, {"t": "T", "l": "x"}),
    ("classification", {"text": "{t}", "label": "{l}", "holds": ("x",)}, {"t": "T", "l": ["x"]}),
    ("classification", {"text": "{t} {l}", "label": "{is_swapped}", "swapped": "{l}"}, {"t": "T", "l": "x"}),
    ("multi-label", {"text": "{t}", "labels": "{l}", "words": {"x": "ex"}, "none": "none"}, {"t": "T", "l": ["x"]}),
    ("span-list", {"text": "{t}", "entities": "{e}"}, {"t": "a b", "e": [SPAN]}),
    ("nli-label", {"premise": "{p}", "hypothesis": "{h}", "label": "{l}", "per": "premise"}, PAIR),
    ("nli-generation", {"premise": "{p}", "hypothesis": "{h}", "label": "{l}", "wanted": "x"}, PAIR),
    ("summarisation", {"text": "{t}", "summary": "{s}", "background": "{b}"}, {"t": "T", "s": "x", "b": "b"}),
    ("report-section", {"text": "{t}", "output": "{s}"}, {"t": "T", "s": "x"}),
    ("completion", {"text": "{t}", "cut": ("Plan",)}, {"t": "Seen.\nPlan: rest"}),
    ("key-values", {"label": "{l}", "options": ("x", "{o}")}, {"t": "T", "l": "x", "o": "z"}),
    *(("ontology", {**TERM, "asked": asked}, OWN_TERM) for asked in ASKED),
    ("translation", {"source": "{s}", "target": "{t}"}, {"s": "S", "t": "T"}),
    ("dialogue", {"question": "{q}", "reply": "{a}"}, {"q": "Q", "a": "A"}),
    ("question-answer", {"question": "{q}", "answer": "{a}", "context": "{c}"}, {"q": "Q", "a": "A", "c": "C"}),
    ("generation", {"text": "{q}", "output": "{a}"}, {"q": "Q", "a": "A"}),
    ("retrieval", {"text": "{t}", "relevant": "{r}", "candidates": "{c}"}, {"t": "T", "r": ["x"], "c": ["x", "y"]}),
    ("retrieval", {"text": "{t}", "relevant": "{r}"}, {"t": "T", "r": ["x"]}),
]  # fmt: skip


def table(*records):
    return of_records(records, range(len(records))).drop(NUMBER)


def test_every_shape_is_tried():
    assert {shape for shape, _, _ in SOUND} == set(SHAPES)


@pytest.mark.parametrize(("shape", "fields", "sound"), SOUND)
def test_a_value_of_any_kind_breaks_no_converter(shape, fields, sound):
    for key in sound:
        alone = [[{**sound, key: kind}] for kind in KINDS]
        for records in [*alone, [{**sound, key: kind} for kind in KINDS], [sound, {**sound, key: None}]]:
            kept = made(table(*records), shape, **fields)
            if shape not in ("nli-label", "nli-generation"):  # these put rows together, or pass over some
                assert kept.frame.height + kept.rejected.height == len(records)
            assert not kept.rejected["detail"].str.contains(WORD).any()
            assert (kept.frame["input"] != "").all() and (kept.frame["outputs"].list.len() > 0).all()


@pytest.mark.parametrize(
    ("entity", "why"),
    [
        ({"start": 0, "end": 99, "type": "X"}, "span_beyond_text"),
        ({"start": -1, "end": 1, "type": "X"}, "span_beyond_text"),
        ({"start": 2**40, "end": 2**41, "type": "X"}, "span_beyond_text"),
        ({"start": None, "end": 1, "type": "X"}, "no_offsets"),
        ({"start": "one", "end": "two", "type": "X"}, "no_offsets"),
        ({"begin": 0, "stop": 1}, "no_offsets"),
        ({"text": "a", "type": "X"}, "no_offsets"),
    ],
)
def test_entities_without_offsets_or_with_offsets_beyond_the_text_reject_their_row(entity, why):
    fields = {"text": "{t}", "entities": "{e}"}
    assert reason(table({"t": "a b", "e": [entity]}), "span-list", **fields) == (why, "1 of 1 mentions")


def test_objects_without_a_key_are_empty_cells():
    """A column of them has no field that could be told."""
    assert table({"a": {}, "b": 1}, {"a": {}, "b": 2})["a"].to_list() == [None, None]
    assert table({"a": {}}).schema["a"] == pl.String
