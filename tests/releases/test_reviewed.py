"""What two people said of fifty items stands beside the rows of the next release, and how they did it in its card."""

from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from builders.commands.release import release
from qc.run import run
from schemas.release import read_release
from tests.qc.review.conftest import Page, starting

ITEMS = 50


def judge_all(page: Page, *, correct_every: int = 0) -> None:
    for place in range(1, page.items + 1):
        wrong = correct_every and place % correct_every == 0
        answer = page.judge(place, "correct", value="zqmeant") if wrong else page.judge(place, "accept")
        assert answer.status == 303, answer.text


@pytest.fixture(scope="module")
def reviewed(open_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The open build after a round of fifty items, by two reviewers at once."""
    return after_a_round(copytree(open_build, tmp_path_factory.mktemp("reviewed") / "build"))


def after_a_round(folder: Path, table: str = "findings") -> Path:
    options = ("--split", "train", "--table", table, "--sample", str(ITEMS))
    with starting() as begin:
        pages = [begin(folder, *options, "--reviewer", name) for name in ("anna", "ben")]
        assert [page.items for page in pages] == [ITEMS, ITEMS]
        for page in pages:
            judge_all(page, correct_every=5)
    run(folder)
    return folder


def test_verdicts_stand_beside_the_original(reviewed: Path, open_build: Path, tmp_path: Path) -> None:
    assert release(reviewed, version="1.1.0", out=tmp_path / "out", allow_failed_qc=True, quiet=True) == 0
    rows = pl.read_parquet(tmp_path / "out" / "findings" / "*.parquet")
    said = rows.drop_nulls("verified")
    assert said["verified"].value_counts().sort("verified").rows() == [("accepted", 40), ("corrected", 10)]
    assert said.filter(verified="corrected")["corrected_value"].to_list() == ["zqmeant"] * 10
    before = pl.read_parquet(open_build / "findings" / "*.parquet")
    assert rows.select("id", "anatomy").sort("id").equals(before.select("id", "anatomy").sort("id"))
    card = (tmp_path / "out" / "README.md").read_text()
    assert "Verified by people" in card and "2 reviewers judged 50 items of findings" in card
    assert "anna" not in card and "ben" not in card.split("Verified by people")[1].split("## Columns")[0]
    assert [column.name for column in read_release(tmp_path / "out").config("findings").columns][-2:] == [
        "verified",
        "corrected_value",
    ]


def test_words_of_reviewers_stay_home_with_the_text(mimic: Path, tmp_path: Path) -> None:
    """A correction is written from the report: under MIMIC's terms it does not leave, the verdict does."""
    build = after_a_round(copytree(mimic, tmp_path / "build"), "entities")
    assert release(build, version="1.1.0", out=tmp_path / "out", allow_failed_qc=True, quiet=True) == 0
    rows = pl.read_parquet(tmp_path / "out" / "entities" / "*.parquet")
    assert rows["verified"].drop_nulls().len() == ITEMS
    assert "corrected_value" not in rows.columns
    everything = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not [content for content in everything if b"zqmeant" in content]


def test_a_build_that_nobody_reviewed_is_released_as_it_is(open_build: Path, tmp_path: Path) -> None:
    assert release(open_build, version="1.0.0", out=tmp_path / "out", allow_failed_qc=True, quiet=True) == 0
    assert "Verified by people" not in (tmp_path / "out" / "README.md").read_text()
