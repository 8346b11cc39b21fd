"""Sides and wholes: two sides as what they are sides of, a base as its lobe, and frames around other structures."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from annotators.grounding.cutting import Said
from schemas import anatomy

FRAMES: Final = frozenset(
    ("thoracic structures", "thorax", "thoracic cavity", "abdominal structures", "abdomen", "upper abdomen",
     "lower abdomen", "bones", "spine", "vertebrae", "cardiovascular structures", "cervical structures",
     "soft tissue", "lungs")
)  # fmt: skip
"""Structures that are often named only to say where others are (`in the upper abdomen, both kidneys`)."""
TISSUE: Final = {"lung parenchyma": "lungs", "airspace": "lungs", "alveolar": "lungs"}
"""What all of an organ consists of."""
_LUNGS: Final = ("left lung", "right lung")


def most_specific(nodes: Iterable[str]) -> tuple[str, ...]:
    """Without frames that hold another of them."""
    nodes = tuple(dict.fromkeys(nodes))
    return tuple(n for n in nodes if n not in FRAMES or not any(_holds(n, other) for other in nodes))


@cache
def _holds(frame: str, node: str) -> bool:
    if frame in ("upper abdomen", "lower abdomen"):
        return node not in FRAMES and "abdomen" in anatomy.ancestors(node)
    return frame != node and (frame in anatomy.ancestors(node) or frame.startswith("thora"))


def narrowest(nodes: Sequence[str]) -> list[str]:
    """Without what only says where another of them is: a frame, a lung, or both sides of it."""
    return [n for n in nodes if not any(n in anatomy.ancestors(other) and _within(n, other) for other in nodes)]


def _within(node: str, part: str) -> bool:
    return node in FRAMES or "lungs" in anatomy.ancestors(node) or part in pair(node)


def based(nodes: tuple[str, ...]) -> tuple[str, ...]:
    """The base of one lung is its lower lobe."""
    if "lung base" not in nodes:
        return nodes
    lobes = [f"{node.split()[0]} lower lobe" for node in nodes if node in _LUNGS] or ["lung lower lobe"]
    return tuple(dict.fromkeys([*lobes, *(node for node in nodes if node not in ("lung base", *_LUNGS))]))


def joined(nodes: tuple[str, ...], structures: Sequence[Said]) -> tuple[str, ...]:
    """Both sides of a structure are the structure, where it is named as a whole or neither side is named alone."""
    named = {node for one in structures for node in one.nodes}
    found = list(dict.fromkeys(nodes))
    for node in nodes:
        for parent in anatomy.parents(node):
            sides = pair(parent)
            if node in sides and _both(found, sides, parent in named) and (parent in named or named.isdisjoint(sides)):
                found = [parent if one == node else one for one in found if one == node or one not in sides]
    return tuple(dict.fromkeys(found))


def _both(found: Sequence[str], sides: tuple[str, ...], whole: bool) -> bool:
    """Whether both are there; where the whole is named, a part of the other side is enough (the largest in …)."""
    return all(side in found or (whole and any(side in anatomy.ancestors(one) for one in found)) for side in sides)


@cache
def pair(parent: str) -> tuple[str, ...]:
    """The two sides of a structure; none where it has no sides, or several parts on one."""
    sided = [part for part in anatomy.children(parent) if anatomy.side(part)]
    return tuple(sided) if sorted(map(anatomy.side, sided)) == ["left", "right"] else ()
