"""A build of phantom scans whose masks are the truth: the whole chain, without a network."""

from pathlib import Path

from builders.api import build
from builders.sources.phantom.tree import write_tree
from builders.sources.synthetic_ct import SyntheticCT


def phantom_build(folder: Path, scans: int, **settings: str) -> Path:
    """Build radgenome-chest-ct of so many scans below `folder`; returns the build folder."""
    write_tree(folder / "phantoms", SyntheticCT(str(scans)))
    truth = folder / "phantoms" / "truth"
    chosen = {"segmenter": f"precomputed:{truth}", **settings}
    build("radgenome-chest-ct", sources={"synthetic-ct": str(scans)}, out=folder / "build", settings=chosen, workers=0)
    return folder / "build"
