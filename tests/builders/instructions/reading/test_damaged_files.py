"""Files of any layout with any damage: their rows, rejected ones, or one line that says what is wrong; no crash."""

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.instructions.layouts import LAYOUTS
from schemas.errors import SourceError
from tests.builders.instructions.reading.own_corpora import every, rows, source, written
from tests.builders.instructions.reading.test_labelled_texts import BRAT, PUBTATOR
from tests.builders.instructions.reading.test_other_layouts import OBO, SHEET, TASK
from tests.builders.instructions.reading.test_xml import ARTICLE, MEMORY, RECORDS

QUESTION = {"question": "Why, then?", "answer": "So"}
WHOLE: dict[str, tuple[str, bytes, dict[str, object]]] = {
    "json-lines": ("a.jsonl", (json.dumps(QUESTION) + "\n").encode() * 3, {}),
    "json": ("a.json", json.dumps({"k": QUESTION, "l": QUESTION}).encode(), {"records": "*"}),
    "csv": ("a.csv", b'question,answer\n"Why, ""then""?",So\nq,a\n', {}),
    "tsv": ("a.tsv", b"question\tanswer\nWhy?\tSo\n", {}),
    "xlsx": ("a.xlsx", SHEET, {}),
    "xml": ("a.xml", RECORDS.encode(), {"element": "Pair"}),
    "jats": ("a.xml", ARTICLE.encode(), {}),
    "tmx": ("a.tmx", MEMORY.encode(), {"languages": ("en", "sv")}),
    "text-pairs": ("text/a.txt", b"One.\nTwo.\n", {"beside": {"files": {"all": ("other/*",)}, "on": "name"}}),
    "obo": ("a.obo", OBO.encode(), {}),
    "bio": ("a.tsv", b"Some\tO\nrash\tB-Sign\n\nMore\tO\n", {}),
    "brat": ("a.txt", b"Take aspirin at daily", {}),
    "pubtator": ("a.txt", PUBTATOR.encode(), {}),
    "token-labels": ("a.tokens", b"We\nrest\n", {"beside": {"files": {"all": ("other/*",)}, "on": "name"}}),
    "task-file": ("a.json", json.dumps(TASK).encode(), {}),
}
BESIDE = {"text-pairs": ("other/a.txt", "A\nB\n"), "token-labels": ("other/a.ann", "0\n1\n"), "brat": ("a.ann", BRAT)}


def damaged(body: bytes, cut: int, at: int, put: bytes) -> bytes:
    """A file that is cut off, and has other bytes at one place."""
    body = body[: len(body) - cut % (len(body) + 1)] if cut else body
    at %= len(body) + 1
    return body[:at] + put + body[at + len(put) :]


def test_every_layout_with_files_is_damaged_here():
    assert set(WHOLE) | {"parquet"} == {name for name, layout in LAYOUTS.items() if "files" in layout.needs}


@pytest.mark.parametrize("layout", sorted(WHOLE))
@settings(max_examples=30)
@given(
    cut=st.just(0) | st.integers(0, 500), at=st.integers(0, 10_000),
    put=st.sampled_from([b"", b"\xff", b"\x00", b'"', b"\n\n", b"<", b"&x;", b"{", b"\t", b"\\", b"\xed\xa0\x80"])
    | st.binary(max_size=6),
)  # fmt: skip
def test_damage_costs_rows_or_is_told_in_one_line(layout, cut, at, put):
    name, body, options = WHOLE[layout]
    with TemporaryDirectory() as home:
        folder = Path(home)
        written(folder / name, damaged(body, cut, at, put))
        if layout in BESIDE:
            written(folder / BESIDE[layout][0], BESIDE[layout][1])
        try:
            frame, rejected = rows(source(folder, layout, every(name, **options), {"question": "{file}"}))
        except SourceError as error:
            assert "\n" not in str(error)
        else:
            assert isinstance(frame, pl.DataFrame)
            assert frame["__id"].is_unique().all()
            assert rejected["reason"].str.contains(r"^[a-z0-9_]+$").all()


@pytest.mark.parametrize("layout", sorted(WHOLE))
def test_an_empty_file_is_told_or_has_no_rows(tmp_path, layout):
    name, _, options = WHOLE[layout]
    if layout in BESIDE:
        written(tmp_path / BESIDE[layout][0], BESIDE[layout][1])
    for body in (b"", b"\n", b"\xef\xbb\xbf"):
        written(tmp_path / name, body)
        try:
            frame, _ = rows(source(tmp_path, layout, every(name, **options), {"question": "{file}"}))
        except SourceError as error:
            assert name in str(error)
        else:
            assert frame.height <= 1


@pytest.mark.parametrize(
    "body", [gzip.compress(b"question,answer\n" * 900, mtime=0)[:-9], b"question,answer\nq,a\n", b""]
)
def test_a_packed_file_that_is_damaged_is_told(tmp_path, body):
    (tmp_path / "a.csv.gz").write_bytes(body)
    with pytest.raises(SourceError, match=r"a\.csv\.gz"):
        rows(source(tmp_path, "csv", every("*.csv")))
