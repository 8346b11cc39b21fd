"""Documents as rows of Parquet: how they are cut, and what becomes of bad ones. All texts are our own."""

from datetime import UTC, datetime

import fsspec
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.sources.web_parquet import WebParquet
from schemas.errors import SourceError
from tests.builders.sources.reading import read_all, reasons


def kept(location, **options):
    return read_all(WebParquet(location=str(location), **options), "documents")


def table(number):
    texts = [f"Text {row}: rain fell on the hospital. " * (row % 5 + 1) for row in range(number)]
    return pa.table(
        {
            "text": texts,
            "timestamp": ["2020-02-03"] * number,
            "url": [f"https://a.example/{row}" for row in range(number)],
        }
    )


@settings(max_examples=15)
@given(rows=st.integers(1, 60), group=st.integers(1, 60), part=st.integers(1, 5000))
def test_the_same_rows_for_any_part_bytes_and_row_groups(tmp_path_factory, rows, group, part):
    path = tmp_path_factory.mktemp("parquet") / "a.parquet"
    pq.write_table(table(rows), path, row_group_size=group, use_dictionary=False)
    made = kept(path, part_bytes=part).frame
    assert made["id"].to_list() == [f"a.parquet#{row}" for row in range(rows)]
    assert made["text"].to_list() == table(rows)["text"].to_pylist()
    assert made["url"].to_list() == table(rows)["url"].to_pylist() and set(made["date"]) == {"2020-02-03"}


def test_parts_hold_about_the_same_bytes_of_text(tmp_path):
    texts = ["long words " * 1000] * 20 + ["short"] * 2000
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet", row_group_size=10, use_dictionary=False)
    source = WebParquet(location=str(tmp_path / "a.parquet"), part_bytes=30_000)
    read = [
        source.read("documents", shard.name).frame["text"].str.len_bytes().sum() for shard in source.shards("documents")
    ]
    assert max(read) < 60_000 and len(read) < 15
    assert sum(shard.rows for shard in source.shards("documents")) == len(texts)


def test_a_table_without_the_text_says_which_columns_it_has(tmp_path):
    pq.write_table(pa.table({"content": ["a"], "url": ["b"]}), tmp_path / "a.parquet")
    with pytest.raises(SourceError, match=r"no column text; it has content, url; name the one with the text"):
        WebParquet(location=str(tmp_path)).shards("documents")
    assert kept(tmp_path, text="content").frame["text"].to_list() == ["a"]
    with pytest.raises(SourceError, match="no column adress; it has content, url"):
        WebParquet(location=str(tmp_path), text="content", url="adress").shards("documents")


def test_a_text_column_of_numbers_is_refused(tmp_path):
    pq.write_table(pa.table({"text": [1, 2]}), tmp_path / "a.parquet")
    with pytest.raises(SourceError, match="the column text holds int64; expected text"):
        WebParquet(location=str(tmp_path)).shards("documents")


@pytest.mark.parametrize("body", [b'{"text": "a"}\n' * 20, b"PAR1", b""], ids=["JSON", "a stub", "empty"])
def test_what_is_no_parquet_is_one_clear_error(tmp_path, body):
    (tmp_path / "a.parquet").write_bytes(body)
    with pytest.raises(SourceError, match="no Parquet file, cut off or damaged"):
        WebParquet(location=str(tmp_path)).shards("documents")


def test_a_parquet_cut_off_is_one_clear_error(tmp_path):
    pq.write_table(table(50), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match="cut off or damaged"):
        WebParquet(location=str(tmp_path)).shards("documents")


def test_damaged_pages_are_one_clear_error(tmp_path):
    pq.write_table(table(50), tmp_path / "a.parquet", compression="zstd", use_dictionary=False)
    whole = bytearray((tmp_path / "a.parquet").read_bytes())
    whole[4:204] = b"\x00" * 200
    (tmp_path / "a.parquet").write_bytes(whole)
    with pytest.raises(SourceError, match="cut off or damaged"):
        kept(tmp_path)


def test_rows_with_broken_bytes_are_rejected_and_the_others_stand(tmp_path):
    broken = pa.StringArray.from_buffers(
        3, pa.py_buffer(b"\0\0\0\0\1\0\0\0\3\0\0\0\4\0\0\0"), pa.py_buffer(b"a\xff\xfeb")
    )
    pq.write_table(pa.table({"text": broken}), tmp_path / "a.parquet")
    made = kept(tmp_path)
    assert made.frame["text"].to_list() == ["a", "b"] and reasons(made) == {"a.parquet#1": "not_utf8"}


def test_empty_missing_and_long_texts_are_rejected(tmp_path):
    pq.write_table(pa.table({"text": ["a", "", " \n", None, "x" * 200]}), tmp_path / "a.parquet")
    made = kept(tmp_path, longest=100)
    assert made.frame["text"].to_list() == ["a"]
    assert reasons(made) == {
        "a.parquet#1": "empty_text", "a.parquet#2": "empty_text", "a.parquet#3": "no_text", "a.parquet#4": "too_long",
    }  # fmt: skip


@pytest.mark.parametrize(
    "kind", [pa.large_string(), pa.string_view(), pa.binary(), pa.dictionary(pa.int32(), pa.string())]
)
def test_all_ways_to_store_text_are_read(tmp_path, kind):
    texts = (
        pa.array(["été", "雨"]).cast(kind)
        if not pa.types.is_dictionary(kind)
        else pa.array(["été", "雨"]).dictionary_encode()
    )
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet")
    assert kept(tmp_path).frame["text"].to_list() == ["été", "雨"]


def test_structs_dates_and_lists_as_columns(tmp_path):
    row = {"url": "https://a.example/", "licences": ["CC BY 4.0"]}
    columns = {"text": ["a"], "metadata": [row], "at": [datetime(2020, 1, 2, 3, 4, tzinfo=UTC)]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    made = kept(tmp_path, url="metadata.url", date="at", licence_column="metadata.licences").frame
    assert made.select("url", "licence").row(0) == ("https://a.example/", "CC BY 4.0")
    assert made["date"].item().startswith("2020-01-02T03:04")


def test_files_behind_a_url(tmp_path):
    with fsspec.open("memory://parquets/deep/a.parquet", "wb") as file:
        pq.write_table(table(5), file)
    made = kept("memory://parquets")
    assert made.frame["id"].to_list() == [f"deep/a.parquet#{row}" for row in range(5)]


def test_a_file_that_changed_since_the_listing_is_an_error(tmp_path):
    pq.write_table(table(5), tmp_path / "a.parquet")
    source = WebParquet(location=str(tmp_path))
    listed = source.shards("documents")
    pq.write_table(table(6), tmp_path / "a.parquet")
    with pytest.raises(SourceError, match="changed while the build ran; run the same command again"):
        source.read("documents", listed[0].name)
    assert pl.concat([source.read("documents", shard.name).frame for shard in source.shards("documents")]).height == 6
