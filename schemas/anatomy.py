"""The anatomy every dataset shares: part-of and kind-of links between named structures (`schemas/anatomy.tsv`).

A node may have several parents (the right lower lobe is part of the right lung and of the lower lobes). One
structure is one node; columns `cxr` and `ct` hold the name that a published vocabulary gives it. Names: RadIR's
109 chest X-ray and 48 CT anatomies (arXiv 2503.04653) and RadGenome-Chest CT's report nodes and organ masks
(arXiv 2404.16754); its ten lesion masks are findings and left out. Links are ours: anatomical where anatomy
decides, and for RadIR's collective names (`other specific structures` …) as their published counts suggest. The
aorta hangs below the mediastinum through its thoracic part and is no part of the abdomen, as it is in RadGenome.
RadIR's 48 are listed apart (`schemas/radir_ct.tsv`), each with the number of scans that it was published with.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

WHOLE_REPORT: Final = "whole report"
"""Stands beside the nodes where everything a report says is taken together; it is no node."""

Vocabulary = Literal["cxr", "ct", "radir-ct"]
Anatomies = Literal["cxr", "ct", "radir-ct", "all"]
"""Structures that a dataset speaks of: those of a vocabulary, or every node."""
_FILE: Final = Path(__file__).with_name("anatomy.tsv")
_RADIR_CT: Final = Path(__file__).with_name("radir_ct.tsv")


@dataclass(frozen=True)
class Node:
    """One structure: its direct `parents`, the side in its name ("" where none), and its published names."""

    name: str
    parents: tuple[str, ...]
    side: str
    cxr: str
    ct: str


@cache
def nodes() -> Mapping[str, Node]:
    """Every node by name, in the order of the file; parents are nodes of it, and there is no cycle."""
    rows = (line.split("\t") for line in _FILE.read_text(encoding="utf-8").splitlines()[1:])
    found = {r[0]: Node(r[0], tuple(filter(None, r[1].split(";"))), *r[2:]) for r in rows}
    return MappingProxyType(found)


def names() -> tuple[str, ...]:
    """All node names, in the order of the file."""
    return tuple(nodes())


def node(name: str) -> Node:
    """The node of exactly this name; raises `KeyError` that names it (published names: see `canonical`)."""
    try:
        return nodes()[name]
    except KeyError:
        raise KeyError(f"{name!r} is no node of {_FILE.name}; published names go through canonical()") from None


def parents(name: str) -> tuple[str, ...]:
    """What the structure is directly part of, or a kind of."""
    return node(name).parents


def children(name: str) -> tuple[str, ...]:
    """The direct parts or kinds of the structure, in the order of the file."""
    node(name)
    return _children()[name]


def ancestors(name: str) -> frozenset[str]:
    """Everything the structure is part of, without itself."""
    node(name)
    return _ancestors()[name]


def descendants(name: str) -> frozenset[str]:
    """Every part of the structure, without itself."""
    node(name)
    return _descendants()[name]


def side(name: str) -> str:
    """`left`, `right`, or "" for a structure without a side in its name."""
    return node(name).side


def slug(name: str) -> str:
    """The name as it stands in ids and file names: `left-lower-lobe`, `whole-report`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def canonical(name: str) -> str:
    """The node a published or canonical name stands for; raises `KeyError` that names it."""
    return node(_aliases().get(name, name)).name


def vocabulary(which: Vocabulary) -> Mapping[str, str]:
    """Published name by node: RadIR's X-ray list (`cxr`), all CT lists (`ct`), or RadIR's CT list (`radir-ct`)."""
    if which == "radir-ct":
        return MappingProxyType({name: name_of for name, name_of in vocabulary("ct").items() if name_of in radir_ct()})
    return MappingProxyType({n.name: getattr(n, which) for n in nodes().values() if getattr(n, which)})


def chosen(which: Anatomies) -> tuple[str, ...]:
    """The nodes of a vocabulary, or all of them, in the order of the file."""
    return names() if which == "all" else tuple(vocabulary(which))


@cache
def radir_ct() -> Mapping[str, int]:
    """RadIR's 48 CT anatomies by published name, and how many scans of CT-RATE were ranked for each."""
    rows = (line.split("\t") for line in _RADIR_CT.read_text(encoding="utf-8").splitlines()[1:])
    return MappingProxyType({name: int(scans) for name, scans in rows})


@cache
def _aliases() -> dict[str, str]:
    return {alias: n.name for n in nodes().values() for alias in (n.ct, n.cxr) if alias and alias not in nodes()}


@cache
def _children() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {name: [] for name in nodes()}
    for n in nodes().values():
        for parent in n.parents:
            found[parent].append(n.name)
    return {name: tuple(parts) for name, parts in found.items()}


@cache
def _ancestors() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name in TopologicalSorter({n.name: n.parents for n in nodes().values()}).static_order():
        up = parents(name)
        found[name] = frozenset(up).union(*(found[p] for p in up))
    return found


@cache
def _descendants() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {name: set() for name in nodes()}
    for name, up in _ancestors().items():
        for ancestor in up:
            found[ancestor].add(name)
    return {name: frozenset(parts) for name, parts in found.items()}
