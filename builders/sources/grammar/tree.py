"""Write synthetic studies as a release of MIMIC-CXR, for tests and for benchmarks at scale."""

import gzip
import zipfile
from pathlib import Path
from typing import Literal

from builders.sources.grammar.studies import Study
from builders.sources.mimic_rows import LABELS
from builders.sources.synthetic import Synthetic

Reports = Literal["zip", "files"]
_VALUES = {"present": "1.0", "absent": "0.0", "uncertain": "-1.0"}
_TABLES = {
    "cxr-study-list.csv.gz": ("subject_id", "study_id", "path"),
    "cxr-record-list.csv.gz": ("subject_id", "study_id", "dicom_id", "path"),
    "mimic-cxr-2.0.0-split.csv.gz": ("dicom_id", "study_id", "subject_id", "split"),
    "mimic-cxr-2.0.0-metadata.csv.gz": ("dicom_id", "subject_id", "study_id", "ViewPosition", "StudyDate", "StudyTime"),
    "mimic-cxr-2.0.0-chexpert.csv.gz": ("subject_id", "study_id", *LABELS),
}


def write_tree(folder: Path, n: int, seed: str = "medmill", reports: Reports = "zip") -> None:
    """Write `n` studies in the layout of MIMIC-CXR and MIMIC-CXR-JPG (one folder for both, no images).

    The same bytes for the same arguments; one shard in memory at a time.
    """
    source = Synthetic(location=str(n), seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {name: [",".join(header)] for name, header in _TABLES.items()}
    with zipfile.ZipFile(folder / "mimic-cxr-reports.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for shard in source.shards("reports"):
            for study in source.studies(shard.name):
                _write_report(folder, archive if reports == "zip" else None, study)
                for name, rows in _rows(study).items():
                    tables[name] += rows
    if reports == "files":
        (folder / "mimic-cxr-reports.zip").unlink()
    for name, lines in tables.items():
        packed = gzip.compress("\n".join([*lines, ""]).encode(), mtime=0)
        (folder / name).write_bytes(packed)


def _write_report(folder: Path, archive: zipfile.ZipFile | None, study: Study) -> None:
    path = _path(study)
    if archive is not None:
        archive.writestr(zipfile.ZipInfo(path), study.text, zipfile.ZIP_DEFLATED)
        return
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(study.text.encode())


def _path(study: Study) -> str:
    return f"files/{study.patient[:3]}/{study.patient}/{study.id}.txt"


def _rows(study: Study) -> dict[str, list[str]]:
    """The lines that one study adds to each table."""
    subject, number, day = study.patient[1:], study.id[1:], study.day.strftime("%Y%m%d")
    stem = _path(study)[:-4]
    labels = [_VALUES.get(study.labels.get(label, ""), "") for label in LABELS]
    return {
        "cxr-study-list.csv.gz": [f"{subject},{number},{stem}.txt"],
        "cxr-record-list.csv.gz": [f"{subject},{number},{image.id},{stem}/{image.id}.dcm" for image in study.images],
        "mimic-cxr-2.0.0-split.csv.gz": [f"{image.id},{number},{subject},{study.split}" for image in study.images],
        "mimic-cxr-2.0.0-metadata.csv.gz": [
            f"{image.id},{subject},{number},{image.view},{day},101500.0" for image in study.images
        ],
        "mimic-cxr-2.0.0-chexpert.csv.gz": [",".join((subject, number, *labels))],
    }
