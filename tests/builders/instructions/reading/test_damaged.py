"""Files as they should not be: each is one line that says what is wrong, or a rejected row; no text is repeated."""

import datetime as dt
import io
import json
import os
import zipfile

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import SourceError
from tests.builders.instructions.reading.own_corpora import ALL_JSONL, every, failure, rows, source, written
from tests.builders.instructions.reading.test_other_layouts import SHEET

WORD = "zebrafinch"
"""Stands in every damaged text, and must not stand in what is said of it."""
GOOD = json.dumps({"question": f"Why {WORD}?", "answer": "So."})
TEXTS = {"text": "{text}", "entities": "{entities}"}
WRITES = {"text": "{input}", "output": "{output}"}


def said(folder, layout, options, fields=None):
    """What is told of a corpus that cannot be read, in one line and without its words."""
    told = failure(source(folder, layout, options, fields))
    assert "\n" not in told and WORD not in told
    return told


def reasons(folder, layout, options, fields=None, shape="question-answer"):
    """How many rows there are, and why others are none."""
    frame, rejected = rows(source(folder, layout, options, fields, shape=shape))
    assert not any(WORD in cell for row in rejected.iter_rows() for cell in row)
    assert (rejected["detail"] != "").all()
    return frame.height, rejected["reason"].to_list()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"\n\n \n", "the file is empty"),
        (f"<html>{WORD}</html>".encode(), "got 1 line, none of them a JSON object with a key"),
        (json.dumps({"question": WORD}, indent=1).encode(), "got 3 lines, none of them"),
        (b'"a"\n[]\n{}\n', "got 3 lines, none of them"),
        ('{"question": "糖尿病是什么", "answer": "一种疾病"}\n'.encode("gb18030") * 9, "looks like gb18030"),
        (bytes(range(256)) * 40, "none of them a JSON object"),
        (f"version https://git-lfs.github.com/spec/v1\noid sha256:{WORD}\n".encode(), "expected JSON lines in UTF-8"),
    ],
    ids=["blank", "page", "spread over lines", "no objects", "gb18030", "noise", "pointer"],
)
def test_a_file_without_one_object_is_not_said_to_lack_columns(tmp_path, body, told):
    written(tmp_path / "a.jsonl", body)
    words = said(tmp_path, "json-lines", ALL_JSONL)
    assert "a.jsonl" in words and told in words and "no column" not in words


def test_columns_that_are_ours_are_not_said_to_be_of_the_file(tmp_path):
    written(tmp_path / "a.jsonl", '{"query": "q", "reply": "a"}\n')
    assert "found query, reply;" in said(tmp_path, "json-lines", ALL_JSONL)


def test_a_number_of_thousands_of_digits_is_an_error_and_no_crash(tmp_path):
    written(tmp_path / "a.json", f'[{{"question": {"9" * 5000}, "answer": "a"}}]')
    assert "thousands of digits" in said(tmp_path, "json", every("*.json"))
    written(tmp_path / "a.json", f'[{{"question": {"9" * 5000}, "answer": "a"}},]')
    assert "thousands of digits" in said(tmp_path, "json", every("*.json"))
    written(tmp_path / "a.txt", f"1|t|Aspirin {WORD}\n1\t0\t{'9' * 5000}\tAspirin\tDrug\n1\t0\t7\tAspirin\tDrug\n")
    assert reasons(tmp_path, "pubtator", every("*.txt"), TEXTS, "span-list")[0] == 1
    written(tmp_path / "a.ann", f"T1\tDrug 0 {'9' * 5000}\t{WORD}\n")
    assert reasons(tmp_path, "brat", every("*.txt"), TEXTS, "span-list") == (0, ["bad_standoff"])


def test_two_columns_of_one_name_between_signs_of_several_letters_are_told_apart(tmp_path):
    written(tmp_path / "a.csv", "question||answer||answer\nq||a||b\n")
    frame, _ = rows(source(tmp_path, "csv", every("*.csv", delimiter="||")))
    assert frame.select("question", "answer", "answer_2").rows() == [("q", "a", "b")]


def test_a_sign_beyond_ascii_parts_columns(tmp_path):
    written(tmp_path / "a.csv", "question¦answer\nq¦a\n")
    frame, _ = rows(source(tmp_path, "csv", every("*.csv", delimiter="¦")))
    assert frame.select("question", "answer").rows() == [("q", "a")]


def test_lines_in_another_encoding_are_an_error_whatever_parts_their_columns(tmp_path):
    written(tmp_path / "a.csv", b"question||answer\n" + "糖尿病||一种疾病\n".encode("gb18030") * 9)
    assert "9 of 11 rows are not UTF-8" in said(tmp_path, "csv", every("*.csv", delimiter="||"))


@pytest.mark.parametrize("name", ["rot13", "base64", "klingon"])
def test_a_codec_that_is_none_of_texts_is_no_encoding(tmp_path, name):
    written(tmp_path / "a.csv", b"question,answer\nq,\xff\n")
    assert f"encoding {name}, which Python does not know" in said(tmp_path, "csv", every("*.csv", encoding=name))


def test_half_a_surrogate_pair_in_a_published_task_is_rejected(tmp_path):
    held = [{"id": "1", "input": "q", "output": "a"}, {"id": "2", "input": "\ud800", "output": "a"},
            {"id": "\ud800", "input": "q", "output": "a"}, {"id": "4", "input": "q", "output": ["\udc00"]}]  # fmt: skip
    written(tmp_path / "a.json", json.dumps({"Instances": held}))
    assert reasons(tmp_path, "task-file", every("*.json"), WRITES, "generation") == (1, ["bad_row"] * 3)


def test_bytes_of_another_encoding_in_a_published_task_or_the_second_of_two_files_are_rejected(tmp_path):
    written(tmp_path / "a.json", b'{"Instances": [{"id": "1", "input": "caf\xe9", "output": "a"}]}')
    assert reasons(tmp_path, "task-file", every("*.json"), WRITES, "generation") == (0, ["not_utf8"])
    written(tmp_path / "a.txt", "q\nr\n")
    written(tmp_path / "a.lab", b"caf\xe9\nb\n")
    beside = {"beside": {"files": {"all": ("*.lab",)}, "on": ""}, "columns": ("question", "answer")}
    assert reasons(tmp_path, "text-pairs", every("*.txt", **beside)) == (1, ["not_utf8"])


@pytest.mark.parametrize("body", ["", "{}", "[]", "\n"])
def test_a_file_of_test_ids_that_names_none_does_not_leave_the_test_empty(tmp_path, body):
    written(tmp_path / "a.jsonl", GOOD)
    written(tmp_path / "test.txt", body)
    assert "names no id" in said(tmp_path, "json-lines", {**ALL_JSONL, "test_ids": "test.txt"})


@pytest.mark.parametrize(
    ("layout", "name", "body", "options", "fields"),
    [
        ("csv", "a.csv", "question,answer\n", {}, None),
        ("csv", "a.csv", "question answer\n", {"delimiter": " "}, None),
        ("json", "a.json", "[]", {}, None),
        ("xml", "a.xml", f"<r><other>{WORD}</other></r>", {"element": "row"}, {"question": "{q}", "answer": "{a}"}),
        ("tmx", "a.tmx", f"<html>{WORD}</html>", {"languages": ("en", "es")}, {"question": "{en}", "answer": "{es}"}),
        ("obo", "a.obo", f"{WORD}\n", {}, {"question": "{name}", "answer": "{def}"}),
        ("bio", "a.txt", "\n\n", {}, {"question": "{text}", "answer": "{entities}"}),
        ("pubtator", "a.txt", "", {}, {"question": "{text}", "answer": "{entities}"}),
        ("task-file", "a.json", '{"Instances": []}', {}, {"question": "{input}", "answer": "{output}"}),
    ],
)  # fmt: skip
def test_a_file_of_no_record_is_not_passed_over_in_silence(tmp_path, layout, name, body, options, fields):
    written(tmp_path / name, body)
    assert reasons(tmp_path, layout, every(name, **options), fields) == (0, ["no_rows"])


def test_a_table_beside_that_is_missing_is_said_by_its_name(tmp_path):
    written(tmp_path / "a.csv", "question,code\nq,1\n")
    beside = {"beside": {"files": {"all": ("codes.csv",), "test": ("test.csv",)}, "on": "code"}}
    words = said(tmp_path, "csv", every("a.csv", **beside))
    assert "no file codes.csv here" in words and "test.csv" not in words and "Ask the ward." in words


def test_a_number_is_the_same_document_whether_a_file_has_it_with_a_point_or_not(tmp_path):
    """Else an article would stand in train and in test: a column with empty cells is one of fractions."""
    one = {"question": ["q"], "answer": ["a"]}
    pl.DataFrame({**one, "article": [7]}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({**one, "article": [7.0]}).write_parquet(tmp_path / "b.parquet")
    pl.DataFrame({**one, "article": ["7"]}).write_parquet(tmp_path / "c.parquet")
    pl.DataFrame({**one, "article": [[7.0, 7.5]]}).write_parquet(tmp_path / "d.parquet")
    frame, _ = rows(source(tmp_path, "parquet", every("*.parquet", document="{article}")))
    assert frame["__document"].to_list()[:3] == ["ward/7"] * 3
    chosen, _ = rows(source(tmp_path, "parquet", every("*.parquet", where={"article": ("7",)})))
    assert chosen.height == 4


def test_tables_are_joined_by_numbers_however_they_are_written(tmp_path):
    written(tmp_path / "a.csv", "question,code\nq,1\nr,2\n")
    written(tmp_path / "b.jsonl", '{"code": 1, "answer": "one"}\n{"code": 2.5, "answer": "half"}\n')
    beside = {"beside": {"files": {"all": ("b.jsonl",)}, "on": "code"}}
    frame, _ = rows(source(tmp_path, "csv", every("a.csv", **beside)))
    assert frame["answer"].to_list() == ["one", None]


@pytest.mark.parametrize(
    "value",
    [dt.timedelta(hours=1), dt.time(1), b"abc", {"a": b"abc"}, [[["deep"]]], {"a": dt.timedelta(1)}, None],
    ids=str,
)
def test_parquet_of_any_kind_is_read_where_texts_are_expected(tmp_path, value):
    made = pl.DataFrame({"question": ["q", "r"], "answer": ["a", "b"], "kind": [value, value]})
    made.write_parquet(tmp_path / "a.parquet")
    for options in ({}, {"where": {"kind": ("~x",)}}, {"group": "kind"}, {"lists": {"kind": ";"}}):
        reasons(tmp_path, "parquet", every("*.parquet", **options), {"question": "{kind}", "answer": "{answer}"})
    for key in ("id", "document", "licence"):
        reasons(tmp_path, "parquet", every("*.parquet", **{key: "{kind}"}))


def parquet(path, table):
    held = io.BytesIO()
    pq.write_table(table, held)
    written(path, held.getvalue())


def texts(*values):
    """A column that claims to be of texts."""
    ends = [sum(map(len, values[:number])) for number in range(len(values) + 1)]
    offsets = b"".join(end.to_bytes(4, "little") for end in ends)
    return pa.Array.from_buffers(
        pa.string(), len(values), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(values))]
    )


def test_parquet_with_broken_letters_rejects_its_rows_and_breaks_nothing(tmp_path):
    held = {"question": texts(b"caf\xe9", b"whole"), "answer": ["a", "b"], "aside": texts(b"x", b"\xff")}
    parquet(tmp_path / "a.parquet", pa.table({**held, "picture": pa.array([b"\xff", b"\xfe"])}))
    frame, rejected = rows(source(tmp_path, "parquet", every("*.parquet")))
    assert frame.select("question", "aside", "picture").rows() == [("whole", None, None)]
    assert rejected.rows() == [("ward/a.parquet#1", "not_utf8", "a.parquet#1: bytes that are not UTF-8")]


def test_maps_and_arrays_of_parquet_are_lists(tmp_path):
    maps = pa.array([[("k", "v")]], pa.map_(pa.string(), pa.string()))
    arrays = pa.array([[1, 2]], pa.list_(pa.int8(), 2))
    parquet(tmp_path / "a.parquet", pa.table({"question": maps, "answer": arrays}))
    frame, _ = rows(source(tmp_path, "parquet", every("*.parquet")))
    assert frame.select("question", "answer").rows() == [([{"key": "k", "value": "v"}], [1, 2])]


def test_two_columns_of_one_name_in_parquet_are_an_error(tmp_path):
    columns = [pa.array(["a"]), pa.array(["b"]), pa.array(["c"])]
    parquet(tmp_path / "a.parquet", pa.Table.from_arrays(columns, names=["question", "answer", "answer"]))
    assert "two columns are called answer" in said(tmp_path, "parquet", every("*.parquet"))


def test_a_kind_of_parquet_that_nobody_reads_is_an_error(tmp_path):
    pl.DataFrame({"question": pl.Series([1], dtype=pl.Int128), "answer": ["a"]}).write_parquet(tmp_path / "a.parquet")
    assert "a kind of column that is not read" in said(tmp_path, "parquet", every("*.parquet"))


@pytest.mark.parametrize("layout", ["json-lines", "csv", "parquet", "json"])
def test_a_file_that_changes_before_it_is_read_is_an_error(tmp_path, layout):
    """Rows of the new file stood under the identity of the old one, and came back with it."""
    path = tmp_path / f"a.{layout}"

    def write(word):
        frame = pl.DataFrame({"question": [word], "answer": ["a"]})
        {"json-lines": frame.write_ndjson, "csv": frame.write_csv, "parquet": frame.write_parquet,
         "json": lambda to: to.write_text(frame.write_json())}[layout](path)  # fmt: skip

    write("old")
    made = source(tmp_path, layout, every(f"a.{layout}"))
    (shard,) = made.shards("instances")
    assert made.read("instances", shard.name).frame["question"].to_list() == ["old"]
    write("new")
    with pytest.raises(SourceError, match="changed while the build ran; run the same command again"):
        source(tmp_path, layout, every(f"a.{layout}")).read("instances", shard.name)


def test_one_text_among_lists_does_not_make_texts_of_all_lists(tmp_path):
    """Every question of a file lost its options for one that had a text in their place."""
    held = [{"question": "q", "answer": value, "other": "[sic]"} for value in (["a", "b"], "c", None, ["d"], 5)]
    written(tmp_path / "a.jsonl", "\n".join(map(json.dumps, held[:4])))
    frame, _ = rows(source(tmp_path, "json-lines", ALL_JSONL))
    assert frame["answer"].to_list() == [["a", "b"], ["c"], None, ["d"]] and set(frame["other"]) == {"[sic]"}
    written(tmp_path / "a.json", json.dumps(held))
    frame, _ = rows(source(tmp_path, "json", every("*.json")))
    assert frame["answer"].to_list() == [["a", "b"], ["c"], None, ["d"], ["5"]]


def test_a_file_of_texts_beside_one_of_lists_does_not_make_texts_of_all_lists(tmp_path):
    written(tmp_path / "a.json", json.dumps([{"question": "q", "answer": ["a", "b"]}]))
    written(tmp_path / "b.json", json.dumps([{"question": "q", "answer": "c"}, {"question": 5, "answer": None}]))
    frame, _ = rows(source(tmp_path, "json", every("*.json")))
    assert frame["answer"].to_list() == [["a", "b"], ["c"], None]
    assert frame["question"].to_list() == ["q", "q", "5"]


OURS = {
    "__split": "test",
    "__id": "x",
    "__number": 9,
    "__file": "f",
    "__row": 1,
    "__alone": "a",
    "__index_level_0__": 3,
}


@pytest.mark.parametrize("layout", ["json-lines", "csv", "parquet", "json"])
def test_columns_that_are_called_like_ours_decide_nothing(tmp_path, layout):
    """A column `__split` put rows into the test split, or broke the build."""
    frame = pl.DataFrame({"question": ["q"], "answer": ["a"], **{name: [value] for name, value in OURS.items()}})
    {"json-lines": frame.write_ndjson, "csv": frame.write_csv, "parquet": frame.write_parquet,
     "json": lambda to: to.write_text(frame.write_json())}[layout](tmp_path / "a.table")  # fmt: skip
    for options in ({}, {"group": "question"}):
        read, rejected = rows(source(tmp_path, layout, every("a.table", **options)))
        assert read["__split"].to_list() == [None] and read["__id"].to_list() == ["ward/a.table#1"]
        assert "__index_level_0__" in read.columns and rejected.is_empty()


def test_a_pipe_is_not_waited_for(tmp_path):
    written(tmp_path / "a.jsonl", GOOD)
    os.mkfifo(tmp_path / "b.jsonl")
    (tmp_path / "c.jsonl").symlink_to(tmp_path / "a.jsonl")
    frame, _ = rows(source(tmp_path, "json-lines", ALL_JSONL))
    assert frame["__id"].to_list() == ["ward/a.jsonl#1", "ward/c.jsonl#1"]


@pytest.mark.parametrize(
    ("part", "body", "told"),
    [
        ("xl/workbook.xml", b"<workbook/>", "a spreadsheet without a sheet"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>", "no spreadsheet that can be read"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><row>", "no spreadsheet that can be read"),
        ("xl/worksheets/sheet1.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "declares entities of its own"),
    ],
)
def test_a_spreadsheet_with_a_damaged_part_is_one_line(tmp_path, part, body, told):
    written(tmp_path / "a.xlsx", with_part(part, body))
    assert told in said(tmp_path, "xlsx", every("*.xlsx"))


def with_part(name, body):
    """The spreadsheet with one of its files replaced."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SHEET)) as old, zipfile.ZipFile(held, "w") as new:
        for one in old.namelist():
            new.writestr(one, body if one == name else old.read(one))
    return held.getvalue()


def test_cells_of_a_spreadsheet_that_mean_nothing_are_empty_or_stay_escapes(tmp_path):
    cells = f'<c t="s"><v>{"9" * 5000}</v></c><c><v>a_xD800_b_x0041_</v></c>'
    body = f"<worksheet><row><c><v>question</v></c><c><v>answer</v></c></row><row>{cells}</row></worksheet>"
    written(tmp_path / "a.xlsx", with_part("xl/worksheets/sheet1.xml", body.encode()))
    frame, _ = rows(source(tmp_path, "xlsx", every("*.xlsx")))
    assert frame.select("question", "answer").rows() == [(None, "a_xD800_bA")]
