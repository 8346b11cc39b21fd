"""A chest CT of full size as the report page and `medmill review` show it.

    python benchmarks/volume_pictures.py [--runs 5]

Prints seconds, medians: two slices of the page from arrays in memory and from the mask's .nii.gz, and the volume as the
viewer gets it (HU, .nii.gz), with its size. The volume is made of noise around tissue, the mask of 117 boxes.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from full_size_ct import AFFINE, seconds, volume

from qc.report.slices import LUNG_WINDOW, PLANES, faced, fullest, picture
from qc.review.scenes import nifti_bytes
from schemas.mask_files import read_mask


def slices(labels: np.ndarray, hu: np.ndarray) -> int:
    facing = faced(labels, AFFINE, hu)
    return sum(len(picture(facing, plane, fullest(facing, plane), LUNG_WINDOW)) for plane in PLANES)


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
