"""Seconds to list 50,000 volumes, to read one of 512 x 512 x 300, and to decide whether it is in HU.

`python benchmarks/open_volumes.py`: medians of 5 runs, one process; memory is the peak above the volume itself.
"""

import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import nibabel as nib
import numpy as np

from builders.sources.ct_rate import CtRate
from builders.sources.nifti import read_nifti
from builders.sources.place import Place
from builders.stages.hu_scale import decide_scale

RUNS = 5
SHAPE = (512, 512, 300)
PATIENTS = 20_000


def chest() -> np.ndarray:
    """Muscle, lungs and air with noise, int16, HU with 1,024 added, padded with -2000 outside a circle."""
    i, j = np.meshgrid(*(np.linspace(-1, 1, size) for size in SHAPE[:2]), indexing="ij")
    slab = np.where((i / 0.8) ** 2 + (j / 0.65) ** 2 < 1, 45, -1000)
    slab[(np.abs(i) - 0.38) ** 2 / 0.08 + j**2 / 0.2 < 1] = -850
    draw = np.random.default_rng(0)
    volume = np.empty(SHAPE, np.int16, order="F")
    for k in range(SHAPE[2]):
        volume[:, :, k] = slab + draw.normal(1024, 20, SHAPE[:2])
    volume[i**2 + j**2 > 1] = -2000
    return volume


def timed(run: Callable[[], object]) -> float:
    """Median seconds."""
    seconds = []
    for _ in range(RUNS):
        start = perf_counter()
        run()
        seconds.append(perf_counter() - start)
    return median(seconds)


def listing(root: Path) -> None:
    """A tree of 50,000 empty files in the layout of CT-RATE, and how long its shards take."""
    for patient in range(1, PATIENTS + 1):
        for scan in "ab" if patient % 4 == 0 else "a":
            folder = root / "dataset" / "train" / f"train_{patient}" / f"train_{patient}{scan}"
            folder.mkdir(parents=True)
            for number in (1, 2):
                (folder / f"train_{patient}_{scan}_{number}.nii.gz").touch()
    source = CtRate(location=str(root))
    shards = source.shards("volumes")
    names = [shard.name for shard in shards[:50]]
    seconds = timed(lambda: source.shards("volumes"))
    one = timed(lambda: [source.read("volumes", name) for name in names]) / len(names)
    print(f"list {sum(shard.rows for shard in shards):,} volumes in {len(shards):,} shards: {seconds:.2f} s")
    print(f"rows of one shard: {1000 * one:.0f} ms")


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        listing(Path(folder))
    volume = chest()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = timed(lambda: decide_scale(volume, 1.0, -1024.0))
    above = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"decide the scale of {volume.size / 1e6:.0f} million voxels: {seconds:.2f} s, {above:.0f} MiB more at the peak"
    )
    with tempfile.TemporaryDirectory() as folder:
        nib.save(nib.Nifti1Image(volume, np.diag([0.7, 0.7, 1, 1])), Path(folder) / "a.nii.gz")
        size = (Path(folder) / "a.nii.gz").stat().st_size / 2**20
        seconds = timed(lambda: read_nifti(Place(folder), "a.nii.gz"))
    print(f"read it from a .nii.gz of {size:.0f} MiB: {seconds:.2f} s")


if __name__ == "__main__":
    main()
