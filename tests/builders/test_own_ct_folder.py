"""The whole way of a lab with CTs of its own: NIfTI and DICOM in, masks by report id, every output at its place."""

import json
from collections.abc import Iterator
from pathlib import Path

import nibabel
import numpy as np
import polars as pl
import pytest

from builders.cli import run
from builders.sources.phantom.body import structures
from tests.builders.own_scans import SETTINGS, Phantom, phantoms, write_folder, write_masks

SCANS = 5


@pytest.fixture(scope="module")
def scans() -> list[Phantom]:
    return phantoms(SCANS)


@pytest.fixture(scope="module")
def home(scans: list[Phantom], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("own")
    write_folder(folder / "ct", scans)
    write_masks(folder / "masks", {f"A{number}": scan.truth for number, scan in enumerate(scans)})
    assert command(folder, "radgenome-chest-ct", "--set", f"segmenter=precomputed:{folder / 'masks'}") == 0
    assert command(folder, "ctrate-ir", "--matrix") == 0
    yield folder


def command(folder: Path, dataset: str, *more: str) -> int:
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    source = ["--source", f"ct-folder={folder / 'ct'}", *settings]
    return run(["build", dataset, *source, "--out", str(folder / dataset), "--workers", "0", "--quiet", *more])


def rows(build: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(build / table / "*.parquet")


def test_no_scan_is_lost_and_the_checks_pass(home: Path) -> None:
    build = home / "radgenome-chest-ct"
    assert {rows(build, table).height for table in ("corpus", "volumes", "segmentations")} == {SCANS}
    assert not list((build / "rejected").rglob("*.parquet"))
    assert json.loads((build / "qc" / "report.json").read_text())["verdict"] != "fail"


def test_every_structure_lies_where_it_was_planted(home: Path, scans: list[Phantom]) -> None:
    """Patient coordinates of every mask's voxels, in whatever order files and slices hold them."""
    build = home / "radgenome-chest-ct"
    made = (
        rows(build, "segmentations").select("id", "study", "labels", file="path").join(rows(build, "volumes"), on="id")
    )
    for row in made.iter_rows(named=True):
        truth = scans[int(row["study"][1:])].truth
        mask = nibabel.load(build / row["file"])  # pyright: ignore[reportPrivateImportUsage]
        assert np.allclose(mask.affine.ravel(), row["affine"], atol=1e-4)  # pyright: ignore[reportAttributeAccessIssue]
        assert sorted(row["spacing"]) == pytest.approx(sorted(np.linalg.norm(truth.affine[:3, :3], axis=0)), abs=1e-4)
        places = np.argwhere(truth.values > 0)
        there = nibabel.affines.apply_affine(np.linalg.inv(mask.affine) @ truth.affine, places)  # pyright: ignore
        values = np.asanyarray(mask.dataobj)[tuple(np.rint(there).astype(int).T)]  # pyright: ignore
        painted = np.zeros(256, np.uint8)  # sides of the thyroid are values of their own here
        for label in row["labels"]:
            painted[label["value"]] = structures().get(label["name"], (painted[label["value"]],))[0]
        assert np.array_equal(painted[values], truth.values[tuple(places.T)])


def test_sentences_and_questions_name_the_masks_of_their_scan(home: Path) -> None:
    build = home / "radgenome-chest-ct"
    grounded = rows(build, "grounded")
    assert grounded["volume"].null_count() == 0 and set(grounded["study"]) == set(rows(build, "corpus")["id"])
    named = grounded.explode("masks").drop_nulls("masks")
    assert named.height > SCANS and set(named["masks"]) <= set(rows(build, "masks")["id"])
    assert {"presence", "side", "location"} <= set(rows(build, "questions")["type"])


@pytest.mark.parametrize("form", ["radgenome", "radgenome_vqa", "chat"])
def test_exports_are_written_for_ids_that_hold_a_slash(form: str, home: Path, tmp_path: Path) -> None:
    assert run(["export", form, str(home / "radgenome-chest-ct"), "--out", str(tmp_path / "out")]) == 0
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert written and all(path.stat().st_size for path in written)
    folders = {path.parent.name for path in written if path.name.endswith(".nii.gz")}
    assert len(folders) == (SCANS if form == "radgenome" else 0)


def test_scans_are_ranked_and_exported_as_radir_reads_them(home: Path, tmp_path: Path) -> None:
    build = home / "ctrate-ir"
    assert rows(build, "volumes").height == SCANS and rows(build, "rankings").height > 0
    assert run(["export", "radir", str(build), "--out", str(tmp_path / "out")]) == 0
    lines = [line for path in (tmp_path / "out").rglob("*.jsonl") for line in path.read_text().splitlines()]
    assert len(lines) == SCANS


def test_no_output_holds_the_name_in_the_dicom_headers(home: Path) -> None:
    written = [path for path in (home / "radgenome-chest-ct").rglob("*") if path.suffix in (".json", ".html", ".jsonl")]
    assert written and not any("Doe" in path.read_text() for path in written)
