"""Once around with the real Indiana reports: build, check, release, push, load, a review round, a second version."""

from pathlib import Path

import polars as pl
import pytest

from builders.api import build
from builders.commands.release import release
from builders.commands.verify import verify
from qc.run import run
from releases.diff import diff
from schemas.release import read_release
from tests.releases.hub_place import Place
from tests.releases.test_reviewed import ITEMS, after_a_round


@pytest.mark.real
def test_openi_goes_once_around(samples: Path, place: Place, tmp_path: Path) -> None:
    made, first, second = tmp_path / "build", tmp_path / "1.0.0", tmp_path / "1.1.0"
    build("openi-ir", sources={"openi": str(samples / "openi")}, out=made, workers=2)
    assert run(made).verdict != "fail"
    assert release(made, version="1.0.0", out=first, target="hub", quiet=True) == 0
    assert verify(str(first), quiet=True) == 0
    assert place.pushed(first)["tag"] == "v1.0.0"
    there = place.load(tmp_path / "read", "v1.0.0", "rankings")
    built = pl.read_parquet(made / "rankings" / "test-*.parquet")
    assert there["rankings-test"].height == built.height

    after_a_round(made)
    assert release(made, version="1.1.0", out=second, target="hub", previous=first, quiet=True) == 0
    assert pl.read_parquet(second / "findings" / "train-*.parquet")["verified"].count() == ITEMS
    found = diff(first, second)
    findings = next(config for config in found.configs if config.name == "findings")
    assert findings.columns_added == ["verified"], "corrections are adapted text, which these terms keep home"
    assert found.bump == "minor" and findings.rows_changed == 0
    assert place.pushed(second)["tag"] == "v1.1.0"
    assert read_release(second).licence == "cc-by-nc-nd-4.0"
