"""TotalSegmentator in medmill's stage against the package's own command and interface: seconds, and equal voxels.

    python benchmarks/segmentation_speed.py [SAMPLES] [--home NET] [--features 2 4] [--runs 3] [--kind small]

SAMPLES: the folder with example_ct.nii.gz and example_ct_sm.nii.gz of TotalSegmentator's tests. Ten volumes of at most
half a million voxels (the small one, shifted) and five of over 20 million (the whole one, upsampled). A net of two
levels in the place of the 3 mm model, trained on the spot on the small sample (kept in --home): so small that what is
measured is what goes on around it. The device is the CPU, all cores, one thread for saving and resampling, as the
package is asked too. Each way is a process of its own, gets files and writes files; imports are not counted for the
package's interface and ours, a command pays for them each time. Ways take turns in every run; medians are compared.
What the net finds says nothing about TotalSegmentator.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT.parent / "shared" / "data" / "totalsegmentator_ct"
SMALL, LARGE = 10, 5


def write_volumes(samples: Path, folder: Path) -> dict[str, list[Path]]:
    """The volumes of both kinds."""
    import nibabel as nib
    from scipy.ndimage import zoom

    small: Any = nib.load(samples / "example_ct_sm.nii.gz")
    whole: Any = nib.load(samples / "example_ct.nii.gz")
    upsampled = zoom(np.asanyarray(whole.dataobj), 2.5, order=1)
    closer = whole.affine @ np.diag([*(np.array(whole.shape) / upsampled.shape), 1])
    kinds = {
        "small": [(_varied(np.asanyarray(small.dataobj), number), small.affine) for number in range(SMALL)],
        "large": [(_varied(upsampled, number), closer) for number in range(LARGE)],
    }
    found: dict[str, list[Path]] = {}
    for kind, volumes in kinds.items():
        for number, (values, affine) in enumerate(volumes):
            path = folder / kind / f"{kind}{number}.nii.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            nib.save(nib.Nifti1Image(values.astype(np.int16), affine), path)
            found.setdefault(kind, []).append(path)
    return found


def _varied(values: np.ndarray, number: int) -> np.ndarray:
    return np.roll(values, 2 * number, axis=2) + 3 * number


def train(samples: Path, home: Path, features: tuple[int, ...]) -> None:
    """A net that finds something in the sample: it has learnt it by heart."""
    import nibabel as nib

    from annotators.segmenting.small_net import SmallNet
    from schemas.voxels import Voxels

    images: list[Any] = [nib.load(samples / name) for name in ("example_ct_sm.nii.gz", "example_seg.nii.gz")]
    pair = [Voxels(np.asanyarray(image.dataobj), image.affine) for image in images]
    SmallNet("fast", features, steps=150, patch=(32, 96, 96)).write(home, [(pair[0], pair[1])])


def warm() -> None:
    """Import what both ways import on first use: torch, nnU-Net, what its search for trainers loads."""
    import timm  # noqa: F401  # pyright: ignore[reportMissingImports]
    import totalsegmentator.nnunet  # noqa: F401


def by_interface(given: list[Path], out: Path) -> float:
    """The package's Python interface, one call per volume."""
    from totalsegmentator.python_api import totalsegmentator

    warm()
    begin = time.perf_counter()
    for path in given:
        totalsegmentator(
            path, out / path.name, fast=True, ml=True, device="cpu", nr_thr_resamp=1, nr_thr_saving=1, quiet=True
        )
    return time.perf_counter() - begin


def by_command(given: list[Path], out: Path) -> float:
    """The package's command, one process per volume."""
    program = Path(sys.executable).with_name("TotalSegmentator")
    options = ["--fast", "--ml", "--device", "cpu", "--nr_thr_resamp", "1", "--nr_thr_saving", "1", "--quiet"]
    begin = time.perf_counter()
    for path in given:
        command = [str(program), "-i", str(path), "-o", str(out / path.name), *options]
        subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


def by_medmill(given: list[Path], out: Path) -> float:
    """medmill's stage, as a build calls it for a partition: opened volumes in, mask files out."""
    import polars as pl

    from annotators.segmenting.total_segmentator import TotalSegmentator
    from builders.sources.ct_folder import CtFolder
    from builders.stages.segment import Segment
    from schemas.volumes import OpenedVolume

    names = [path.name for path in given]
    rows = {"id": [name.removesuffix(".nii.gz") for name in names], "path": names}
    frame = pl.DataFrame(rows).with_columns(study="id", split=pl.lit("train"), slope=1.0, intercept=0.0)
    volumes = frame.select(
        pl.col(name).cast(column.dtype) if name in frame.columns else pl.lit(None, column.dtype).alias(name)
        for name, column in OpenedVolume.columns().items()
    )
    stage = Segment(TotalSegmentator(speed="fast", device="cpu"), CtFolder(str(given[0].parent)))
    stage.check()
    warm()
    begin = time.perf_counter()
    made = stage(volumes, folder=out / "files" / "masks" / "0")
    seconds = time.perf_counter() - begin
    assert made.rejected.is_empty() and made.frame.height == len(given), made
    for row in made.frame.iter_rows(named=True):
        (out / row["path"]).rename(out / f"{row['id']}.nii.gz")
    return seconds


WAYS = {"command": by_command, "interface": by_interface, "medmill": by_medmill}


def timed(way: str, given: list[Path], out: Path, home: Path) -> float:
    """Seconds of one way, in a process of its own."""
    out.mkdir(parents=True)
    env = {**os.environ, "TOTALSEG_HOME_DIR": str(home), "PYTHONPATH": str(ROOT)}
    asked = json.dumps({"way": way, "given": [str(path) for path in given], "out": str(out)})
    run = subprocess.run(
        [sys.executable, __file__, "--way", asked], env=env, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise SystemExit(f"{way}: {run.stderr[-3000:]}")
    return float(run.stdout.rsplit("seconds:", 1)[1])


def equal(one: Path, other: Path) -> bool:
    """Whether two mask files hold the same labels at the same place."""
    import nibabel as nib

    first, second = (nib.load(path) for path in (one, other))  # pyright: ignore[reportPrivateImportUsage]
    same: Any = np.array_equal(np.asanyarray(first.dataobj), np.asanyarray(second.dataobj))  # pyright: ignore
    return bool(same) and np.allclose(first.affine, second.affine, atol=1e-3)  # pyright: ignore


def compare(kind: str, given: list[Path], work: Path, home: Path, runs: int) -> None:
    """Print medians and ratios of one kind of volume."""
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    differ = 0
    for run in range(runs):
        for way in WAYS:
            seconds[way].append(timed(way, given, work / kind / str(run) / way, home))
            print(f"  {kind}, run {run + 1}, {way}: {seconds[way][-1]:.1f} s", flush=True)
        folder = work / kind / str(run)
        differ += sum(
            not equal(folder / "medmill" / path.name, folder / way / path.name)
            for path in given
            for way in ("command", "interface")
        )
    medians = {way: median(told) for way, told in seconds.items()}
    best = min(medians["command"], medians["interface"])
    print(
        f"{kind}, {len(given)} volumes: command {medians['command']:.1f} s, interface {medians['interface']:.1f} s, "
        f"medmill {medians['medmill']:.1f} s: {best / medians['medmill']:.1f} x the better; "
        f"{differ} masks differ in any voxel"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("samples", type=Path, nargs="?", default=SAMPLES)
    parser.add_argument("--home", type=Path, help="where the net is, or is put")
    parser.add_argument("--features", type=int, nargs="+", default=[2, 4], help="of the net, per level")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kind", choices=("small", "large"))
    parser.add_argument("--way", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        told = json.loads(asked.way)
        print("seconds:", WAYS[told["way"]]([Path(path) for path in told["given"]], Path(told["out"])))
        return
    work = Path(mkdtemp(prefix="medmill-speed-"))
    home = (asked.home or work / "home").absolute()
    if not (home / "config.json").is_file():
        home.mkdir(parents=True, exist_ok=True)
        train(asked.samples, home, tuple(asked.features))
    for kind, given in write_volumes(asked.samples, work / "given").items():
        if asked.kind in (None, kind):
            compare(kind, given, work, home, asked.runs)


if __name__ == "__main__":
    main()
