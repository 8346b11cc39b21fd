"""Of which structures a part speaks: what its findings are said at, the wholes of both sides, and what is implied."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from annotators.grounding.cutting import Said, related
from annotators.grounding.rules import implied
from annotators.reading.lexicon import lexicon
from schemas import anatomy

SPOKEN: Final = frozenset(("present", "uncertain", "absent", "resolved", "not_assessed"))
"""Assertions that say something of a structure now; what was, or may be looked for, says nothing."""
_FRAMES: Final = frozenset(
    ("thoracic structures", "thorax", "thoracic cavity", "abdominal structures", "abdomen", "upper abdomen",
     "lower abdomen", "bones", "spine", "vertebrae", "cardiovascular structures", "soft tissue")
)  # fmt: skip
"""Structures that are often named only to say where others are (`in the upper abdomen, both kidneys`)."""
_OF_ALL: Final = frozenset(("normal", "abnormality", "clear", "acute disease", "borderline"))
"""What is said of a whole, not of something in it."""


class Placed(NamedTuple):
    """A node that a part speaks of, how it was found, and what is said of it."""

    node: str
    rule: str
    findings: tuple[Said, ...]


def placed(said: Sequence[Said], before: Sequence[str]) -> list[Placed]:
    """The nodes of a part, most specific ones, in the order of the text; `before` are those spoken of just before."""
    structures = [one for one in said if one.structure]
    found: dict[str, tuple[str, list[Said]]] = {}
    nodes: Sequence[str] = ()
    for finding in said:
        if finding.structure or finding.assertion not in SPOKEN:
            continue
        own = _own(finding, structures)
        if own:
            nodes = own
        rule = "" if own else "carried"
        for node in own or nodes or _most_specific(_of(structures)) or before:
            at = _meant(finding.term, node)
            how = rule or (f"implied:{anatomy.slug(at)}" if at != node else _how(finding, node, structures))
            found.setdefault(at, (how, []))[1].append(finding)
    if not found:
        return [Placed(node, "named", ()) for node in _told(structures)]
    _add_parts(found, structures)
    return [Placed(node, how, tuple(dict.fromkeys(findings))) for node, (how, findings) in found.items()]


def _own(finding: Said, structures: Sequence[Said]) -> tuple[str, ...]:
    """The nodes of a finding: without frames around others, and both sides as their whole unless each was named."""
    sided = {node for one in structures for node in one.nodes if anatomy.side(node)}
    return _most_specific(_joined(_based(finding.nodes), sided))


def _based(nodes: tuple[str, ...]) -> tuple[str, ...]:
    """The base of one lung is its lower lobe."""
    if "lung base" not in nodes:
        return nodes
    sides = [node.split()[0] for node in nodes if node in ("left lung", "right lung")]
    lobes = [f"{side} lower lobe" for side in sides] or ["lung lower lobe"]
    return tuple(dict.fromkeys([*lobes, *(node for node in nodes if node not in ("lung base", *_LUNGS))]))


_LUNGS: Final = ("left lung", "right lung")


def _joined(nodes: tuple[str, ...], named: set[str]) -> tuple[str, ...]:
    """Both sides of a structure, neither of which has been named alone, are the structure."""
    found = list(nodes)
    for node in nodes:
        for parent in anatomy.parents(node):
            pair = _pair(parent)
            if node in pair and set(pair) <= set(found) and named.isdisjoint(pair):
                found = [parent if one == node else one for one in found if one == node or one not in pair]
    return tuple(dict.fromkeys(found))


@cache
def _pair(parent: str) -> tuple[str, ...]:
    """The two sides of a structure, as nodes that are named like it; none where it has other sided parts."""
    sided = [part for part in anatomy.children(parent) if anatomy.side(part)]
    return tuple(sided) if sorted(map(anatomy.side, sided)) == ["left", "right"] else ()


def _most_specific(nodes: Iterable[str]) -> tuple[str, ...]:
    """Without frames that hold another of them."""
    nodes = tuple(dict.fromkeys(nodes))
    return tuple(n for n in nodes if n not in _FRAMES or not any(_holds(n, other) for other in nodes))


@cache
def _holds(frame: str, node: str) -> bool:
    return frame != node and (frame in anatomy.ancestors(node) or frame.startswith("thora"))


def _of(structures: Sequence[Said]) -> list[str]:
    return [node for one in structures for node in one.nodes]


def _told(structures: Sequence[Said]) -> tuple[str, ...]:
    """The structures of a part in which no finding was read, most specific ones."""
    nodes = _most_specific(_of([one for one in structures if one.assertion != "historical"]))
    return tuple(n for n in nodes if not any(n in anatomy.ancestors(other) for other in nodes))


def _meant(term: str, node: str) -> str:
    if term in _OF_ALL:
        return node
    return implied().get((term, node)) or implied().get(("*", node)) or node


def _how(finding: Said, node: str, structures: Sequence[Said]) -> str:
    """Whether the words name the structure, or only the finding implies it."""
    if any(related(node, other) for one in structures for other in one.nodes) or _in_words(finding.text):
        return "named"
    return f"implied:{anatomy.slug(node)}"


@cache
def _in_words(text: str) -> bool:
    return " ".join(text.lower().replace("-", " ").split()) in lexicon().compounds


def _add_parts(found: dict[str, tuple[str, list[Said]]], structures: Sequence[Said]) -> None:
    """`Nodules in both lungs, the largest in the right lower lobe`: the lobe is spoken of too."""
    for whole, (_, findings) in list(found.items()):
        abnormal = [one for one in findings if not one.type.startswith("Non-")]
        for node in _of(structures) if abnormal else ():
            if whole in anatomy.ancestors(node) and not any(related(node, other) for other in found if other != whole):
                last = [one for one in abnormal if one.nodes] or abnormal
                found.setdefault(node, ("named", [last[0]]))
