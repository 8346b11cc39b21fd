"""A file written a row group at a time holds what it was given, and nothing else."""

from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from polars.testing import assert_frame_equal

from builders.row_groups import GROUP_BYTES, write_row_groups
from builders.store import ROW_GROUP, Account, read_account

KINDS = pl.DataFrame(
    {
        "label": pl.Series(["yes", "no", None], dtype=pl.Enum(["no", "yes"])),
        "box": pl.Series([[1.0, 2.0], None, [3.0, 4.0]], dtype=pl.Array(pl.Float32, 2)),
        "spans": pl.Series([[{"start": 0, "word": "a"}], [], None]),
        "labels": pl.Series([["no"], [], None], dtype=pl.List(pl.Enum(["no", "yes"]))),
        "day": [date(2020, 1, 1), None, None],
        "mask": [b"", b"1", None],
    }
)


def test_every_kind_of_column_comes_back(tmp_path: Path) -> None:
    account = Account("mark", rows=6, splits={"all": 6})
    write_row_groups(tmp_path / "rows.parquet", [KINDS, KINDS], account)
    assert_frame_equal(pl.read_parquet(tmp_path / "rows.parquet"), pl.concat([KINDS, KINDS]))
    assert read_account(tmp_path / "rows.parquet") == account


def test_a_frame_without_rows_is_a_file_with_columns(tmp_path: Path) -> None:
    write_row_groups(tmp_path / "rows.parquet", [KINDS.clear()], Account("mark"))
    assert_frame_equal(pl.read_parquet(tmp_path / "rows.parquet"), KINDS.clear())


def test_groups_hold_no_more_than_they_should(tmp_path: Path) -> None:
    long = pl.DataFrame({"text": ["x" * 1_000_000] * 5})
    many = pl.DataFrame({"number": range(ROW_GROUP // 2)})
    write_row_groups(tmp_path / "long.parquet", [long] * 20, Account("mark"))
    write_row_groups(tmp_path / "many.parquet", [many] * 5, Account("mark"))
    assert _rows(tmp_path / "long.parquet") == [10] * 10
    assert 10_000_000 > GROUP_BYTES > 5_000_000
    assert _rows(tmp_path / "many.parquet") == [ROW_GROUP, ROW_GROUP, ROW_GROUP // 2]


def test_bytes_depend_on_the_rows_alone_not_on_what_they_were_filtered_from(tmp_path: Path) -> None:
    rows = pl.DataFrame({"words": [["secret"], ["said"], ["sealed"]], "kept": [False, True, False]})
    lasting = pl.DataFrame({"words": [["said"]], "kept": [True]})
    for name, frame in {"filtered": rows.filter("kept"), "cut": rows.slice(1, 1), "own": lasting}.items():
        write_row_groups(tmp_path / name, [frame], Account("mark"))
    content = (tmp_path / "own").read_bytes()
    assert (tmp_path / "filtered").read_bytes() == content
    assert (tmp_path / "cut").read_bytes() == content
    assert b"secret" not in content


def _rows(path: Path) -> list[int]:
    footer = pq.read_metadata(path)
    return [footer.row_group(number).num_rows for number in range(footer.num_row_groups)]
