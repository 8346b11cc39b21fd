"""Tables with commas, tabs, blanks and longer signs, in any encoding, with a header or without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.instructions.reading.split_lines import split_lines
from tests.builders.instructions.reading.own_corpora import failure, rows, source, written

CSV = {"files": {"all": ("*.csv",)}}
HEAD = "question,answer\n"


def test_cells_stay_as_they_are_spelt(tmp_path):
    written(tmp_path / "a.csv", HEAD + '007,"two\nlines, ""quoted"""\nleft,\n')
    frame, _ = rows(source(tmp_path, "csv", CSV))
    assert frame["question"].to_list() == ["007", "left"]
    assert frame["answer"].to_list() == ['two\nlines, "quoted"', None]
    assert frame["__id"].to_list() == ["ward/a.csv#1", "ward/a.csv#2"]


@pytest.mark.parametrize("end", ["", ".gz"])
@pytest.mark.parametrize("columns", [(), ("question", "answer")])
def test_ranges_of_a_table_give_what_the_whole_gives(tmp_path, monkeypatch, end, columns):
    body = "".join(f'q{n},"a{n}\n{"x" * n}"\n' for n in range(60))
    written(tmp_path / f"a.csv{end}", ("" if columns else HEAD) + body)
    options = {**CSV, **({"columns": columns} if columns else {})}
    whole, _ = rows(source(tmp_path, "csv", options))
    monkeypatch.setattr("builders.instructions.reading.delimited.PART_BYTES", 300)
    monkeypatch.setattr("builders.instructions.reading.delimited.PACKED_BYTES", 300)
    made = source(tmp_path, "csv", options)
    assert len(made.shards("instances")) > 5
    assert rows(made)[0].equals(whole)
    assert whole.height == 60


def test_a_row_with_too_many_cells_is_rejected_with_its_number(tmp_path):
    written(tmp_path / "a.csv", HEAD + "q,a\nq,a,b\nr,b\n")
    frame, rejected = rows(source(tmp_path, "csv", CSV))
    assert frame["question"].to_list() == ["q", "r"]
    assert rejected["id"].to_list() == ["ward/a.csv#2"]
    assert rejected["reason"].to_list() == ["bad_row"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig", "cp1252"])
def test_an_encoding_that_is_declared_or_marked_is_read(tmp_path, encoding):
    word = "Fieber für zwölf" if encoding == "cp1252" else "发烧"
    written(tmp_path / "a.csv", f"{HEAD}{word},a\n".encode(encoding))
    said = {"encoding": encoding} if encoding in ("gb18030", "cp1252") else {}
    frame, _ = rows(source(tmp_path, "csv", {**CSV, **said}))
    assert frame["question"].to_list() == [word]


def test_utf_8_is_believed_before_what_is_declared(tmp_path):
    written(tmp_path / "a.csv", f"{HEAD}发烧,a\n")
    frame, _ = rows(source(tmp_path, "csv", {**CSV, "encoding": "gb18030"}))
    assert frame["question"].to_list() == ["发烧"]


def test_a_row_in_another_encoding_is_rejected_and_a_file_in_another_is_an_error(tmp_path):
    written(tmp_path / "a.csv", (HEAD + "q,a\n" * 5).encode() + "发烧,a\n".encode("gb18030"))
    frame, rejected = rows(source(tmp_path, "csv", CSV))
    assert frame.height == 5
    assert rejected["reason"].to_list() == ["not_utf8"]
    written(tmp_path / "a.csv", HEAD.encode() + "发烧,头痛咳嗽\n".encode("gb18030") * 9)
    assert "encoding" in failure(source(tmp_path, "csv", CSV))


def test_a_sign_for_a_lost_letter_that_the_corpus_itself_has_rejects_nothing(tmp_path):
    written(tmp_path / "a.csv", HEAD + "q\ufffd,a\n")
    written(tmp_path / "a.json", '[{"question": "q\ufffd", "answer": "a"}]')
    for layout, options in (("csv", CSV), ("json", {"files": {"all": ("*.json",)}})):
        frame, rejected = rows(source(tmp_path, layout, options))
        assert (frame["question"].to_list(), rejected.height) == (["q\ufffd"], 0)


def test_utf_16_without_a_mark_is_known_by_its_zeros(tmp_path):
    written(tmp_path / "a.csv", (HEAD + "q,a\n").encode("utf-16-le"))
    assert rows(source(tmp_path, "csv", CSV))[0]["question"].to_list() == ["q"]


def test_a_blank_line_before_the_header_is_told(tmp_path):
    written(tmp_path / "a.csv", "\n" + HEAD + "q,a\n")
    assert "blank line" in failure(source(tmp_path, "csv", CSV))


def test_an_encoding_that_nobody_knows_is_an_error(tmp_path):
    written(tmp_path / "a.csv", HEAD + "q,a\n")
    assert "klingon" in failure(source(tmp_path, "csv", {**CSV, "encoding": "klingon"}))


def test_semicolons_and_declared_signs_part_columns(tmp_path):
    written(tmp_path / "a.csv", "question;answer\nq,1;a\n")
    assert rows(source(tmp_path, "csv", CSV))[0]["question"].to_list() == ["q,1"]
    written(tmp_path / "a.csv", "question~answer\nq;1~a\n")
    assert rows(source(tmp_path, "csv", {**CSV, "delimiter": "~"}))[0]["question"].to_list() == ["q;1"]
    written(tmp_path / "a.csv", "question|||answer\nq|1|||a|||b\n")
    frame, _ = rows(source(tmp_path, "csv", {**CSV, "delimiter": "|||"}))
    assert frame.select("question", "answer").rows() == [("q|1", "a|||b")]


def test_blanks_part_columns_and_the_last_takes_the_rest(tmp_path):
    written(tmp_path / "codes.txt", "A000    Cholera, of a kind \r\nA001 Other cholera\n\nalone\n")
    options = {"files": {"all": ("*.txt",)}, "columns": ("code", "words"), "delimiter": " ", "id": "{code}"}
    frame, rejected = rows(source(tmp_path, "tsv", options, {"text": "{code}", "output": "{words}"}))
    assert frame.select("code", "words").rows() == [("A000", "Cholera, of a kind"), ("A001", "Other cholera")]
    assert frame["__id"].to_list() == ["ward/A000", "ward/A001"]
    assert rejected["id"].to_list() == ["ward/codes.txt#4"]


@given(st.lists(st.tuples(st.text("abc", min_size=1), st.text("abc de", min_size=1)), min_size=1))
def test_lines_of_blanks_come_back(pairs):
    pairs = [(code, " ".join(words.split()) or "x") for code, words in pairs]
    made = split_lines("\n".join(f"{code} \t {words}" for code, words in pairs), " ", ("code", "words"))
    assert made.frame.select("code", "words").rows() == pairs


def test_a_renamed_column_is_an_error_that_says_what_is_there(tmp_path):
    written(tmp_path / "a.csv", "questions,answer\nq,a\n")
    said = failure(source(tmp_path, "csv", CSV))
    assert "no column question" in said and "questions" in said and "a.csv" in said and "\n" not in said


def test_an_empty_file_is_an_error(tmp_path):
    written(tmp_path / "a.csv", "\n")
    assert "a.csv" in failure(source(tmp_path, "csv", CSV))
