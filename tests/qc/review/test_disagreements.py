"""The queue of what report and masks disagree on, over real HTTP: each item says why, and verdicts are kept."""

from pathlib import Path

import polars as pl
import pytest

from tests.qc.made_volumes import make_build
from tests.qc.review.conftest import Start, lines

nib = pytest.importorskip("nibabel", reason="needs the extra volumes")

RIGHT = "t1_a_1/right-lung"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """One of two scans has an opacity in a right lung whose mask is empty."""
    folder = make_build(tmp_path / "build")
    for path in (folder / "masks").glob("*.parquet"):
        empty = pl.when(id=RIGHT).then(0).otherwise("voxels")
        pl.read_parquet(path).with_columns(voxels=empty.cast(pl.Int64)).write_parquet(path)
    return folder


@pytest.mark.parametrize("table", ["masks", "grounded"])
def test_only_what_disagrees_is_shown_and_says_why(table: str, build: Path, start: Start) -> None:
    page = start(build, "--table", table, "--disagreements", "--reviewer", "anna")
    shown = page.ask("item/1").text
    assert page.items == 1
    assert "something is found there, and the mask is empty" in shown
    assert "t1_a" in shown


def test_verdicts_on_disagreements_are_verdicts_on_their_rows(build: Path, start: Start) -> None:
    page = start(build, "--table", "masks", "--disagreements", "--reviewer", "anna")
    page.judge(1, "correct", value="empty, and should not be")
    opening, said = lines(build)
    assert (opening["kind"], opening["disagreements"], opening["items"]) == ("round", True, 1)
    assert (said["key"], said["decision"]) == ({"id": RIGHT}, "correct")


def test_tables_that_cannot_disagree_and_builds_that_do_not(build: Path, tmp_path: Path, start: Start) -> None:
    with pytest.raises(AssertionError, match="--disagreements: between report and masks, so of masks and grounded"):
        start(build, "--table", "questions", "--disagreements")
    with pytest.raises(AssertionError, match="masks has no disagreement of report and masks in it"):
        start(make_build(tmp_path / "good"), "--table", "masks", "--disagreements")
