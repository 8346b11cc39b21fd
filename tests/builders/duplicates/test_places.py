"""Which pairs of a text are compared, and which of them need not be kept to know it."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from builders.duplicates.places import foremost, placed
from schemas.duplicates import Candidate

numbers = st.integers(0, 12)
frames = st.dictionaries(st.tuples(st.integers(0, 3), st.integers(10, 60)), st.integers(80, 90), max_size=120).map(
    lambda rows: pl.DataFrame(
        [(key, other, equal) for (key, other), equal in rows.items()],
        schema=Candidate.create_empty().schema,
        orient="row",
    )
)


def rows_of(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort("key", "other")


@given(frames, numbers, numbers, st.integers(1, 5))
def test_the_foremost_of_all_are_those_of_the_foremost_of_parts(
    rows: pl.DataFrame, alike: int, drawn: int, parts: int
) -> None:
    kept = rows.clear()
    for part in range(parts):
        kept = foremost(pl.concat([kept, rows[part::parts]]), alike, drawn)
    assert_frame_equal(rows_of(kept), rows_of(foremost(rows, alike, drawn)))


@given(frames, numbers, numbers)
def test_who_takes_no_more_finds_the_same_first_ones(rows: pl.DataFrame, alike: int, drawn: int) -> None:
    first = (pl.col("alike") < alike) | (pl.col("drawn") < drawn)
    taken, wanted = (
        rows_of(placed(those).filter(first).select(Candidate.column_names()))
        for those in (foremost(rows, alike, drawn), rows)
    )
    assert_frame_equal(taken, wanted)


@given(frames)
def test_the_most_alike_come_first(rows: pl.DataFrame) -> None:
    for _, own in placed(rows).group_by("key", maintain_order=True):
        assert own["equal"].is_sorted(descending=True)
        assert own["alike"].to_list() == list(range(own.height))
        assert sorted(own["drawn"]) == list(range(own.height))
