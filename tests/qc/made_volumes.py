"""A made-up build of two scans: boxes of a body, two lungs and a liver, in files whose axes differ."""

from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from schemas.grounding import GroundedMask, Question
from schemas.manifest import MANIFEST, Manifest, manifest_bytes
from schemas.terms import Terms
from schemas.volumes import Mask, OpenedVolume, Segmentation
from schemas.voxels import VolumeError, Voxels
from tests.qc.conftest import columns_of, record

SHAPE: Final = (40, 30, 24)
SPACING: Final = (2.0, 2.0, 4.0)
LABELS: Final = {1: "right lung", 2: "left lung", 3: "liver"}
HU: Final = {0: 40.0, 1: -850.0, 2: -820.0, 3: 110.0}
AXES: Final = {"t1_a_1": "RAS", "t2_a_1": "LPS"}
SCHEMAS: Final[dict[str, Any]] = {
    "volumes": OpenedVolume,
    "segmentations": Segmentation,
    "masks": Mask,
    "grounded": GroundedMask,
    "questions": Question,
}
SOURCE: Final = {
    "name": "ct-rate", "kind": "ct-rate", "version": 1, "settings": {"reconstruction": "thinnest"},
    "fingerprint": "0", "shards": 1,
}  # fmt: skip


def anatomy_ras() -> np.ndarray:
    """Labels [x, y, z]: right lung at high x, left lung at low x, liver low on the right; front is high y."""
    labels = np.zeros(SHAPE, np.uint8)
    labels[24:34, 8:24, 10:22] = 1
    labels[6:16, 8:24, 10:22] = 2
    labels[20:34, 10:26, 2:9] = 3
    return labels


def hu_ras() -> np.ndarray:
    """HU [x, y, z]: air around a body with the organs, a bright marker at the front."""
    values = np.full(SHAPE, -1000.0, np.float32)
    values[3:37, 4:28, :] = HU[0]
    for label, hu in HU.items():
        if label:
            values[anatomy_ras() == label] = hu
    values[18:22, 26:28, :] = 900
    return values


def as_stored(values: np.ndarray, axes: str) -> Voxels:
    """The values as a file with these axes holds them, and its affine."""
    affine = np.diag([*SPACING, 1.0])
    for axis, letter in enumerate(axes):
        if letter not in "RAS":
            values = np.flip(values, axis)
            affine[axis, 3] = SPACING[axis] * (SHAPE[axis] - 1)
            affine[axis, axis] *= -1
    return Voxels(np.ascontiguousarray(values), affine)


def voxels(path: str) -> Voxels:
    """The source: volumes by path, in numbers that HU are 1024 less than."""
    id = Path(path).name.removesuffix(".nii.gz")
    if id not in AXES:
        raise VolumeError("missing_file", f"{path}: no such file")
    stored = as_stored(hu_ras(), AXES[id])
    return Voxels((stored.values + 1024).astype(np.int16), stored.affine)


def write_source(folder: Path) -> Path:
    """The same volumes as files, for a source that opens them by their paths (`ct-rate`)."""
    import nibabel as nib

    folder.mkdir(parents=True, exist_ok=True)
    for id in AXES:
        stored = voxels(f"{id}.nii.gz")
        nib.save(nib.Nifti1Image(stored.values, stored.affine), folder / f"{id}.nii.gz")
    return folder


def centroid(label: int) -> list[float]:
    """Millimetres of the patient."""
    places = np.argwhere(anatomy_ras() == label).mean(axis=0)
    return [float(value) for value in places * SPACING]


def _volume(id: str) -> dict[str, Any]:
    return {
        "id": id, "study": id[:4], "split": "validation", "reconstruction": 1, "path": f"{id}.nii.gz",
        "shape": list(SHAPE), "spacing": list(SPACING), "orientation": AXES[id], "oblique": 0.0,
        "affine": as_stored(hu_ras(), AXES[id]).affine.ravel().tolist(), "scale": "rescaled", "slope": 1.0,
        "intercept": -1024.0, "lung_peak": -850.0, "soft_peak": 40.0,
    }  # fmt: skip


def _segmentation(id: str, folder: Path) -> dict[str, Any]:
    import nibabel as nib

    path = folder / "files" / "masks" / f"{id}.nii.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = as_stored(anatomy_ras(), AXES[id])
    nib.save(nib.Nifti1Image(stored.values, stored.affine), path)
    return {
        "id": id, "study": id[:4], "split": "validation", "path": path.relative_to(folder).as_posix(),
        "bytes": path.stat().st_size, "sha256": sha256(path.read_bytes()).hexdigest(),
        "backend": "precomputed", "device": "cpu", "model": "made-up",
        "labels": [{"value": value, "name": name, "task": "total"} for value, name in LABELS.items()],
    }  # fmt: skip


def _masks(id: str) -> list[dict[str, Any]]:
    fixed = {"volume": id, "study": id[:4], "split": "validation", "origin": "direct", "borders": [], "overlaps": []}
    return [
        {"id": f"{id}/{name.replace(' ', '-')}", "structure": name, "labels": [label], "centroid": centroid(label)}
        | {"voxels": int((anatomy_ras() == label).sum()), "volume_ml": 1.0, "hu_mean": HU[label]}
        | fixed
        for label, name in LABELS.items()
    ]


def _grounded(id: str) -> dict[str, Any]:
    return {
        "id": f"{id[:4]}/findings-0/0-40/right-lung", "study": id[:4], "split": "validation", "section": "findings",
        "section_index": 0, "sentence": 0, "start": 0, "end": 40, "text": "The right lung is made up and square.",
        "node": "right lung", "region": "lung", "paths": ["lung/lung/right lung"],
        "findings": [{"term": "opacity", "assertion": "present"}], "kind": "focal", "rule": "named",
        "laterality_conflict": False, "volume": id, "masks": [f"{id}/right-lung"], "mask_node": "right lung",
        "mask_role": "container",
    }  # fmt: skip


def _question(id: str) -> dict[str, Any]:
    return {
        "id": f"{id[:4]}/presence/liver/nodule", "study": id[:4], "split": "validation", "volume": id,
        "type": "presence", "form": "closed", "node": "liver", "finding": "nodule",
        "question": "Does the liver hold a nodule?", "answer": "no", "choices": ["yes", "no"],
        "masks": [f"{id}/liver"], "evidence": [], "rule": "report", "template": 0, "balanced": True,
    }  # fmt: skip


def make_build(folder: Path, terms: Terms | None = None, ids: Sequence[str] = tuple(AXES)) -> Path:
    """Write the build; its terms are open unless others are given."""
    rows = {
        "volumes": [_volume(id) for id in ids],
        "segmentations": [_segmentation(id, folder) for id in ids],
        "masks": [row for id in ids for row in _masks(id)],
        "grounded": [_grounded(id) for id in ids],
        "questions": [_question(id) for id in ids],
    }
    for table, made in rows.items():
        schema = {name: column.dtype for name, column in SCHEMAS[table].columns().items()}
        (folder / table).mkdir(parents=True)
        pl.DataFrame(made, schema).write_parquet(folder / table / "validation-00000-of-00001.parquet")
    held = asdict(terms or Terms())
    tables = [
        record(folder, name, columns_of(schema)) | {"terms": held, "primary_key": ["id"]}
        for name, schema in SCHEMAS.items()
    ]
    counts = {"ids_in": 2, "ids_passed": 2, "ids_rejected": 0, "rows_out": 2, "rejected": {}, "partitions": 1}
    timing = {"shape": "map", "fingerprint": "0", "seconds": 1.0, "peak_rss_bytes": 1, "bytes": 1}
    fields = {
        "dataset": "made-up-ct", "status": "complete", "medmill": "0.1.0", "created": "2026-01-01T00:00:00+00:00",
        "code_fingerprint": "0", "packages": {}, "sources": [SOURCE | {"terms": held}],
        "settings": {}, "terms": held, "tables": tables,
        "stages": [{"table": table} | counts | timing for table in SCHEMAS], "wall_seconds": 1.0, "peak_rss_bytes": 1,
    }  # fmt: skip
    (folder / MANIFEST).write_bytes(manifest_bytes(Manifest.model_validate(fields)))
    return folder
