"""Which volumes the page shows, and what of them: pictures are portions of the source."""

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from builders.base import Source
from builders.opening import reopened, voxels_of
from qc.build import Build
from qc.report.worst_volumes import MOST, cases, worst_volumes
from qc.run import run
from qc.volumes import Volumes
from schemas.errors import UsageError
from schemas.quality import Outcome
from schemas.terms import Terms
from schemas.voxels import VolumeError, Voxels
from tests.qc.made_volumes import make_build, voxels

CLOSED = Terms(text_may_leave="no")


@pytest.fixture
def folder(tmp_path):
    return make_build(tmp_path / "build")


def complaint(*named: str, verdict="warn", title="Masks are not empty") -> Outcome:
    return Outcome(name="x", group="Volumes", title=title, verdict=verdict, summary="", cases=list(named))


def page_of(folder, **more) -> str:
    run(folder, **more)
    return (folder / "qc" / "report.html").read_text()


def test_complaints_come_first_and_failures_before_warnings(folder):
    volumes = Volumes(Build.open(folder))
    found = cases(volumes, [complaint("t1_a_1: 3 voxels"), complaint("t2_a_1/liver", verdict="fail", title="Sides")])
    assert [(case.volume, case.mask) for case in found] == [("t2_a_1", "t2_a_1/liver"), ("t1_a_1", "")]
    assert found[0].why == "Sides: t2_a_1/liver"


def test_what_passed_and_strange_ids_are_no_complaint(folder):
    volumes = Volumes(Build.open(folder))
    found = cases(volumes, [complaint("t1_a_1", verdict="pass"), complaint("t9_a_1/liver: empty", "12 of them")])
    assert [case.why for case in found] == ["drawn at random"] * 2


def test_a_sample_is_bounded_and_the_same_every_time(tmp_path, monkeypatch):
    volumes = Volumes(Build.open(make_build(tmp_path / "build")))
    monkeypatch.setitem(volumes.__dict__, "ids", [f"v{n}" for n in range(50)])
    drawn = [case.volume for case in cases(volumes, [])]
    assert len(drawn) == MOST and drawn == [case.volume for case in cases(volumes, [])]


def test_the_page_shows_slices_with_masks_and_asks_for_nothing(folder):
    page = page_of(folder, voxels=voxels)
    assert len(re.findall(r'<img src="data:image/png;base64,', page)) == 4
    assert "right lung" in page and "Masks alone" not in page


def test_the_structure_of_the_complaint_is_what_the_slice_goes_through(folder):
    shown = worst_volumes(Volumes(Build.open(folder), voxels), [complaint("t1_a_1/liver: empty")])
    assert shown[0].structure == "liver"
    assert [name for _, name in shown[0].slices[0].legend] == ["liver"]


def test_a_build_without_volumes_has_no_such_part(pristine, tmp_path):
    from shutil import copytree

    page = page_of(copytree(pristine, tmp_path / "build"))
    assert "Volumes and their masks" not in page


def test_terms_that_keep_text_keep_grey_values_and_do_not_even_open_the_volume(tmp_path):
    def refused(path: str) -> Voxels:
        raise AssertionError("opened")

    page = page_of(make_build(tmp_path / "build", CLOSED), voxels=refused)
    assert len(re.findall(r"<img ", page)) == 4
    assert "these are masks alone" in page and "medmill review" in page


def test_without_the_source_the_page_says_how_to_name_it(folder):
    page = page_of(folder)
    assert len(re.findall(r"<img ", page)) == 4
    assert "medmill qc DIR --source NAME=FOLDER" in page


def test_a_volume_that_is_gone_is_told_and_its_masks_are_shown(folder):
    def gone(path: str) -> Voxels:
        raise VolumeError("missing_file", f"{path}: no such file")

    page = page_of(folder, voxels=gone)
    assert "missing file: t1_a_1.nii.gz: no such file" in page
    assert len(re.findall(r"<img ", page)) == 4


def test_a_mask_whose_volume_has_no_row_is_told(folder):
    (path,) = (folder / "volumes").glob("*.parquet")
    pl.read_parquet(path).filter(id="t1_a_1").write_parquet(path)
    assert "unknown volume: t2_a_1: the table volumes has no such row" in page_of(folder, voxels=voxels)


def test_a_mask_of_another_shape_is_told(folder):
    page = page_of(folder, voxels=lambda path: Voxels(np.zeros((4, 4, 4), np.int16), np.eye(4)))
    assert "the mask has the shape [40, 30, 24], its volume [4, 4, 4]" in page


def test_a_mask_file_that_is_damaged_is_told(folder):
    path = folder / "files" / "masks" / "t1_a_1.nii.gz"
    path.write_bytes(path.read_bytes()[:100])
    page = page_of(folder, voxels=voxels)
    assert "t1_a_1.nii.gz: not readable as NIfTI" in page
    assert len(re.findall(r"<img ", page)) == 2


def test_a_source_is_opened_again_with_the_settings_of_the_build(folder):
    manifest = Build.open(folder).manifest
    (source,) = reopened(manifest, {"ct-rate": str(folder)})
    assert source == replace(source, reconstruction="thinnest")
    assert voxels_of([source]) is not None
    with pytest.raises(UsageError, match="--source openi: this build was made from ct-rate"):
        reopened(manifest, {"openi": "x"})


def test_sources_without_volumes_open_none():
    from builders.sources.synthetic import Synthetic

    sources: list[Source] = [Synthetic(location="20")]
    assert voxels_of(sources) is None
