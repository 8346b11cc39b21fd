"""The boundary of a stage: what is refused, what is rejected, what is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.base import Kept, Map, Stage, Table
from builders.boundary import StageError, accept
from builders.isolate import call_isolating


class Row(dy.Schema):
    id = dy.String(primary_key=True)
    size = dy.Int32(min=0)
    kind = dy.Enum(["a", "b"])


class Part(dy.Schema):
    item = dy.String(primary_key=True)
    part = dy.Int64(primary_key=True)


@dataclass(frozen=True)
class Same(Stage):
    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        return frames[0]


ROWS = Table("rows", Row, Same(), ("source",), split=None)
PARTS = Table("parts", Part, Same(), ("source",), split=None, shape=Map(of="item"))


def rows(*values: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(values, schema={"id": pl.String, "size": pl.Int64, "kind": pl.String}, orient="row")


def ids(*names: str) -> pl.Series:
    return pl.Series(names, dtype=pl.String)


def rejected(*values: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(values, schema={"id": pl.String, "reason": pl.String, "detail": pl.String}, orient="row")


def test_rows_are_cast_and_sorted_by_key() -> None:
    made = accept(ROWS, rows(("y", 1, "a"), ("x", 2, "b")), ids("x", "y"), "f")
    assert made.frame.rows() == [("x", 2, "b"), ("y", 1, "a")]
    assert made.frame.schema == {"id": pl.String, "size": pl.Int32, "kind": pl.Enum(["a", "b"])}


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (rows().drop("kind"), "stage Same gave rows without kind"),
        (rows().with_columns(more=1), "stage Same gave rows with more"),
        (rows().rename({"kind": "sort"}), "without kind and with sort; expected the columns of Row: id, size, kind"),
    ],
)
def test_other_columns_are_an_error_that_names_the_stage(frame: pl.DataFrame, says: str) -> None:
    with pytest.raises(StageError, match=f"table rows: .*{says}"):
        accept(ROWS, frame, ids(), "f")


def test_of_equal_keys_the_first_stays() -> None:
    made = accept(ROWS, rows(("x", 1, "a"), ("x", 2, "a"), ("y", 3, "b"), ("x", 4, "b")), ids("x", "y"), "f")
    assert made.frame.rows() == [("x", 1, "a"), ("y", 3, "b")]
    assert made.rejected.select("id", "reason").rows() == [("x", "duplicate_id")] * 2
    assert (made.account.ids_in, made.account.ids_passed, made.account.ids_rejected) == (2, 2, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("z", -1, "a"), "invalid_size_min"),
        (("z", None, "a"), "invalid_size_nullability"),
        (("z", 1, "c"), "invalid_kind_dtype"),
        (("z", 2**40, "a"), "invalid_size_dtype"),
    ],
)
def test_a_row_that_breaks_a_rule_is_rejected_under_its_name(row: tuple[Any, ...], reason: str) -> None:
    made = accept(ROWS, rows(("x", 1, "a"), row), ids("x", "z"), "f")
    assert made.frame["id"].to_list() == ["x"]
    assert made.rejected.select("id", "stage", "reason").rows() == [("z", "rows", reason)]
    assert made.account.rejected == {reason: 1}


def test_an_id_without_a_row_has_passed_where_rows_are_many() -> None:
    made = accept(PARTS, pl.DataFrame({"item": ["x", "x"], "part": [1, 2]}), ids("x", "y"), "f")
    assert (made.account.ids_in, made.account.ids_passed, made.account.rows) == (2, 2, 2)


def test_an_id_without_a_row_is_lost_where_the_key_is_the_id() -> None:
    with pytest.raises(StageError, match="neither passed nor rejected the ids y"):
        accept(ROWS, rows(("x", 1, "a")), ids("x", "y"), "f")


@pytest.mark.parametrize(
    "made", [rows(("x", 1, "a"), ("w", 1, "a")), Kept(rows(("x", 1, "a")), rejected(("w", "odd", "")))]
)
def test_an_id_that_never_came_in_is_an_error(made: pl.DataFrame | Kept) -> None:
    with pytest.raises(StageError, match="made up the ids w"):
        accept(ROWS, made, ids("x"), "f")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-3, 9), st.sampled_from("abc")), max_size=30))
def test_every_id_is_passed_or_rejected_whatever_the_rows(values: list[tuple[int, int, str]]) -> None:
    frame = rows(*((f"i{number}", size, kind) for number, size, kind in values))
    made = accept(ROWS, frame, frame["id"], "f")
    account = made.account
    assert account.ids_in == len(set(frame["id"])) == account.ids_passed + account.ids_rejected
    assert account.ids_passed == made.frame.height
    assert made.frame.height + made.rejected.height == frame.height


def fails_on(bad: Sequence[str]) -> Any:
    def stage(*frames: pl.DataFrame) -> pl.DataFrame:
        if frames[0]["id"].is_in(list(bad)).any():
            raise ValueError("words of a patient")
        return frames[0]

    return stage


@given(st.integers(1, 40), st.sets(st.integers(0, 39), max_size=8))
def test_just_the_records_that_fail_are_rejected(count: int, bad: set[int]) -> None:
    frame = pl.DataFrame({"id": [f"i{number}" for number in range(count)]})
    wrong = [f"i{number}" for number in sorted(bad) if number < count]
    if len(wrong) == count:
        return
    made = call_isolating(fails_on(wrong), [frame], ["id"], "id")
    kept = made if isinstance(made, Kept) else Kept(made, rejected())
    assert set(kept.frame["id"]) == set(frame["id"]) - set(wrong)
    assert kept.rejected["id"].to_list() == wrong
    assert not kept.rejected["detail"].str.contains("patient").any()


def test_a_failure_of_the_machine_is_not_the_records_fault() -> None:
    def stage(*frames: pl.DataFrame) -> pl.DataFrame:
        raise MemoryError

    with pytest.raises(MemoryError):
        call_isolating(stage, [pl.DataFrame({"id": ["x"]})], ["id"], "id")
