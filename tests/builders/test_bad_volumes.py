"""Volumes and masks damaged in every way a download can be: the build goes on, each row says what was wrong."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import polars as pl
import pytest

from builders.cli import run
from builders.sources.phantom.tree import write_tree
from builders.sources.synthetic_ct import SyntheticCT
from schemas.voxels import Voxels
from tests.builders.own_scans import SETTINGS, phantoms, save, write_masks, write_table
from tests.builders.sources.dicom_slices import write_series

Damage = Callable[[Path], object]


def loaded(path: Path) -> tuple[np.ndarray, np.ndarray]:
    image = nibabel.load(path)  # pyright: ignore[reportPrivateImportUsage]
    return np.asanyarray(image.dataobj).copy(), image.affine  # pyright: ignore[reportAttributeAccessIssue]


def again(change: Callable[[np.ndarray], np.ndarray]) -> Damage:
    """The same file with other voxels."""

    def damage(path: Path) -> None:
        values, affine = loaded(path)
        save(path, change(values), affine)

    return damage


def header(start: int, layout: str, *values: float) -> Damage:
    """The same file with other numbers in its header."""

    def damage(path: Path) -> None:
        raw = bytearray(gzip.decompress(path.read_bytes()))
        struct.pack_into(layout, raw, start, *values)
        path.write_bytes(gzip.compress(bytes(raw), 1))

    return damage


def with_nan(values: np.ndarray) -> np.ndarray:
    values = values.astype(np.float32)
    values[3, 4, 5] = np.nan
    return values


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


VOLUMES: dict[str, Damage] = {
    "truncated_volume": cut,
    "two_dimensional": again(lambda values: values[:, :, 0]),
    "not_finite": again(with_nan),
    "constant_volume": again(np.zeros_like),
    "zero_spacing": header(80, "<f", 0.0),
    "too_many_voxels": header(42, "<3h", 4000, 4000, 4000),
    "four_dimensional": again(lambda values: np.stack([values, values], -1)),
    "not_nifti": lambda path: path.write_bytes(b"no volume"),
}
MASKS: dict[str, Damage] = {
    "mask_shape": again(lambda values: values[:, :, :-1]),
    "mask_unreadable": cut,
    "mask_label": again(lambda values: np.full_like(values, 250)),
    "no_mask": Path.unlink,
}
TEXT = "The heart is enlarged. There is a nodule in the right upper lobe."


def rejected(out: Path) -> dict[str, tuple[str, str]]:
    rows = [pl.read_parquet(path) for path in (out / "rejected").rglob("*.parquet")]
    return {row["id"]: (row["reason"], row["detail"]) for row in pl.concat(rows).iter_rows(named=True)}


def build(source: str, masks: Path, out: Path, *settings: str) -> int:
    words = [word for setting in (f"segmenter=precomputed:{masks}", *settings) for word in ("--set", setting)]
    return run(["build", "radgenome-chest-ct", "--source", source, *words, "--out", str(out), "--workers", "0"])


def rows(out: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(out / table / "*.parquet")


def coarse(volume: Voxels) -> Voxels:
    """Every other voxel of every axis."""
    return Voxels(volume.values[::2, ::2, ::2].copy(), volume.affine @ np.diag([2, 2, 2, 1]))


def test_a_damaged_copy_of_ct_rate(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One scan for each damage, one without a report, one without a volume, and the rest whole."""
    write_tree(tmp_path, SyntheticCT("16"))
    copy, truth = tmp_path / "dataset", tmp_path / "truth"
    volumes = sorted(copy.rglob("*_1.nii.gz"))
    wanted = dict(zip((path.name.removesuffix(".nii.gz") for path in volumes), [*VOLUMES, *MASKS], strict=False))
    for path, damage in zip(volumes, VOLUMES.values(), strict=False):
        damage(path)
    for path, damage in zip(volumes[len(VOLUMES) :], MASKS.values(), strict=False):
        damage(truth / path.relative_to(copy))
    unreported, missing = (path.name.removesuffix(".nii.gz") for path in volumes[-2:])
    volumes[-1].unlink()
    for table in (copy / "radiology_text_reports").iterdir():
        pl.read_csv(table).filter(~pl.col("VolumeName").str.starts_with(unreported)).write_csv(table)
    assert build(f"ct-rate={copy}", truth, tmp_path / "out") in (0, 3)
    told, said = rejected(tmp_path / "out"), capfd.readouterr().err
    assert {id: told[id][0] for id in wanted} == wanted and told[unreported][0] == "no_report"
    assert rows(tmp_path / "out", "corpus").height == 15
    whole = {path.name.removesuffix(".nii.gz") for path in volumes} - {*wanted, unreported, missing}
    assert set(rows(tmp_path / "out", "segmentations")["id"]) - set(told) >= whole
    assert "Traceback" not in said and "1 truncated_volume" in said and "1 mask_shape" in said
    assert "scans with a report have no volume here" in said and "scans with volumes have no report here" in said


def test_a_damaged_folder_of_a_lab(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    scan = phantoms(2)[0]
    volume, truth, folder = coarse(scan.volume), coarse(scan.truth), tmp_path / "ct"
    for name in [*VOLUMES, *MASKS, "whole", "stray"]:
        VOLUMES.get(name, Path.touch)(save(folder / name / "ct.nii.gz", volume.values, volume.affine))
    series = {"missing_slice": {"drop": (25,)}, "slices": {}}
    for number, (name, how) in enumerate(series.items()):
        write_series(folder / name, volume.values, volume.affine, uid=f"1.2.3.{number}", **how)
    (folder / "not_dicom").mkdir()
    (folder / "not_dicom" / "a.dcm").write_bytes(b"no slice")
    names = [*VOLUMES, *MASKS, *series, "not_dicom", "whole", "gone"]
    write_table(folder, [(name, name, name, TEXT) for name in names])
    masks = write_masks(tmp_path / "masks", dict.fromkeys(names, truth))
    for name, damage in MASKS.items():
        damage(masks / f"{name}.nii.gz")
    out = tmp_path / "out"
    assert build(f"ct-folder={folder}", masks, out, *SETTINGS) in (0, 3)
    said = capfd.readouterr().err
    told = {id.rpartition("/")[0]: reason for id, (reason, _) in rejected(out).items()}
    stray = next(study for study, reason in told.items() if reason == "no_report")
    assert told.pop(stray) and stray.startswith("unreported-")
    assert told == {name: name for name in [*VOLUMES, *MASKS, "missing_slice", "not_dicom"]}
    assert set(rows(out, "segmentations")["study"]) == {"whole", "slices"} and rows(out, "corpus").height == len(names)
    assert "Traceback" not in said and "WARNING" not in said and "reports have no volume here" in said
    assert str(folder) not in "".join(detail for _, detail in rejected(out).values())
