"""`medmill train segmenter`: a small net on phantom scans, where TotalSegmentator's weights would lie."""

from pathlib import Path

from schemas.errors import UsageError
from schemas.voxels import Voxels


def segmenter(*, source: str = "synthetic-ct=200", out: Path, scans: int = 64, steps: int = 700) -> None:
    """Train a small net on phantom scans, for `medmill build radgenome-chest-ct ... --set speed=fastest`.

    It takes about three minutes on two cores and lets the whole chain run without downloading weights. What it finds is
    good for phantoms alone, and says nothing of TotalSegmentator. For example:

        medmill train segmenter --out out/net
        export TOTALSEG_HOME_DIR=out/net
        medmill build radgenome-chest-ct --source synthetic-ct=16 --set speed=fastest --out out/ct

    Args:
        source: NAME=VALUE: a source of volumes whose true labels are known (`synthetic-ct`).
        out: The folder to write; name it in TOTALSEG_HOME_DIR.
        scans: How many scans to learn from; they are drawn with a seed of their own.
        steps: Steps of training; fewer than 300 find little.
    """
    from rich.console import Console
    from rich.progress import Progress

    from annotators.segmenting.small_net import SmallNet
    from annotators.segmenting.weights import check_packages

    name, _, location = source.partition("=")
    if name != "synthetic-ct":
        raise UsageError(f"--source {source}: only synthetic-ct knows the true labels of its volumes")
    check_packages()
    out.mkdir(parents=True, exist_ok=True)
    pairs = _pairs(location, scans)
    with Progress(console=Console(stderr=True)) as shown:
        task = shown.add_task("Training", total=steps)
        folder = SmallNet(steps=steps).write(out.absolute(), pairs, lambda _: shown.advance(task))
    print(folder)


def _pairs(location: str, scans: int) -> list[tuple[Voxels, Voxels]]:
    """Volumes in HU with their labels, of patients that no other seed has."""
    from builders.sources.synthetic_ct import SyntheticCT, path_of
    from builders.stages.hu_scale import hounsfield

    source = SyntheticCT(location, seed="medmill train segmenter")
    pairs = []
    for scan in source.scans()[:scans]:
        path = path_of(scan, 1)
        pairs.append((hounsfield(source.voxels(path), 1.0, float(scan.storage.offset)), source.truth_voxels(path)))
    return pairs
