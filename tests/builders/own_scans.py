"""A lab's own folder of chest CTs: phantoms as NIfTI files and DICOM series, a table of reports, masks by report id."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel
import numpy as np

from builders.sources.phantom.body import structures
from builders.sources.synthetic_ct import SyntheticCT, path_of
from builders.stages.hu_scale import hounsfield
from schemas.voxels import Voxels
from tests.builders.sources.dicom_slices import write_series

COLUMNS = ("accession", "series", "person", "text")
SETTINGS = ("ct-folder.id=accession", "ct-folder.volume=series", "ct-folder.patient=person")


@dataclass(frozen=True)
class Phantom:
    """One scan in HU, its true label map, and its report."""

    person: str
    volume: Voxels
    truth: Voxels
    text: str


def phantoms(count: int) -> list[Phantom]:
    source = SyntheticCT(str(count))
    texts = {row["id"]: row["text"] for s in source.shards("reports")
             for row in source.read("reports", s.name).iter_rows(named=True)}  # fmt: skip
    made = []
    for scan in source.scans():
        path = path_of(scan, 1)
        volume = hounsfield(source.voxels(path), 1.0, float(scan.storage.offset))
        made.append(Phantom(scan.patient, volume, source.truth_voxels(path), texts[scan.id]))
    return made


def save(path: Path, values: Any, affine: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(values, affine), path)  # pyright: ignore[reportPrivateImportUsage]
    return path


def write_table(folder: Path, rows: list[tuple[str, str, str, str]]) -> None:
    """`rows`: report, its volume, patient, text."""
    with (folder / "reports.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])


def write_masks(folder: Path, masks: dict[str, Voxels]) -> Path:
    """Label maps by report id."""
    for name, mask in masks.items():
        save(folder / f"{name}.nii.gz", mask.values, mask.affine)
    names = ", ".join(f'"{value}": "{name}"' for name, (value, _) in structures().items())
    (folder / "labels.json").write_text(f"{{{names}}}")
    return folder


def write_folder(folder: Path, scans: list[Phantom]) -> Path:
    """Every other scan as a DICOM series."""
    rows = []
    for number, scan in enumerate(scans):
        name = f"A{number}"
        if number % 2:
            write_series(folder / name / "slices", scan.volume.values, scan.volume.affine, uid=f"1.2.3.{number}")
        else:
            save(folder / name / "ct.nii.gz", scan.volume.values, scan.volume.affine)
        rows.append((name, name, scan.person, scan.text))
    write_table(folder, rows)
    return folder
