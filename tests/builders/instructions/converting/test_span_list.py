"""Texts and the mentions in them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.builders.instructions.converting.own_rows import made, one, reason

FIELDS = {"text": "{text}", "entities": "{entities}"}
TEXT = "Aspirin eased the naïve pain; aspirin again."


def span(text: str, words: str, kind: str = "Drug") -> dict[str, object]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "type": kind}


def test_mentions_stand_once_in_the_order_of_the_text():
    spans = [span(TEXT, "aspirin"), span(TEXT, "pain", "Sign"), span(TEXT, "Aspirin")]
    found = one({"text": [TEXT], "entities": [spans]}, "span-list", **FIELDS)
    assert found["outputs"] == ["Aspirin, pain, aspirin"]
    assert found["gold"] == ["Aspirin", "pain", "aspirin"]
    assert found["input"] == TEXT and found["choices"] == []
    assert one({"text": [TEXT], "entities": [spans]}, "span-list", **FIELDS, types=("Sign",))["gold"] == ["pain"]


def test_overlapping_spans_all_count_the_longer_first():
    text = "acute renal failure"
    spans = [
        span(text, "renal failure"),
        span(text, "acute renal"),
        span(text, "acute renal failure"),
        span(text, "renal"),
    ]
    found = one({"text": [text], "entities": [spans]}, "span-list", **FIELDS)
    assert found["gold"] == ["acute renal failure", "acute renal", "renal failure", "renal"]


def test_where_nothing_is_found_the_sentence_of_the_task_is_answered():
    row = {"text": [TEXT], "entities": [[span(TEXT, "pain", "Sign")]]}
    found = one(row, "span-list", **FIELDS, types=("Drug",), none="There is no drug.")
    assert (found["outputs"], found["gold"]) == (["There is no drug."], [])
    assert reason(row, "span-list", **FIELDS, types=("Drug",))[0] == "empty_output"


def test_pairs_have_their_type_in_the_words_of_the_table():
    row = {"text": [TEXT], "entities": [[span(TEXT, "Aspirin", "D"), span(TEXT, "pain", "S")]]}
    found = one(row, "span-list", **FIELDS, written="pairs", words={"D": "drug", "S": "sign"})
    assert found["outputs"] == ["Aspirin (drug), pain (sign)"] and found["gold"] == ["Aspirin (drug)", "pain (sign)"]
    assert reason(row, "span-list", **FIELDS, written="pairs", words={"D": "drug"})[0] == "unknown_type"


def test_a_span_beyond_the_text_rejects_the_row_whatever_its_type():
    for start, end in ((0, len(TEXT) + 1), (-1, 3), (5, 5), (9, 2)):
        row = {"text": [TEXT], "entities": [[{"start": start, "end": end, "type": "Other"}]]}
        why, detail = reason(row, "span-list", **FIELDS, types=("Drug",), none="None.")
        assert (why, detail) == ("span_beyond_text", "1 of 1 mentions")


def test_mentions_as_they_are_written_are_put_in_the_order_of_the_text():
    row = {"text": [TEXT], "entities": [["pain", "Aspirin", "pain"]]}
    assert one(row, "span-list", **FIELDS)["outputs"] == ["Aspirin, pain"]
    assert one({"text": [TEXT], "entities": ["pain"]}, "span-list", **FIELDS)["outputs"] == ["pain"]
    assert reason({"text": [TEXT], "entities": [["fever"]]}, "span-list", **FIELDS)[0] == "mention_not_in_text"


def test_each_line_of_the_text_gets_a_line_of_json_with_its_entities_and_relations():
    text = "Adults with asthma\n\nNo insulin, no asthma"
    second = text.rindex("asthma")
    spans = [
        span(text, "asthma", "Condition"), span(text, "insulin", "Drug"),
        {"start": second, "end": second + 6, "type": "Condition"}, span(text, "No", "Negation"),
    ]  # fmt: skip
    relations = [{"type": "negates", "head": 3, "tail": 1}, {"type": "beyond", "head": 3, "tail": 9}]
    row = {"text": [text], "entities": [spans], "relations": [relations]}
    found = one(row, "span-list", **FIELDS, written="lines", relations="{relations}")
    lines = [json.loads(line) for line in found["outputs"][0].split("\n")]
    assert lines[0] == {"entities": [{"text": "asthma", "type": "Condition"}], "relations": []}
    assert lines[1] == {"entities": [], "relations": []}
    assert lines[2]["relations"] == [{"type": "negates", "head": "No", "tail": "insulin"}]
    assert [entity["text"] for entity in lines[2]["entities"]] == ["No", "insulin", "asthma"]
    assert found["gold"][0] == "asthma (Condition)"


def test_a_line_break_in_a_mention_is_a_blank():
    text = "renal\n failure"
    found = one({"text": [text], "entities": [[span(text, text)]]}, "span-list", **FIELDS)
    assert found["outputs"] == ["renal failure"]


@given(st.data())
def test_spans_come_back_to_the_letter(data: st.DataObject):
    text = data.draw(st.text("ab é𝒳\t", min_size=1, max_size=30))
    ends = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(ends, ends).filter(lambda pair: pair[0] < pair[1]), max_size=6))
    entities = [{"start": start, "end": end, "type": "T"} for start, end in spans]
    row = {
        "text": [f"x{text}x"],
        "entities": [[{**one, "start": one["start"] + 1, "end": one["end"] + 1} for one in entities]],
    }
    kept = made(row, "span-list", **FIELDS, none="None.")
    meant = sorted(spans, key=lambda pair: (pair[0], -pair[1]))
    words = list(dict.fromkeys(text[start:end].strip() for start, end in meant if text[start:end].strip()))
    if spans or kept.frame.height:
        assert kept.frame["gold"].to_list() == [words]
        assert all(word in row["text"][0] for word in words)
