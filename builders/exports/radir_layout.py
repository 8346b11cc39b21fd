"""Where RadIR's loaders look for a file, for chest X-ray and for CT."""

from collections.abc import Mapping
from dataclasses import dataclass

from qc.build import Build
from schemas import anatomy

CT_ANATOMIES = ("ct", "radir-ct")
HELD_OUT = ("validation", "test")


@dataclass(frozen=True)
class Layout:
    """Folders and names of one of RadIR's two datasets.

    `whole`, `structures`: folders of whole reports, and of single structures. `parts_of_whole`, `parts`: what a split
    is called in each. `names`: the published name of a structure. `counts`: the file of how many scans each has.
    """

    whole: str
    structures: str
    parts_of_whole: Mapping[str, str]
    parts: Mapping[str, str]
    names: Mapping[str, str]
    counts: str = ""

    def path(self, structure: str, part: str, content: str) -> str:
        """The file of the scores or the order of a structure; those of whole reports lie apart."""
        if structure == anatomy.WHOLE_REPORT:
            end = "npy" if content == "scores" else "jsonl"
            return f"{self.whole}{self.parts_of_whole.get(part, part)}.{end}"
        kind, end = ("ratescore", "npy") if content == "scores" else ("entity", "csv")
        return f"{self.structures}{self.parts.get(part, part)}_{kind}/{self.names.get(structure, structure)}.{end}"


def layout_of(build: Build) -> Layout:
    """The layout for the anatomies of a build."""
    which = build.setting("findings", "anatomies", "cxr")
    if which not in CT_ANATOMIES:
        return Layout("all/", "", {}, {}, {})
    home = "dataset/CT_RATE/"
    counts = "dataset_distribution/CT_RATE_anatomy_distribution.json"
    names = anatomy.vocabulary(which)
    return Layout(home, f"{home}anatomy/", _held_out(build, "test"), _held_out(build, "val"), names, counts)


def _held_out(build: Build, published: str) -> dict[str, str]:
    """CT-RATE holds one split out, which RadIR calls `test` or `val` by place; of two each keeps its own name."""
    held = [split for split in HELD_OUT if split in {split for split, _ in build.files("corpus")}]
    return {held[0]: published} if len(held) == 1 else {"validation": "val"}
