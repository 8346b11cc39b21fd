"""RadGenome-Chest CT's hierarchy of regions: where each of our structures stands in it, as published paths.

Ten regions and `others` (the node `miscellaneous anatomical structures`) are the heads. Below them the hierarchy is a
DAG, which the released files (arXiv 2404.16754) write as several paths `head/region/child`: the right upper lobe is
`lung/lung/right lung/right lung upper lobe` and `lung/lung/lung upper lobe/right lung upper lobe`. Most heads are
written twice. `regions.tsv` names for each node what it is directly `under`, by our names; a node without a published
name stands there `as` its nearest published one. The released rows show 139 names in 174 paths; the other organs that
have a published mask are placed by the same pattern.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from schemas import anatomy

_FILE: Final = Path(__file__).with_name("regions.tsv")
_WRITTEN_ONCE: Final = frozenset(("mediastinum", "trachea and bronchie", "miscellaneous anatomical structures"))
"""Heads that are not repeated in their paths: `mediastinum/aorta`, but `abdomen/abdomen/aorta`."""


class _Place(NamedTuple):
    under: tuple[str, ...]
    stands_as: str


@cache
def _places() -> Mapping[str, _Place]:
    """What each node is under, and which node it stands as, by our names."""
    rows = (line.split("\t") for line in _FILE.read_text(encoding="utf-8").splitlines()[1:])
    return MappingProxyType({r[0]: _Place(tuple(filter(None, r[1].split(";"))), r[2] or r[0]) for r in rows})


@cache
def regions() -> tuple[str, ...]:
    """Published names of the heads, `others` included, in the order of the anatomy."""
    return tuple(published(name) for name, place in _places().items() if not place.under and place.stands_as == name)


def nearest(name: str) -> str:
    """The node that stands for this one in the published hierarchy: itself where it has a published name."""
    anatomy.node(name)
    return _places()[name].stands_as


def published(name: str) -> str:
    """The published name of the nearest published node (`lingula` is said of the `left lung upper lobe`)."""
    return anatomy.node(nearest(name)).ct


@cache
def paths(name: str) -> tuple[str, ...]:
    """All published paths of the node or of the one that stands for it, head first; of a head its longest one."""
    node = nearest(name)
    under = _places()[node].under
    own = published(node)
    if not under:
        return (own if node in _WRITTEN_ONCE else f"{own}/{own}",)
    return tuple(f"{path}/{own}" for parent in under for path in paths(parent))


@cache
def region(name: str) -> str:
    """The region of a node; of several (the aorta) the first it is declared under."""
    return paths(name)[0].split("/")[0]


@cache
def above(name: str) -> frozenset[str]:
    """The nodes that lie above this one on its published paths, without the one that stands for it."""
    parents = _places()[nearest(name)].under
    return frozenset(parents).union(*(above(parent) for parent in parents))


def prefixes(path: str) -> tuple[str, ...]:
    """The path itself and every published path above it: the released tables have a row for each."""
    parts = path.split("/")
    return tuple("/".join(parts[:length]) for length in range(1, len(parts) + 1))
