"""Reading long tables piece by piece, whatever the sizes of files and row groups."""

from typing import Any

import polars as pl
import pytest

from qc.build import Build
from qc.checks import keys
from qc.ranked import Codes, all_ranked


@pytest.mark.parametrize("size", [1, 137, 5_000, 10**9])
def test_pieces_hold_whole_queries_in_the_order_of_the_files(
    good: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("qc.build.PIECE_ROWS", size)
    build, key = Build.open(good.folder), ["query", "anatomy"]
    pieces = list(build.pieces("rankings", ["query", "anatomy", "candidate"], key))
    whole = build.scan("rankings", ["query", "anatomy", "candidate"]).collect()
    assert pl.concat(piece.with_columns(file_split=pl.lit(split)) for split, piece in pieces).equals(whole)
    groups = [group for _, piece in pieces for group in piece.select(key).unique().iter_rows()]
    assert len(groups) == len(set(groups))


def test_codes_lead_back_to_ids(good: Any) -> None:
    build = Build.open(good.folder)
    codes = Codes.of(build)
    parts = [ranked.rows for ranked in all_ranked(build, codes)]
    found = pl.concat(parts).select(pl.col("query", "candidate", "anatomy"))
    expected = build.scan("rankings", ["query", "candidate", "anatomy"]).drop("file_split").collect()
    assert codes.studies.gather(found["query"]).to_list() == expected["query"].to_list()
    assert codes.studies.gather(found["candidate"]).to_list() == expected["candidate"].to_list()
    assert codes.anatomies.gather(found["anatomy"]).to_list() == expected["anatomy"].to_list()


@pytest.mark.parametrize("rows", [50, 1_000])
def test_repeated_keys_are_found_in_every_range(good: Any, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(keys, "BLOCK_ROWS", rows)
    monkeypatch.setattr(keys, "_SAMPLE_EVERY", 10)
    good.edit("rankings", lambda f: pl.concat([f, f[::500]]))
    found = keys.Keys().conclude(Build.open(good.folder), {})
    first = pl.read_parquet(good.file("rankings"))
    assert found.figures["rankings_repeated"] == first.height - first.unique().height > 3
