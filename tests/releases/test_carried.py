"""Files that rows name: in a release where labels may leave, and only what lies in the build."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from builders.run import Orders, make
from releases.about import About
from releases.package import Wanted, release
from releases.verify import verify
from schemas.errors import MedmillError
from schemas.terms import OPEN, Terms
from tests.builders.mill import mill

WANTED = Wanted("1.0.0", About("Drawings of items.", "Items"), allow_failed_qc=True)


def made(tmp_path: Path, terms: Terms) -> Path:
    recipe = mill()
    items = type("Items", (type(recipe.sources["items"]),), {"terms": terms})
    recipe = replace(recipe, terms=terms, sources={"items": items()})
    make(recipe, tmp_path / "build", Orders(workers=0))
    return tmp_path / "build"


def named(folder: Path) -> list[str]:
    return pl.read_parquet(folder / "drawings" / "*.parquet")["path"].sort().to_list()


def test_a_release_holds_the_files_of_its_rows_where_the_rows_say(tmp_path: Path) -> None:
    build = made(tmp_path, OPEN)
    release(build, tmp_path / "release", WANTED)
    paths = named(tmp_path / "release")
    assert paths == named(build) and len(paths) == 60
    assert all((tmp_path / "release" / path).read_bytes() == (build / path).read_bytes() for path in paths)
    assert verify(tmp_path / "release") == []
    (tmp_path / "release" / paths[0]).unlink()
    assert verify(tmp_path / "release") == [f"{paths[0]}: missing"]


def test_files_stay_at_home_with_the_ids_that_name_them(tmp_path: Path) -> None:
    build = made(tmp_path, Terms(ids_may_leave=False))
    release(build, tmp_path / "release", WANTED)
    assert not (tmp_path / "release" / "files").exists()


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    build = made(tmp_path, OPEN)
    gone = build / named(build)[7]
    gone.unlink()
    with pytest.raises(MedmillError, match=gone.name):
        release(build, tmp_path / "release", WANTED)
    assert not (tmp_path / "release").exists()
