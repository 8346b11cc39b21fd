"""Tables of users in and out: every format, in pieces, whole or not at all, with one line for what is wrong."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.streams import batches, write
from schemas.errors import MedmillError, SourceError, UsageError

ROWS = pl.DataFrame({"id": ["007", "2", "2"], "text": ['No "acute" disease,\nheart normal.', None, "Ödem, links."]})
FORMATS = ("csv", "csv.gz", "parquet", "jsonl", "jsonl.gz")


@pytest.mark.parametrize("end", FORMATS)
@pytest.mark.parametrize("size", [1, 2, 100])
def test_what_is_written_is_read(tmp_path: Path, end: str, size: int) -> None:
    path = tmp_path / f"rows.{end}"
    assert write(path, iter([ROWS[:1], ROWS[1:]])) == 3
    read = list(batches(path, ["id", "text"], size))
    assert [len(frame) for frame in read][:-1] == [size] * (len(read) - 1)
    assert pl.concat(read).equals(ROWS)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1), min_size=1))
def test_any_text_survives_csv(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("any") / "rows.csv"
    frame = pl.DataFrame({"id": [str(i) for i in range(len(texts))], "text": texts})
    write(path, [frame])
    assert pl.concat(batches(path, ["id", "text"], 3)).equals(frame)


def test_equal_rows_give_equal_bytes(tmp_path: Path) -> None:
    for end in FORMATS:
        first, second = tmp_path / f"a.{end}", tmp_path / f"b.{end}"
        write(first, [ROWS])
        write(second, [ROWS])
        assert first.read_bytes() == second.read_bytes(), end


def test_lists_are_json_text_in_csv(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["a"], "anatomy": [["left lung", "pleura"]], "sizes": [[{"values": [3.5, 2.0]}]]})
    write(tmp_path / "rows.csv", [frame])
    (row,) = pl.read_csv(tmp_path / "rows.csv").to_dicts()
    assert json.loads(row["anatomy"]) == ["left lung", "pleura"]
    assert json.loads(row["sizes"]) == [{"values": [3.5, 2.0]}]


def test_csv_with_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b'\xef\xbb\xbfid,text\r\n1,"a\r\nb"\r\n\r\n2,c\r\n')
    assert pl.concat(batches(path, ["id", "text"], 10)).rows() == [("1", "a\r\nb"), ("2", "c")]


def test_numbers_stay_numbers_in_jsonl_and_parquet(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": [1, 2], "text": [None, "x"]})
    for end in ("jsonl", "parquet"):
        write(tmp_path / f"n.{end}", [frame])
        assert pl.concat(batches(tmp_path / f"n.{end}", ["id", "text"], 1), how="vertical_relaxed")["id"].to_list() == [
            1,
            2,
        ]


def damaged(folder: Path) -> Iterator[tuple[Path, str]]:
    whole = gzip.compress(b"id,text\n" + b"1,normal chest\n" * 5000)
    (folder / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    yield folder / "cut.csv.gz", "damaged"
    (folder / "latin.csv").write_bytes("id,text\n1,Ödem\n".encode("latin-1"))
    yield folder / "latin.csv", "not UTF-8"
    (folder / "short.csv").write_text("id,text\n1\n")
    yield folder / "short.csv", "line 2 ends a row of 1 cells, expected 2"
    (folder / "empty.csv").touch()
    yield folder / "empty.csv", "no column id, text"
    (folder / "other.csv").write_text("study,report\n1,x\n")
    yield folder / "other.csv", "no column id, text; the columns are study, report"
    (folder / "no.parquet").write_bytes(b"PAR1 but not really")
    yield folder / "no.parquet", "no Parquet that can be read"
    (folder / "no.jsonl").write_text('{"id": 1, "text": "x"}\n{"id": 2\n')
    yield folder / "no.jsonl", "line 2 is no JSON"
    (folder / "list.jsonl").write_text("[1]\n")
    yield folder / "list.jsonl", "line 1 is no JSON object"
    (folder / "mixed.jsonl").write_text('{"id": 1, "text": "x"}\n{"id": "b", "text": "y"}\n')
    yield folder / "mixed.jsonl", "mixes numbers and text"
    yield folder / "none.csv", "no such file"


def test_what_cannot_be_read_is_one_line_with_the_file(tmp_path: Path) -> None:
    for path, says in damaged(tmp_path):
        with pytest.raises(SourceError) as caught:
            list(batches(path, ["id", "text"], 10))
        assert says in str(caught.value), path
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_an_unknown_ending_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "rows.xlsx").touch()
    with pytest.raises(UsageError, match=r"\.parquet"):
        list(batches(tmp_path / "rows.xlsx", ["id"], 10))


def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    write(path, [ROWS[:1]])
    before = path.read_bytes()

    def failing() -> Iterator[pl.DataFrame]:
        yield ROWS
        raise SourceError("the input ends here")

    with pytest.raises(MedmillError):
        write(path, failing())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        write(tmp_path / "nowhere" / "rows.csv", [ROWS])
