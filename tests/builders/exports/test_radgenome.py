"""A build laid out as RadGenome-Chest CT is published."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from builders.commands.export import export
from builders.exports.radgenome import radgenome
from builders.sources.phantom.body import structures
from builders.sources.synthetic_ct import SyntheticCT
from tests.builders.phantom_build import phantom_build

COUNT = 3


def test_masks_and_files_are_where_loaders_look(tmp_path: Path) -> None:
    import nibabel

    phantom_build(tmp_path, COUNT)
    assert radgenome(tmp_path / "build", out=tmp_path / "out") == 0
    volumes = pl.read_parquet(tmp_path / "build" / "volumes" / "*.parquet")
    source = SyntheticCT(str(COUNT))
    for id, split, path in volumes.select("id", "split", "path").iter_rows():
        word = "valid" if split == "validation" else split
        folder = tmp_path / "out" / f"{word}_anatomy_mask" / f"seg_{id}"
        truth = source.truth_voxels(path)
        mask: Any = nibabel.load(folder / "left lung lower lobe.nii.gz")  # pyright: ignore[reportPrivateImportUsage]
        wanted = truth.values == structures()["lung_lower_lobe_left"][0]
        assert np.array_equal(np.asanyarray(mask.dataobj), wanted) and np.allclose(mask.affine, truth.affine, atol=1e-3)
        lungs: Any = nibabel.load(tmp_path / "out" / f"{word}_region_mask" / f"seg_{id}" / "lung.nii.gz")  # pyright: ignore
        assert np.asanyarray(lungs.dataobj).sum() > wanted.sum()
    rows = pl.concat(pl.read_csv(p) for p in (tmp_path / "out" / "radgenome_files").glob("*_region_report.csv"))
    assert rows.columns == ["Volumename", "Anatomy", "Sentence"]
    assert set(rows["Volumename"]) == {f"{id}.nii.gz" for id in volumes["id"]}
    assert "lung/lung/left lung/left lung lower lobe" in set(rows["Anatomy"])
    assert list((tmp_path / "out" / "radgenome_files").glob("*_vqa_presence.csv"))


def test_the_command_offers_it() -> None:
    assert "radgenome" in export.help
