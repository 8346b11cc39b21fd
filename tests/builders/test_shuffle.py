"""Shuffled files: every bucket has its rows in the order of partitions, however many a task sorts at once."""

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from builders.bucket import bucket_of
from builders.shapes import shuffle
from builders.shapes.shuffle import FILES, MOST_TOGETHER, Shuffle, Shuffled, together
from builders.store import Account, account_in, write_rows

BUCKETS = 5


@pytest.fixture
def partitions(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "rows" / f"{number}.parquet" for number in range(7)]
    for number, path in enumerate(paths):
        rows = pl.DataFrame(
            {"key": [f"k{row % 11}" for row in range(20)], "row": [100 * number + r for r in range(20)]}
        )
        write_rows(path, rows, Account(str(number), rows=20))
    return paths


@pytest.mark.parametrize("most", [1, 700, 10**9])
@pytest.mark.parametrize("at_once", [1, 3, 7])
def test_a_bucket_has_the_same_rows_however_many_partitions_are_sorted_at_once(
    partitions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, most: int
) -> None:
    monkeypatch.setattr(shuffle, "MOST_BYTES", most)
    paths = []
    for start in range(0, len(partitions), at_once):
        paths.append(tmp_path / "scratch" / f"{start}.parquet")
        account = Shuffle(tuple(partitions[start : start + at_once]), paths[-1], ("key",), BUCKETS, "mark").run()
        assert account_in(paths[-1]) == account
    empty = pl.read_parquet(partitions[0]).clear()
    whole = pl.concat([pl.read_parquet(path) for path in partitions])
    bucket = pl.struct("key").hash(0) % BUCKETS
    for number in range(BUCKETS):
        assert_frame_equal(Shuffled(tuple(paths)).bucket(number, empty), whole.filter(bucket == number))


def test_a_row_is_sent_to_the_bucket_of_its_key_by_whatever_name_it_is_known() -> None:
    rows = pl.DataFrame({"key": range(1000), "other": range(1000)}, {"key": pl.UInt64, "other": pl.UInt64})
    found = rows.select(
        key=bucket_of(["key"], 64), other=bucket_of(["other"], 64), named=bucket_of([pl.col("other").alias("key")], 64)
    )
    assert found["key"].equals(found["other"]) and found["key"].equals(found["named"])
    assert set(found["key"]) == set(range(64))


def test_a_bucket_lies_in_few_row_groups_of_a_file(tmp_path: Path) -> None:
    """A file was one row group, and every bucket unpacked all of it: the work grew with the square of the input."""
    path, rows = tmp_path / "rows.parquet", 40_000
    write_rows(path, pl.DataFrame({"key": range(rows)}), Account("rows", rows=rows))
    Shuffle((path,), tmp_path / "scratch" / "0.parquet", ("key",), 64, "mark").run()
    footer = pq.read_metadata(tmp_path / "scratch" / "0.parquet")
    sizes = [footer.row_group(group).num_rows for group in range(footer.num_row_groups)]
    assert sum(sizes) == rows and max(sizes) <= 1024


def test_there_are_as_many_files_whatever_the_number_of_partitions() -> None:
    assert [together(count) for count in (1, FILES, 2 * FILES - 1, 2 * FILES, 10 * FILES)] == [1, 1, 1, 2, 10]
    assert together(10**6) == MOST_TOGETHER


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.parquet: shuffled rows are missing"):
        Shuffled((tmp_path / "gone.parquet",)).bucket(0, pl.DataFrame({"key": []}))
