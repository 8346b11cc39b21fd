"""A segmenter by its name: `totalsegmentator`, `nnunet:FOLDER`, `precomputed:FOLDER`."""

from pathlib import Path

from annotators.segmenting.nnunet import NNUNet
from annotators.segmenting.precomputed import Precomputed
from annotators.segmenting.segmenter import Segmenter
from annotators.segmenting.tasks import Speed
from annotators.segmenting.total_segmentator import TotalSegmentator
from schemas.errors import UsageError

KINDS = "totalsegmentator[:task,task], nnunet:FOLDER, precomputed:FOLDER"


def segmenter(name: str, *, speed: Speed = "default", device: str = "auto") -> Segmenter:
    """The segmenter of this name; raises `UsageError` for another.

    Tasks of TotalSegmentator stand behind a colon (`totalsegmentator:total,lung_vessels`); default `total`.
    `speed`: its nets for larger voxels. `device`: auto, cpu, cuda, cuda:1.
    """
    kind, _, rest = name.partition(":")
    if kind == "totalsegmentator":
        return TotalSegmentator(tuple(task.strip() for task in rest.split(",")) if rest else ("total",), speed, device)
    if kind in ("nnunet", "precomputed") and rest:
        folder = str(Path(rest).expanduser().absolute())
        return Precomputed(folder) if kind == "precomputed" else NNUNet(folder, device)
    raise UsageError(f"segmenter={name}: expected one of {KINDS}")
