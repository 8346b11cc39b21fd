"""A chest CT of full size as the report page and `medmill review` show it.

    python benchmarks/volume_pictures.py [--runs 5]

Prints seconds, medians: two slices of the page from arrays in memory and from the mask's .nii.gz, and the volume as the
viewer gets it (HU, .nii.gz), with its size. The volume is made of noise around tissue, the mask of 117 boxes.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from qc.report.slices import LUNG_WINDOW, PLANES, faced, fullest, picture
from qc.review.scenes import nifti_bytes
from schemas.mask_files import read_mask

SHAPE = (512, 512, 300)
AFFINE = np.diag([-0.7, -0.7, 1.0, 1.0])
LABELS = 117


def volume() -> tuple[np.ndarray, np.ndarray]:
    """HU and labels, [i, j, k]."""
    rng = np.random.default_rng(7)
    hu = rng.normal(40, 12, SHAPE).astype(np.int16)
    hu[:40], hu[-40:] = -1000, -1000
    labels = np.zeros(SHAPE, np.uint8)
    for label in range(1, LABELS + 1):
        i, j, k = (rng.integers(0, n - 80) for n in SHAPE)
        labels[i : i + 80, j : j + 80, k : k + 60] = label
    return hu, labels


def slices(labels: np.ndarray, hu: np.ndarray) -> int:
    facing = faced(labels, AFFINE, hu)
    return sum(len(picture(facing, plane, fullest(facing, plane), LUNG_WINDOW)) for plane in PLANES)


def seconds(runs: int, work: Callable[[], Any]) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    from gzip import compress

    import nibabel as nib

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    hu, labels = volume()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mask.nii.gz"
        nib.save(nib.Nifti1Image(labels, AFFINE), path)
        print(f"two slices, arrays in memory: {seconds(args.runs, lambda: slices(labels, hu)):.2f} s")
        taken = seconds(args.runs, lambda: slices(read_mask(path).values, hu))
        print(f"two slices, the mask from its file: {taken:.2f} s, {slices(labels, hu) / 1e3:.0f} kB in the page")
    sent = compress(nifti_bytes(hu, AFFINE), 1)
    print(f"volume for the viewer: {seconds(args.runs, lambda: compress(nifti_bytes(hu, AFFINE), 1)):.2f} s")
    print(f"{len(sent) / 1e6:.0f} MB of {hu.nbytes / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
