"""JSON and JSON lines: kinds stay, keys that differ stay, and a broken record costs itself alone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.instructions.reading.frames import NUMBER, of_records
from builders.sources import byte_ranges
from tests.builders.instructions.reading.own_corpora import ALL_JSONL, failure, rows, source, written


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def test_kinds_and_nesting_of_json_lines_stay(tmp_path):
    record = {"question": "q", "answer": ["a", "b"], "case": {"age": 4, "notes": ["x"]}, "score": 1.5}
    written(tmp_path / "a.jsonl", lines(record))
    frame, rejected = rows(source(tmp_path, "json-lines", ALL_JSONL))
    assert frame.select(record.keys()).to_dicts() == [record]
    assert rejected.height == 0


def test_keys_that_only_a_late_record_has_are_not_lost(tmp_path):
    many = [{"question": "q", "answer": "a"}] * 2000
    written(tmp_path / "a.jsonl", lines(*many, {"question": "q", "answer": "a", "late": {"deep": 1}}))
    frame, _ = rows(source(tmp_path, "json-lines", ALL_JSONL))
    assert frame["late"].to_list()[-1] == {"deep": 1}
    assert frame.height == 2001


def test_broken_lines_are_rejected_by_their_number_and_the_others_stand(tmp_path):
    body = lines({"question": "q", "answer": "a"}) + "{broken\n\n5\n" + lines({"question": "r", "answer": "b"})
    written(tmp_path / "a.jsonl", body.encode() + b'{"question": "\xff", "answer": "c"}\n')
    frame, rejected = rows(source(tmp_path, "json-lines", ALL_JSONL))
    assert frame["__id"].to_list() == ["ward/a.jsonl#1", "ward/a.jsonl#5"]
    assert rejected["id"].to_list() == ["ward/a.jsonl#2", "ward/a.jsonl#4", "ward/a.jsonl#6"]
    assert rejected["reason"].to_list() == ["bad_row", "bad_row", "not_utf8"]


def test_half_a_surrogate_pair_is_rejected(tmp_path):
    written(tmp_path / "a.jsonl", '{"question": "\\ud800", "answer": "a"}\n{"question": "q", "answer": "a"}\n')
    frame, rejected = rows(source(tmp_path, "json-lines", ALL_JSONL))
    assert frame.height == rejected.height == 1


def test_values_that_are_no_json_are_null(tmp_path):
    written(tmp_path / "a.jsonl", '{"question": "q", "answer": NaN}\n{"question": "q", "answer": 2}\n')
    frame, rejected = rows(source(tmp_path, "json-lines", ALL_JSONL))
    assert frame["answer"].to_list() == [None, 2]
    assert rejected.height == 0


@pytest.mark.parametrize("end", ["", ".gz"])
def test_ranges_of_a_file_give_what_the_whole_gives(tmp_path, monkeypatch, end):
    written(tmp_path / f"a.jsonl{end}", lines(*({"question": f"q{n}", "answer": "a" * n} for n in range(50))))
    whole, _ = rows(source(tmp_path, "json-lines", ALL_JSONL))
    for module in ("json_lines", "parts"):
        monkeypatch.setattr(f"builders.instructions.reading.{module}.PACKED_BYTES", 200)
    monkeypatch.setattr("builders.instructions.reading.json_lines.PART_BYTES", 200)
    made = source(tmp_path, "json-lines", ALL_JSONL)
    assert len(made.shards("instances")) > 5
    assert rows(made)[0].equals(whole)
    assert byte_ranges.RANGE_BYTES > 200


def test_an_array_in_a_file_of_json_lines_is_read(tmp_path):
    written(tmp_path / "a.jsonl", json.dumps([{"question": "q", "answer": "a"}]))
    assert rows(source(tmp_path, "json-lines", ALL_JSONL))[0]["question"].to_list() == ["q"]


def test_lines_in_a_json_file_are_read(tmp_path):
    written(tmp_path / "a.json", lines({"question": "q", "answer": "a"}, {"question": "r", "answer": "a"}))
    frame, _ = rows(source(tmp_path, "json", {"files": {"all": ("*.json",)}}))
    assert frame["question"].to_list() == ["q", "r"]


@pytest.mark.parametrize(
    ("records", "content", "keys"),
    [
        ("", [{"question": "q", "answer": "a"}], [None]),
        ("*", {"k1": {"question": "q", "answer": "a"}, "k2": {"question": "r", "answer": "b"}}, ["k1", "k2"]),
        ("data", {"version": 1, "data": [{"question": "q", "answer": "a"}]}, [None]),
        ("exams.*.data", {"exams": {"x": {"data": [{"question": "q", "answer": "a"}]}}}, ["x"]),
        ("*.cases", [{"cases": [{"question": "q", "answer": "a"}]}, {"other": 1}], [None]),
    ],
)
def test_records_are_found_by_their_path(tmp_path, records, content, keys):
    written(tmp_path / "a.json", json.dumps(content))
    options = {"files": {"all": ("*.json",)}, **({"records": records} if records else {})}
    frame, _ = rows(source(tmp_path, "json", options))
    assert (frame["key"].to_list() if "key" in frame.columns else [None]) == keys
    assert frame["question"][0] == "q"


def test_a_path_to_nothing_says_what_is_there(tmp_path):
    written(tmp_path / "a.json", json.dumps({"train": []}))
    said = failure(source(tmp_path, "json", {"files": {"all": ("*.json",)}, "records": "data"}))
    assert "data" in said and "train" in said and "a.json" in said


def test_what_is_no_object_among_records_is_rejected(tmp_path):
    written(tmp_path / "a.json", json.dumps([{"question": "q", "answer": "a"}, 5, None]))
    frame, rejected = rows(source(tmp_path, "json", {"files": {"all": ("*.json",)}}))
    assert frame.height == 1
    assert rejected["id"].to_list() == ["ward/a.json#2", "ward/a.json#3"]


LOOSE = '\ufeff[\n  // a word of the maker\n  {"question": "a // b, ]", "answer": "a", },\n  /* two\n lines */ ]'


def test_comments_commas_and_a_mark_at_the_start_are_passed_over(tmp_path):
    written(tmp_path / "a.json", LOOSE)
    frame, _ = rows(source(tmp_path, "json", {"files": {"all": ("*.json",)}}))
    assert frame["question"].to_list() == ["a // b, ]"]


def test_a_file_that_is_cut_off_says_where(tmp_path):
    written(tmp_path / "a.json", '[\n{"question": "q"},\n{"question"')
    assert "line 3" in failure(source(tmp_path, "json", {"files": {"all": ("*.json",)}}))


def test_nesting_without_end_is_an_error_and_no_crash(tmp_path):
    written(tmp_path / "a.json", "[" * 100_000)
    assert "a.json" in failure(source(tmp_path, "json", {"files": {"all": ("*.json",)}}))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1, max_size=2), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES, max_size=3), max_size=5))
def test_records_of_any_kinds_become_rows_in_their_order(records):
    frame = of_records(records, range(1, len(records) + 1))
    assert frame[NUMBER].to_list() == list(range(1, len(records) + 1))
    assert set(frame.columns) - {NUMBER} == {key for record in records for key in record}
    for key in set(frame.columns) - {NUMBER}:
        held = [record.get(key) for record in records]
        assert all(value is not None for value, was in zip(frame[key], held, strict=True) if was not in (None, {}))
