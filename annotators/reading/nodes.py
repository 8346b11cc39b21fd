"""Which nodes of the anatomy, and which side, follow from the places said of a finding."""

from functools import cache
from typing import Final

from schemas import anatomy

Place = tuple[str, str, str]
"""Node or "", side or "", and the name that compositions know the structure by."""

_SOFT: Final = frozenset(
    ("", "lungs", "lung parenchyma", "bronchi", "mediastinum", "bones", "spine", "abdomen", "thorax", "artery",
     "subcutaneous tissue", "superior vena cava", "vascular structures", "pulmonary vasculature", "stomach")
)  # fmt: skip
"""Defaults that give way to any structure named; others only to their own parts."""


@cache
def resolve(default: str, places: tuple[Place, ...], *, every: bool = False) -> tuple[tuple[str, ...], str | None]:
    """Nodes and laterality of a term with this default, from the places said of it.

    Only the most specific nodes remain, or `every` one: a normal heart and mediastinum are both normal.
    """
    sides = {side for _, side, _ in places if side}
    named = [(node, side) for node, side, _ in places if node]
    if default not in _SOFT:
        within = anatomy.descendants(default) | {default}
        named = [(node, side) for node, side in named if node in within]
    if not named and default:
        named = [(default, "")]
    overall = _overall(sides | {anatomy.side(node) for node, _ in named} - {""})
    found: dict[str, None] = {}
    for node, side in named:
        found.update(dict.fromkeys(_sided(node, side or overall or "")))
    for side_node in () if every else list(found):
        for other in anatomy.ancestors(side_node):
            found.pop(other, None)
    return tuple(found), overall


def _overall(sides: set[str]) -> str | None:
    if not sides:
        return None
    return next(iter(sides)) if len(sides) == 1 else "bilateral"


@cache
def _sided(node: str, side: str) -> tuple[str, ...]:
    if not side or anatomy.side(node):
        return (node,)
    if side == "bilateral":
        return tuple(dict.fromkeys((*_sided(node, "left"), *_sided(node, "right"))))
    for part in anatomy.children(node):
        if anatomy.side(part) == side:
            return (part,)
    if node == "lung base":
        return (node, f"{side} lung")
    return (node,)
