"""How every structure that RadGenome-Chest CT names is obtained from open segmentation tasks (`structures.tsv`).

One row per name: the 210 masks of the released archive (the paper says 197; which 13 names it leaves out is not told),
the 10 coarse regions, whose make-up nobody published, and a few more that open tasks yield. `how`: `direct` (labels of
tasks, `task:name`), `union` (of labels and other rows), `split` (a side of a label, which
annotators/segmenting/sides.py parts) or `none`, with the reason in `why`. Rows of kind `finding` are
masks of findings: they are predictions of a lesion, noisy in RadGenome, and stand apart from the structure they are in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

_FILE: Final = Path(__file__).with_name("structures.tsv")
KINDS: Final = ("structure", "region", "finding")


@dataclass(frozen=True)
class Structure:
    """One published name; `of` are labels (`total:heart`) or names of other rows; `node` is in schemas/anatomy.tsv."""

    name: str
    kind: Literal["structure", "region", "finding"]
    node: str
    how: Literal["direct", "union", "split", "none"]
    of: tuple[str, ...]
    why: str

    @property
    def known_as(self) -> str:
        """What `masks.structure` calls it: the node, but a finding by its own name."""
        return self.name if self.kind == "finding" else self.node


@cache
def structures() -> Mapping[tuple[str, str], Structure]:
    """All rows by kind and name, in the order of the file (`lung` is a structure and a region)."""
    found = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines()[1:]:
        name, kind, node, how, of, why = line.split("\t")
        found[kind, name] = Structure(name, kind, node, how, tuple(filter(None, of.split(";"))), why)  # pyright: ignore
    return MappingProxyType(found)


@dataclass(frozen=True)
class Obtained:
    """A structure that some labels yield: their voxel values, and whether it is one label or several."""

    structure: Structure
    values: tuple[int, ...]
    origin: Literal["direct", "union", "split"]


def obtained(labels: Iterable[tuple[int, str, str]]) -> list[Obtained]:
    """The structures that a mask file holds, one per name that `masks.structure` uses, in the order of the file.

    A union needs all of its parts; a region takes those that are there. Where a region and a structure are known by
    one name, the structure stands for both.

    Args:
        labels: Voxel value, the segmenter's name and its task, as in `schemas.volumes.Segmentation`. The names of
            other segmenters (`precomputed`, `nnunet`) are read as published names, or else as those of task `total`.
    """
    values: dict[str, set[int]] = {}
    for value, name, task in labels:
        for key in _keys(name, task):
            values.setdefault(key, set()).add(value)
    found: dict[str, Obtained] = {}
    for structure in structures().values():
        made = _values(structure, values)
        if made and structure.known_as not in found:
            found[structure.known_as] = Obtained(structure, tuple(sorted(made)), _origin(structure, values))
    return list(found.values())


def _origin(structure: Structure, values: Mapping[str, set[int]]) -> Literal["direct", "union", "split"]:
    """Masks of a published name are direct, however the table would make them."""
    if f"={structure.name}" in values:
        return "direct"
    if structure.how == "split":
        return "split"
    return "direct" if len(structure.of) == 1 and structure.of[0] in values else "union"


def _keys(name: str, task: str) -> tuple[str, ...]:
    """What the table may call a label: `task:name`, or the published name where the task is none of ours."""
    plain = name.lower().replace("_", " ")
    if f"{task}:{name}" in _labels():
        return (f"{task}:{name}",)
    return (f"={plain}",) if plain in _published() else (f"total:{name}",)


@cache
def _labels() -> frozenset[str]:
    return frozenset(part for structure in structures().values() for part in structure.of if ":" in part)


@cache
def _published() -> frozenset[str]:
    return frozenset(name for _, name in structures())


def _values(structure: Structure, values: Mapping[str, set[int]]) -> set[int]:
    """The voxel values of a structure; none where it cannot be made whole."""
    if own := values.get(f"={structure.name}"):
        return own
    parts = [values.get(part, set()) if ":" in part else _values(_part(part), values) for part in structure.of]
    whole = structure.kind == "region" or all(parts)
    return set().union(*parts) if parts and whole else set()


def _part(name: str) -> Structure:
    kinds = [kind for kind in ("structure", "finding") if (kind, name) in structures()]
    return structures()[kinds[0], name]
