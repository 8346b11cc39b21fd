"""One damage, one line that names it."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from releases.sums import write_sums
from releases.verify import verify
from schemas.errors import MedmillError
from schemas.release import read_release, release_bytes


def rewrite(folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame], name: str = "corpus") -> None:
    """Change the rows of a file; the sums then agree, as if it had been written so."""
    path = folder / read_release(folder).config(name).splits["test"].files[0].path
    change(pl.read_parquet(path)).write_parquet(path)
    write_sums(folder)


def test_a_whole_release_has_nothing_wrong(released: Path, open_release: Path) -> None:
    assert verify(released) == [] == verify(open_release)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda own: (own / "README.md").write_text("other"), "README.md: another SHA-256"),
        (lambda own: (own / "LICENSE.txt").unlink(), "LICENSE.txt: missing"),
        (lambda own: (own / "notes.txt").write_text("x"), "notes.txt: not named"),
        (lambda own: rewrite(own, lambda rows: rows[1:]), "rows; expected"),
        (lambda own: rewrite(own, lambda rows: pl.concat([rows[:-1], rows[:1]])), "1 rows with a key (id)"),
        (lambda own: rewrite(own, lambda rows: rows.drop("n_words")), "columns id, patient"),
        (
            lambda own: rewrite(own, lambda rows: rows.with_columns(query=pl.col("query") + "x"), "rankings"),
            "rankings.query:",
        ),
    ],
)
def test_every_damage_is_named(own: Path, damage: Callable[[Path], object], says: str) -> None:
    damage(own)
    wrong = verify(own)
    assert wrong and any(says in line for line in wrong), wrong


def test_a_file_cut_short_is_one_line(own: Path) -> None:
    path = own / read_release(own).config("corpus").splits["test"].files[0].path
    path.write_bytes(path.read_bytes()[:100])
    write_sums(own)
    with pytest.raises(MedmillError, match=r"test-00000-of-00001\.parquet: no readable Parquet file"):
        verify(own)


def test_a_newer_format_is_refused_in_one_line(own: Path) -> None:
    made = read_release(own).model_copy(update={"format_version": 99})
    (own / "release.json").write_bytes(release_bytes(made))
    with pytest.raises(MedmillError, match="release format 99; this medmill reads 1 to 1"):
        verify(own)
