"""A build of phantom scans whose masks are the truth: the whole chain, without a network."""

import json
from pathlib import Path

import nibabel
import numpy as np

import builders.sources.phantom as phantom
from builders.api import build
from builders.base import Kept
from builders.sources.synthetic_ct import SyntheticCT


def phantom_build(folder: Path, scans: int = 6, **settings: str) -> Path:
    """Build radgenome-chest-ct of so many scans below `folder`; returns the build folder."""
    source = SyntheticCT(str(scans))
    masks = folder / "masks"
    masks.mkdir()
    for shard in source.shards("volumes"):
        rows = source.read("volumes", shard.name)
        frame = rows.frame if isinstance(rows, Kept) else rows
        for name, path in frame.select("id", "path").iter_rows():
            made = source.truth_voxels(path)
            nibabel.save(nibabel.Nifti1Image(made.values.astype(np.uint8), made.affine), masks / f"{name}.nii.gz")
    (masks / "labels.json").write_text(json.dumps(_names()), encoding="utf-8")
    chosen = {"segmenter": f"precomputed:{masks}", **settings}
    build("radgenome-chest-ct", sources={"synthetic-ct": str(scans)}, out=folder / "build", settings=chosen, workers=0)
    return folder / "build"


def _names() -> dict[str, str]:
    file = Path(phantom.__path__[0]) / "structures.tsv"
    head, *lines = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if line[0] != "#")
    return {row[head.index("value")]: row[head.index("name")] for row in lines}
