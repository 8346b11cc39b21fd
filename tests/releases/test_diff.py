"""What changed between two releases, and which version that deserves."""

from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from builders.commands.diff import diff as command
from releases.changelog import Previous, changelog, errata
from releases.diff import diff
from schemas.errors import UsageError
from schemas.release import read_release, release_bytes
from tests.releases.conftest import Releasing
from tests.releases.test_verify import rewrite


@pytest.fixture
def other(own: Path, tmp_path: Path) -> Path:
    copytree(own, tmp_path / "other")
    return tmp_path / "other"


def test_equal_releases_differ_in_words_only(own: Path, other: Path) -> None:
    found = diff(own, other)
    assert (found.bump, found.next_version) == ("patch", "1.0.1")
    assert all(config.rows_same == read_release(own).config(config.name).rows for config in found.configs)


def test_rows_are_told_apart_by_key(own: Path, other: Path) -> None:
    def change(rows: pl.DataFrame) -> pl.DataFrame:
        new = rows[:1].with_columns(id=pl.lit("s9"))
        words = pl.when(pl.int_range(pl.len()) == 2).then(999).otherwise("n_words").cast(pl.Int32).alias("n_words")
        return pl.concat([rows[1:].with_columns(words), new, new.with_columns(id=pl.lit("s8"))])

    rewrite(other, change)
    corpus = next(config for config in diff(own, other).configs if config.name == "corpus")
    assert (corpus.rows_added, corpus.rows_removed, corpus.rows_changed) == (2, 1, 1)
    assert diff(own, other).bump == "minor"


def test_a_column_that_is_gone_breaks_readers(own: Path, other: Path) -> None:
    made = read_release(other)
    corpus = made.config("corpus")
    fewer = corpus.model_copy(update={"columns": [c for c in corpus.columns if c.name != "n_words"]})
    configs = [fewer if config.name == "corpus" else config for config in made.configs]
    (other / "release.json").write_bytes(release_bytes(made.model_copy(update={"configs": configs})))
    found = diff(own, other)
    assert (found.bump, found.next_version) == ("major", "2.0.0")
    assert next(c for c in found.configs if c.name == "corpus").columns_removed == ["n_words"]
    assert diff(other, own).bump == "minor"


def test_labels_whose_spread_moved_are_told(own: Path, other: Path) -> None:
    rewrite(other, lambda rows: rows.with_columns(polarity=pl.lit("abnormal")), "findings")
    drift = next(config for config in diff(own, other).configs if config.name == "findings").drift
    assert {d.value for d in drift} >= {"abnormal", "normal"}
    assert all(abs(d.before - d.after) > 0.01 for d in drift)


def test_the_changelog_goes_on(own: Path, other: Path, open_build: Path, tmp_path: Path, releasing: Releasing) -> None:
    rewrite(own, lambda rows: rows[1:])
    releasing(open_build, tmp_path / "next", version="1.1.0", previous=own, errata="Report 7 is of a phantom.")
    said = (tmp_path / "next" / "CHANGELOG.md").read_text()
    assert (
        said.index("## 1.1.0")
        < said.index("`corpus`: 1 rows added")
        < said.index("## 1.0.0")
        < said.index("First release")
    )
    assert "Report 7 is of a phantom." in (tmp_path / "next" / "ERRATA.md").read_text()
    releasing(open_build, tmp_path / "third", version="1.1.1", previous=tmp_path / "next")
    assert "Report 7 is of a phantom." in (tmp_path / "third" / "ERRATA.md").read_text()
    with pytest.raises(UsageError, match=r"the release before is 1\.1\.0; choose a higher one"):
        releasing(open_build, tmp_path / "low", version="1.0.5", previous=tmp_path / "next")


def test_a_first_release_says_so() -> None:
    assert "None known." in errata("", Previous())


def test_the_command_suggests_a_version(own: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(other, lambda rows: rows[1:])
    assert command(own, other) == 0
    assert "suggested version: 1.1.0 (minor)" in capsys.readouterr().out


def test_a_changelog_needs_no_folder_for_a_first_release(own: Path) -> None:
    assert "First release." in changelog(own, read_release(own), Previous())
