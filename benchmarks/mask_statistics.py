"""Statistics of all masks of a volume in one pass, beside scipy's way of doing the same.

    python benchmarks/mask_statistics.py [--runs 5]

512 x 512 x 300 voxels of noise around tissue, 117 labels in boxes. Ours: voxels, box, centroid, mean and deviation of
HU of every label. Beside it: `scipy.ndimage` (sum, mean, standard deviation, centre of mass, boxes) for those labels.
From files: mask and volume read from .nii.gz first, as a build does. Pieces are counted apart. One core; the kernel is
compiled beforehand.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from full_size_ct import AFFINE, LABELS, seconds, volume


def by_scipy(hu: np.ndarray, mask: np.ndarray) -> None:
    """The same figures by the functions that people call."""
    from scipy import ndimage

    labels = np.arange(1, LABELS + 1)
    np.bincount(mask.reshape(-1), minlength=LABELS + 1)
    ndimage.mean(hu, mask, labels)
    ndimage.standard_deviation(hu, mask, labels)
    ndimage.center_of_mass(mask > 0, mask, labels)
    ndimage.find_objects(mask)


def pieces(mask: np.ndarray) -> None:
    """How many pieces each label has."""
    from annotators.masks.components import components
    from annotators.masks.statistics import figures

    found = figures(mask, mask, LABELS + 1)
    for label in range(1, LABELS + 1):
        box = tuple(slice(low, high) for low, high in zip(found.low[label], found.high[label], strict=True))
        components(mask[box], (label,))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    import nibabel as nib

    from annotators.masks.statistics import figures
    from schemas.mask_files import read_mask

    hu, mask = volume()
    figures(mask[:8], hu[:8], LABELS + 1)
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "hu.nii.gz", Path(folder) / "mask.nii.gz"
        for file, values in zip(files, (hu, mask), strict=True):
            nib.save(nib.Nifti1Image(values, AFFINE), file)  # pyright: ignore[reportPrivateImportUsage]
        told = {
            "statistics, arrays in memory (bar 0.5)": lambda: figures(mask, hu, LABELS + 1),
            "scipy.ndimage, the same": lambda: by_scipy(hu, mask),
            "pieces of every label": lambda: pieces(mask),
            "mask from .nii.gz, statistics": lambda: figures(read_mask(files[1]).values, hu, LABELS + 1),
            "mask and volume from .nii.gz, statistics (bar 3)": lambda: figures(
                read_mask(files[1]).values, read_mask(files[0]).values, LABELS + 1
            ),
        }
        for name, do in told.items():
            print(f"{name}: {seconds(runs, do):.2f} s", flush=True)


if __name__ == "__main__":
    main()
