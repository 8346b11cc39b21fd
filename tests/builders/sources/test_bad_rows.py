"""Rows of tables that are damaged: each is rejected by its line, and the others stand. All sentences are our own."""

import csv
import io
import json
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.sources import byte_ranges, quotes
from builders.sources.csv_rows import csv_rows
from builders.sources.reports_table import ReportsTable
from schemas.errors import SourceError, UsageError
from tests.builders.sources.reading import read_all, reasons

LINES = [f"A{number},Clear lungs number {number}." for number in range(40)]


def table(tmp_path, lines, name="a.csv"):
    (tmp_path / name).write_text("\n".join(["id,text", *lines, ""]), newline="")
    return ReportsTable(location=str(tmp_path / name))


def changed(place, line):
    return [*LINES[:place], line, *LINES[place + 1 :]]


@pytest.fixture(params=[4 * 2**20, 300], ids=["one range", "many ranges"])
def ranges(request, monkeypatch):
    monkeypatch.setattr(byte_ranges, "RANGE_BYTES", request.param)


@pytest.mark.usefixtures("ranges")
def test_a_quote_within_an_unquoted_cell_is_a_letter(tmp_path):
    lines = changed(4, 'A4,Tip 5" from carina')
    lines[20] = 'A20,Tip 3" and 4" away"'
    kept = read_all(table(tmp_path, lines))
    assert kept.frame.height == 40 and not kept.rejected.height
    assert kept.frame.filter(pl.col("id") == "A4")["text"].item() == 'Tip 5" from carina'
    assert kept.frame.filter(pl.col("id") == "A20")["text"].item() == 'Tip 3" and 4" away"'


@pytest.mark.usefixtures("ranges")
@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("A4,Clear lungs,,more", "4 cells, expected 2"),
        ('A4,"Clear "left" lung."', "a stray quote"),
        ('A4,"Tip 5" from carina.', "a stray quote"),
        ('A4,"Clear lungs.', "never closed"),
    ],
    ids=["too many cells", "stray quotes", "a stray quote that closes nothing", "an open quote"],
)
@pytest.mark.parametrize("quoted_later", [False, True])
def test_a_row_that_is_no_csv_is_rejected_by_its_line_and_no_other(tmp_path, line, why, quoted_later):
    lines = changed(4, line)
    if quoted_later:
        lines[30] = 'A30,"Clear, ""again""\nand well."'
    kept = read_all(table(tmp_path, lines))
    assert kept.frame.height == 39 and "A4" not in kept.frame["id"].to_list()
    assert kept.rejected["reason"].to_list() == ["bad_row"]
    assert "line 6: " in kept.rejected["detail"].item() and why in kept.rejected["detail"].item()
    assert "lung" not in kept.rejected["detail"].item() + kept.rejected["id"].item()


def test_a_quote_that_stays_open_for_long_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(byte_ranges, "RANGE_BYTES", 100)
    monkeypatch.setattr(quotes, "LONGEST", 500)
    lines = [*changed(4, 'A4,"Clear lungs.'), *(f'B{number},"Clear,\nagain."' for number in range(99))]
    kept = read_all(table(tmp_path, lines))
    assert kept.frame.height == 39 + 99
    assert reasons(kept).popitem()[1] == "bad_row"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.text('ab",\n; '), min_size=3, max_size=3), min_size=1, max_size=9))
def test_what_a_writer_of_csv_writes_comes_back_beside_a_bad_row(rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([["x", "y", "z"], *rows])
    whole = out.getvalue().encode()
    plain = csv_rows(whole, ",")
    assert not plain.bad
    beside = csv_rows(whole + b"1,2,3,4\n", ",")
    assert [bad.number for bad in beside.bad] == [len(rows)]
    assert [[cell or "" for cell in row] for row in beside.frame.rows()] == rows
    assert plain.frame.fill_null("").equals(beside.frame.fill_null(""))


def test_ids_of_bad_lines_are_those_of_no_other_row(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(
        b'{"id": 1, "text": "Clear."}\n{"id":\n{"text": "No id."}\n{"id": 3, "text": "\\ud83d"}\n'
        b'{"id": 4, "text": "\xe9"}\n'
        + b'{"id": 5, "text": '
        + b"[" * 100_000
        + b"\n"
        + b'{"id": 6, "text": "Well."}\n'
    )
    kept = read_all(ReportsTable(location=str(tmp_path / "a.jsonl")))
    assert kept.frame["id"].to_list() == ["1", "6"]
    found = kept.rejected.sort("id").with_columns(pl.col("id").str.extract(r"#(\d+)$"))
    assert found.select("id", "reason").rows() == [
        ("1", "bad_json"), ("2", "missing_id"), ("3", "bad_json"), ("4", "not_utf8"), ("5", "bad_json")
    ]  # fmt: skip


def test_a_key_that_the_first_record_lacks_is_a_column(tmp_path):
    rows = [
        {"id": "1", "text": "Clear."},
        {"id": "2", "text": "Clear.", "patient": "P", "pictures": ["a.png", "b.png"]},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    source = ReportsTable(location=str(tmp_path / "a.jsonl"), patient="patient", image="pictures")
    assert read_all(source).frame["patient"].to_list() == [None, "P"]
    assert sorted(read_all(source, "images").frame["path"]) == ["a.png", "b.png"]
    with pytest.raises(SourceError, match="missing column day; expected"):
        ReportsTable(location=str(tmp_path / "a.jsonl"), date="day").shards("reports")


def test_typed_columns_of_parquet_are_read_as_what_they_hold(tmp_path):
    frame = pl.DataFrame(
        {
            "id": ["1", "2"],
            "text": [b"Clear.", b"Caf\xe9"],
            "day": [date(2020, 1, 2), None],
            "time": [datetime(2020, 1, 2, 10, 5, tzinfo=UTC), None],
            "pictures": [["a.png", "b.png"], None],
            "odd": [{"a": 1}, None],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    location = str(tmp_path / "a.parquet")
    for column in ("day", "time"):
        kept = read_all(ReportsTable(location=location, date=column, date_format="%d.%m.%Y", image="pictures"))
        assert kept.frame["date"].to_list() == [date(2020, 1, 2)] and reasons(kept) == {"2": "not_utf8"}
    images = read_all(ReportsTable(location=location, image="pictures"), "images").frame
    assert sorted(images["path"]) == ["a.png", "b.png"]
    with pytest.raises(SourceError, match="column odd holds Struct"):
        ReportsTable(location=location, patient="odd").shards("reports")


def test_two_ids_that_are_not_utf8_are_no_duplicates(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,text\nM\xfcller,Clear.\nM\xe4ller,Clear.\nA,Clear.\n")
    kept = read_all(ReportsTable(location=str(tmp_path / "a.csv")))
    assert kept.rejected["reason"].to_list() == ["not_utf8", "not_utf8"]


def test_a_blank_in_the_name_of_the_file_leaves_the_id_of_a_row_without_one(tmp_path):
    kept = read_all(table(tmp_path, ["1,Clear.", ",Clear."], "my file.csv"))
    assert kept.rejected["id"].item().startswith("my file.csv:0-") and kept.rejected["id"].item().endswith("#1")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "a.csv: the file is empty"),
        ("a.csv", b"id,text\n", "no rows here"),
        ("a.jsonl", b"", "a.jsonl: the file is empty"),
        ("a.jsonl", b'[\n{"id": 1,\n"text": "Secret."}\n]\n', "a.jsonl: holds one JSON array; expected"),
        ("a.jsonl", b"Secret.\n", "no line that is a JSON object"),
        ("a.csv", b"id,text\r1,Secret.\r2,Secret.\r", "lines end in CR alone"),
        ("a.csv", "id,text\n1,Secret.\n".encode("utf-16"), "this is UTF-16"),
        ("a.csv", b"A1,Secret lungs.\nA2,Secret.\n", "does not look like a header"),
        ("a.csv", b"A1,Secret of the very lungs\nA2,Secret.\n", "does not look like a header"),
        ("a.csv.gz", b"id,text\n1,Secret.\n", "this is no gzip file"),
        ("a.parquet", b"", "no Parquet file"),
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_one_line_without_its_words(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        ReportsTable(location=str(tmp_path / name)).shards("reports")
    assert said in str(caught.value) and name.partition(".")[0] in str(caught.value)
    assert "ecret" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_name_in_capitals_is_a_table(tmp_path):
    assert read_all(table(tmp_path, LINES, "A.CSV")).frame.height == 40


def test_a_table_at_the_root_of_the_file_system(tmp_path, monkeypatch):
    source = table(tmp_path, LINES)
    monkeypatch.chdir("/")
    assert ReportsTable(location="a.csv").location == "/a.csv"
    place, names = ReportsTable(location=source.location)._files
    assert place.full(names[0]) == source.location
    from builders.sources.place import Place

    root = Place("/")
    assert root.full("a.csv") == "/a.csv" and root.fs.isdir(root.full()) and "etc" in root.files("e*")


@pytest.mark.parametrize("text", [("text", "id"), ("foo=Findings",), ("findings=A", "findings=B")])
def test_text_that_is_no_section_is_refused(text):
    with pytest.raises(UsageError, match=r"no section is called .*there are findings, impression|named twice"):
        ReportsTable(location="a.csv", text=text)
