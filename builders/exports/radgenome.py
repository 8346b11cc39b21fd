"""The folders that loaders of RadGenome-Chest CT read: a mask per structure, masks of regions, reports by region."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from builders.exports.radgenome_vqa import radgenome_vqa, volume_names
from builders.store import drafted
from qc.build import Build
from schemas.errors import UsageError
from schemas.mask_files import file_stem, read_mask
from schemas.structures import Structure, structures
from schemas.voxels import Voxels

WORDS: Final = {"train": "train", "validation": "valid", "test": "test"}
"""Splits in the names of folders of masks."""


def radgenome(dataset: Path, *, out: Path, masks: bool = True) -> int:
    """Lay a build out as RadGenome-Chest CT is published.

    SPLIT_anatomy_mask/seg_VOLUME/STRUCTURE.nii.gz and SPLIT_region_mask/seg_VOLUME/REGION.nii.gz with published names,
    empty masks kept, and the true affine of the volume (the published files have none); radgenome_files/ with
    SPLIT_region_report.csv (Volumename, Anatomy, Sentence: one row per path, Anatomy empty where a sentence speaks of
    none) and the files of `medmill export radgenome_vqa`. For example:

        medmill export radgenome out/radgenome --out out/published

    Args:
        dataset: The build folder.
        out: The folder to write to.
        masks: Write masks too, a file for each structure of each volume.
    """
    build = Build.open(dataset)
    if not build.has("grounded"):
        raise UsageError(f"{dataset} has no grounded sentences; build radgenome-chest-ct first")
    if masks and build.has("segmentations", "masks"):
        _write_masks(build, out)
    radgenome_vqa(dataset, out=out / "radgenome_files")
    _write_reports(build, out / "radgenome_files")
    return 0


def _write_masks(build: Build, out: Path) -> None:
    """One volume in memory at a time."""
    rows = build.scan("masks", ["volume", "structure", "labels"]).collect().partition_by("volume", as_dict=True)
    made = build.scan("segmentations", ["id", "split", "path"]).collect().sort("id")
    for volume, split, path in made.select("id", "split", "path").iter_rows():
        mask = read_mask(build.folder / path)
        labels = dict(rows[(volume,)].select("structure", "labels").iter_rows())
        for kind, structure, values in _published(labels):
            folder = out / f"{WORDS[split]}_{kind}_mask" / f"seg_{file_stem(volume)}"
            _write(folder / f"{structure.name}.nii.gz", mask, values)


def _published(labels: Mapping[str, list[int]]) -> Iterator[tuple[str, Structure, list[int]]]:
    """Folder, published structure and voxel values, for all that the rows of `masks` hold."""
    for (kind, _), structure in structures().items():
        if structure.known_as in labels and not structure.why.startswith("not among"):
            yield "region" if kind == "region" else "anatomy", structure, labels[structure.known_as]


def _write(path: Path, mask: Voxels, values: list[int]) -> None:
    import nibabel as nib

    there = np.isin(mask.values, values).astype(np.uint8)
    image: Any = nib.Nifti1Image(there, mask.affine)  # pyright: ignore[reportPrivateImportUsage]
    draft = path.with_name(f".{path.name}")  # nibabel goes by the ending
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(image, draft)  # pyright: ignore[reportPrivateImportUsage]
    draft.replace(path)


def _write_reports(build: Build, out: Path) -> None:
    names = volume_names(build)
    columns = ["study", "section", "section_index", "start", "paths", "text"]
    said = build.scan("grounded", columns).collect().sort(*columns[:4])
    rows = said.explode("paths").join(names, on="study", how="left", maintain_order="left")
    named = rows.select("split", "Volumename", Anatomy="paths", Sentence="text")
    for split in named["split"].unique(maintain_order=True):
        with drafted(out / f"{split}_region_report.csv") as draft:
            named.filter(pl.col("split") == split).drop("split").write_csv(draft)
