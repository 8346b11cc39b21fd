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


def some(openi: Path, folder: Path, reports: int) -> Path:
    """The first so many reports with their images, as the source lies."""
    folder.mkdir()
    first = pl.read_csv(openi / "indiana_reports.csv.gz", infer_schema=False).head(reports)
    images = pl.read_csv(openi / "indiana_projections.csv", infer_schema=False)
    first.write_csv(folder / "indiana_reports.csv")
    images.join(first, on="uid", how="semi", maintain_order="left").write_csv(folder / "indiana_projections.csv")
    return folder


@pytest.mark.real
@pytest.mark.parametrize("reports", [600, pytest.param(10_000, marks=pytest.mark.soak)])
def test_openi_goes_once_around(reports: int, samples: Path, place: Place, tmp_path: Path) -> None:
    made, first, second = tmp_path / "build", tmp_path / "1.0.0", tmp_path / "1.1.0"
    source = some(samples / "openi", tmp_path / "openi", reports)
    build("openi-ir", sources={"openi": str(source)}, out=made, workers=0)
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
