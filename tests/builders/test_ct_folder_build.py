"""The CTs of another hospital, NIfTI and DICOM, through the whole build: masks and sides stay the patient's."""

import json
import locale
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from builders.api import build
from builders.sources.ct_folder import CtFolder
from builders.sources.phantom.body import structures
from builders.sources.synthetic_ct import SyntheticCT
from qc.run import run
from schemas.voxels import Voxels
from tests.builders.sources.dicom_slices import write_series

nib: Any = pytest.importorskip("nibabel", reason="needs the extra volumes")
pytest.importorskip("SimpleITK", reason="needs the extra volumes")

PHANTOMS = SyntheticCT("8", seed="another hospital")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every second scan as DICOM, the others as NIfTI; `reports.csv` of ids that name no file; masks by study.

    The scans are called otherwise than their files, and one report has no volume.
    """
    before = locale.setlocale(locale.LC_ALL)
    folder = tmp_path_factory.mktemp("hospital")
    rows = []
    for number, scan in enumerate(PHANTOMS.scans()):
        path = f"{scan.patient}/{scan.id}_1.nii.gz"
        hu = hounsfield(scan.storage.intercept if scan.storage.stored == "offset" else 0, PHANTOMS.voxels(path))
        text = PHANTOMS.read("reports", "000000-000007").filter(id=scan.id)["text"][0]
        name = f"{number:03d}/series" if number % 2 else f"{number:03d}/chest.nii.gz"
        if number % 2:
            write_series(folder / "ct" / name, hu.values, hu.affine, uid=f"1.2.3.{number + 1}")
        else:
            save(folder / "ct" / name, hu)
        rows.append({"report": f"R{number}", "who": scan.patient, "scan": name, "words": text})
    rows.append({"report": "R99", "who": "nobody", "scan": "099/gone.nii.gz", "words": "No pleural effusion."})
    pl.DataFrame(rows).write_csv(folder / "ct" / "reports.csv")
    locale.setlocale(locale.LC_ALL, before)
    masks(folder)
    yield folder


def hounsfield(intercept: int, stored: Voxels) -> Voxels:
    return Voxels(np.clip(stored.values + intercept, -1024, 3071).astype(np.int16), stored.affine)


def save(path: Path, volume: Voxels) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(volume.values, volume.affine), path)


SETTINGS = {"id": "report", "text": ("words",), "patient": "who", "volume": "scan"}


def masks(folder: Path) -> None:
    """The painted labels on the grid that each volume is read in, named after the report."""
    source = CtFolder(str(folder / "ct"), **SETTINGS)  # pyright: ignore[reportArgumentType]
    volumes = pl.concat([source.read("volumes", shard.name).frame for shard in source.shards("volumes")])
    for study, path in volumes.select("study", "path").iter_rows():
        scan = PHANTOMS.scans()[int(study[1:])]
        truth = PHANTOMS.truth_voxels(f"{scan.patient}/{scan.id}_1.nii.gz")
        grid = source.voxels(path)
        places = np.stack(np.indices(grid.values.shape), -1).reshape(-1, 3)
        patient = nib.affines.apply_affine(np.linalg.inv(truth.affine) @ grid.affine, places)
        labels = truth.values[tuple(np.rint(patient).astype(int).T)].reshape(grid.values.shape)
        save(folder / "masks" / f"{study}.nii.gz", Voxels(labels, grid.affine))
    names = {str(value): name for name, (value, _) in structures().items()}
    (folder / "masks" / "labels.json").write_text(json.dumps(names), encoding="utf-8")


@pytest.fixture(scope="module")
def made(hospital: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    of_source = {"id": "report", "text": "words", "patient": "who", "volume": "scan"}
    settings = {f"ct-folder.{name}": value for name, value in of_source.items()}
    settings["segmenter"] = f"precomputed:{hospital / 'masks'}"
    sources = {"ct-folder": str(hospital / "ct")}
    build("radgenome-chest-ct", sources=sources, out=out / "ct", settings=settings, workers=1)
    return out / "ct"


def rows(folder: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(folder / table / "*.parquet")


def test_nothing_is_lost_on_the_way(made: Path) -> None:
    assert rows(made, "corpus").height == 9, "a report without a volume stays"
    assert rows(made, "volumes").height == rows(made, "segmentations").height == 8
    grounded = rows(made, "grounded")
    assert grounded.filter(pl.col("volume").is_null())["study"].unique().to_list() == ["R99"]


def test_its_checks_fail_nowhere(made: Path) -> None:
    assert [check.name for check in run(made).failed()] == []


def test_every_structure_measures_what_was_painted_and_lies_where_it_was(made: Path) -> None:
    known = {
        "left upper lobe": "lung_upper_lobe_left",
        "liver": "liver",
        "heart": "heart",
        "right scapula": "scapula_right",
    }
    found = rows(made, "masks").filter(pl.col("structure").is_in(list(known)))
    for row in found.iter_rows(named=True):
        scan = PHANTOMS.scans()[int(row["study"][1:])]
        truth = PHANTOMS.truth_voxels(f"{scan.patient}/{scan.id}_1.nii.gz")
        at = np.argwhere(truth.values == structures()[known[row["structure"]]][0])
        assert row["voxels"] == len(at), row["id"]
        centre = nib.affines.apply_affine(truth.affine, at).mean(0) if len(at) else None
        assert centre is None or np.allclose(row["centroid"], centre, atol=0.01), row["id"]
    assert found.height == 8 * len(known)


def test_spacing_and_axes_are_those_of_the_files(made: Path) -> None:
    opened = rows(made, "volumes")
    assert opened["spacing"].list.eval(pl.element().round(3)).to_list() == [[3.0, 3.0, 3.0]] * 8
    assert set(opened["scale"].cast(pl.String)) == {"as_stored"}
    written = {row["id"]: row for row in opened.iter_rows(named=True)}
    for row in rows(made, "segmentations").iter_rows(named=True):
        mask = nib.load(made / row["path"])
        assert np.allclose(mask.affine, np.reshape(written[row["id"]]["affine"], (4, 4)), atol=1e-3)
        assert list(mask.shape) == written[row["id"]]["shape"]


def test_no_name_of_a_file_or_folder_is_in_what_can_leave(made: Path) -> None:
    for table in ("masks", "segmentations", "questions", "grounded"):
        frame = rows(made, table)
        text = frame.select(pl.col(pl.String)).write_csv()
        assert "chest.nii" not in text and "series" not in text, table


def test_rankings_are_made_of_the_same_folder(hospital: Path, tmp_path: Path) -> None:
    settings = {"ct-folder.id": "report", "ct-folder.text": "words", "ct-folder.volume": "scan"}
    sources = {"ct-folder": str(hospital / "ct")}
    build("ctrate-ir", sources=sources, out=tmp_path / "ir", settings=settings, workers=0)
    assert rows(tmp_path / "ir", "rankings").height > 0
    assert rows(tmp_path / "ir", "corpus").height == 9
