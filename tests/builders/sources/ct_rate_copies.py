"""Copies of CT-RATE of a few scans, in every spelling of its folders. All sentences are our own."""

import gzip
from pathlib import Path

import nibabel as nib
import numpy as np
import polars as pl

from builders.sources.ct_rate_tables import LABELS, SECTIONS

SHAPE = (6, 5, 4)
AFFINE = np.diag([-0.7, -0.7, 1.5, 1.0])


def write_reports(path: Path, rows: list[tuple[str, str, str, str, str]]) -> Path:
    """A table of reports: volume name, then the four sections."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = pl.DataFrame(rows, schema=["VolumeName", *SECTIONS.values()], orient="row").write_csv()
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def write_labels(path: Path, rows: dict[str, str], column: str = "VolumeName") -> Path:
    """A table of labels: a name, and the one label that is 1 for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    labels = {label: [str(int(one == label)) for one in rows.values()] for label in LABELS}
    frame = pl.DataFrame({column: list(rows), **labels})
    frame.write_csv(path)
    return path


def write_metadata(path: Path, rows: list[tuple[str, str | None, float, float]]) -> Path:
    """A table of metadata: volume name, kernel, spacing of slices, intercept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ["VolumeName", "ConvolutionKernel", "ZSpacing", "RescaleIntercept"]
    pl.DataFrame(rows, schema=columns, orient="row").with_columns(RescaleSlope=pl.lit(1)).write_csv(path)
    return path


def write_volume(path: Path, values: np.ndarray | None = None, affine: np.ndarray = AFFINE) -> Path:
    """A NIfTI file of these values, or of a ramp."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ramp = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    nib.save(nib.Nifti1Image(ramp if values is None else values, affine), path)
    return path


def volume_path(name: str, spelling: str) -> str:
    """Where a volume lies below the folder, e.g. for `dataset/train/{patient}/{scan}`; scan_ is `train_1a`."""
    split, number, letter, _ = name.split("_")
    places = {"split": split, "patient": f"{split}_{number}", "scan": f"{split}_{number}_{letter}"}
    return spelling.format(**places, tight=f"{split}_{number}{letter}") + f"/{name}.nii.gz"


SPELLINGS = (
    "dataset/{split}/{patient}/{tight}",
    "dataset/{split}/{patient}/{scan}",
    "{split}/{patient}/{tight}",
    "{patient}/{scan}",
    "dataset/{split}_fixed/{patient}/{scan}",
    "{split}",
    ".",
)
