"""Of which structures a part speaks: what its findings are said at, the wholes of both sides, and what is implied."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from annotators.grounding.cutting import Said, related
from annotators.grounding.rules import carried, implied, spread, words
from annotators.reading.lexicon import lexicon
from schemas import anatomy

SPOKEN: Final = frozenset(("present", "uncertain", "absent", "resolved", "not_assessed"))
"""Assertions that say something of a structure now; what was, or may be looked for, says nothing."""
_FRAMES: Final = frozenset(
    ("thoracic structures", "thorax", "thoracic cavity", "abdominal structures", "abdomen", "upper abdomen",
     "lower abdomen", "bones", "spine", "vertebrae", "cardiovascular structures", "cervical structures",
     "soft tissue", "lungs")
)  # fmt: skip
"""Structures that are often named only to say where others are (`in the upper abdomen, both kidneys`)."""
_TISSUE: Final = {"lung parenchyma": "lungs", "airspace": "lungs", "alveolar": "lungs"}
"""What all of an organ consists of."""
_OF_ALL: Final = frozenset(("normal", "abnormality", "clear", "acute disease", "borderline"))
"""What is said of a whole, not of something in it."""


class Placed(NamedTuple):
    """A node that a part speaks of, how it was found, and what is said of it."""

    node: str
    rule: str
    findings: tuple[Said, ...]


@dataclass
class _Found:
    """What is known of a node so far; `named`: the words of the part say it, not only the finding."""

    rule: str
    findings: list[Said] = field(default_factory=list)


def placed(said: Sequence[Said], before: Sequence[str], text: str, *, within: bool = False) -> list[Placed]:
    """The nodes of a part, most specific ones, in the order of the text; none where it speaks of no structure.

    `before` are the nodes spoken of just before, `within` the same sentence or not; `text` is the part in lower case.
    """
    said = _in_abdomen(said, before)
    structures = [one for one in said if one.structure]
    findings = [one for one in said if not one.structure and one.assertion in SPOKEN]
    if not structures and words("remark").search(text):
        return []
    findings = _at_place(findings, structures)
    if not findings:
        return _told(said, structures, text) or _gone_on(said, before, text)
    if not structures and all(one.term in _OF_ALL and not one.nodes for one in findings) and _of_study(text):
        return []
    found: dict[str, _Found] = {}
    last: Sequence[str] = ()
    for finding in findings:
        last, rule = _of_finding(finding, structures, last, before)
        for node in last:
            at = _meant(finding.term, node)
            how = rule or (f"implied:{anatomy.slug(at)}" if at != node else _how(finding, node, structures))
            found.setdefault(at, _Found(how)).findings.append(finding)
    _add_parts(found, structures)
    _without_implied_wholes(found, before if within else ())
    return [Placed(node, one.rule, tuple(dict.fromkeys(one.findings))) for node, one in found.items()]


def _at_place(findings: Sequence[Said], structures: Sequence[Said]) -> list[Said]:
    """Without the meaning that a finding would have aside (a thyroid that reaches the mediastinum widens nothing)."""
    aside = {node for one in structures if one.aside for node in one.nodes}
    home = {one[:2] for one in findings if not aside.issuperset(one.nodes)}
    return [one for one in findings if one[:2] not in home or not one.nodes or not aside.issuperset(one.nodes)]


def _of_finding(
    finding: Said, structures: Sequence[Said], last: Sequence[str], before: Sequence[str]
) -> tuple[Sequence[str], str]:
    """The nodes of a finding and, where it has none of its own, the rule that gave them."""
    own = _own(finding, structures)
    if finding.joined and last and not any(related(one, other) for one in own for other in last):
        return last, "carried"  # pleural effusion-thickening
    goes_on = finding.term in carried() and not structures and not last
    if own and not (goes_on and _leaves(own, before)):
        return own, ""
    return last or _most_specific(_of(structures)) or before or own, "carried"


def _leaves(own: Sequence[str], before: Sequence[str]) -> bool:
    """Whether what was spoken of before is not all within what a finding without a place would mean."""
    return _FRAMES.issuperset(own) or any(
        node != one and one not in anatomy.ancestors(node) for node in before for one in own
    )


def _own(finding: Said, structures: Sequence[Said]) -> tuple[str, ...]:
    """The nodes of a finding: without frames around others, and both sides as their whole unless each was named."""
    nodes = _without_asides(finding.nodes, structures)
    return _joined(_most_specific(_based(tuple(_TISSUE.get(n, n) for n in nodes))), structures)


def _without_asides(nodes: tuple[str, ...], structures: Sequence[Said]) -> tuple[str, ...]:
    """Without what only says how far or next to what (`adjacent to the third rib`), if anything else is left."""
    aside = {node for one in structures if one.aside for node in one.nodes}
    aside -= {node for one in structures if not one.aside for node in one.nodes}
    return tuple(node for node in nodes if node not in aside) or nodes


def _based(nodes: tuple[str, ...]) -> tuple[str, ...]:
    """The base of one lung is its lower lobe."""
    if "lung base" not in nodes:
        return nodes
    sides = [node.split()[0] for node in nodes if node in ("left lung", "right lung")]
    lobes = [f"{side} lower lobe" for side in sides] or ["lung lower lobe"]
    others = (node for node in nodes if node not in ("lung base", "left lung", "right lung"))
    return tuple(dict.fromkeys([*lobes, *others]))


def _joined(nodes: tuple[str, ...], structures: Sequence[Said]) -> tuple[str, ...]:
    """Both sides of a structure are the structure, where it is named as a whole or neither side is named alone."""
    named = {node for one in structures for node in one.nodes}
    found = list(dict.fromkeys(nodes))
    for node in nodes:
        for parent in anatomy.parents(node):
            pair = _pair(parent)
            if node in pair and _both(found, pair, parent in named) and (parent in named or named.isdisjoint(pair)):
                found = [parent if one == node else one for one in found if one == node or one not in pair]
    return tuple(dict.fromkeys(found))


def _both(found: Sequence[str], pair: tuple[str, ...], whole: bool) -> bool:
    """Whether both sides are there; where the whole is named, a part of the other side is enough (the largest in …)."""
    return all(side in found or (whole and any(side in anatomy.ancestors(one) for one in found)) for side in pair)


@cache
def _pair(parent: str) -> tuple[str, ...]:
    """The two sides of a structure; none where it has no sides, or several parts on one."""
    sided = [part for part in anatomy.children(parent) if anatomy.side(part)]
    return tuple(sided) if sorted(map(anatomy.side, sided)) == ["left", "right"] else ()


def _most_specific(nodes: Iterable[str]) -> tuple[str, ...]:
    """Without frames that hold another of them."""
    nodes = tuple(dict.fromkeys(nodes))
    return tuple(n for n in nodes if n not in _FRAMES or not any(_holds(n, other) for other in nodes))


@cache
def _holds(frame: str, node: str) -> bool:
    if frame in ("upper abdomen", "lower abdomen"):
        return node not in _FRAMES and "abdomen" in anatomy.ancestors(node)
    return frame != node and (frame in anatomy.ancestors(node) or frame.startswith("thora"))


def _of(structures: Sequence[Said]) -> list[str]:
    """What structures are named, those aside only if there are no others."""
    told = [one for one in structures if not one.aside] or structures
    return [_TISSUE.get(node, node) for one in told for node in one.nodes]


def _told(said: Sequence[Said], structures: Sequence[Said], text: str) -> list[Placed]:
    """The structures of a part in which nothing is said to be there or not, and what has been done to them."""
    past = [one for one in said if not one.structure and one.assertion == "historical"]
    nodes = _most_specific([*(node for one in past for node in _own(one, structures)), *_of(structures)])
    narrow = [n for n in nodes if not any(n in anatomy.ancestors(other) and _within(n, other) for other in nodes)]
    assessed = all(one.assertion != "not_assessed" for one in structures)
    if not structures or (assessed and _FRAMES.issuperset(narrow) and _of_study(text)):
        return []
    return [Placed(node, "named", tuple(one for one in past if node in one.nodes)) for node in narrow]


def _within(node: str, part: str) -> bool:
    """Whether a structure named beside a part of it only says where that is: a frame, a lung, or both sides of it."""
    return node in _FRAMES or "lungs" in anatomy.ancestors(node) or part in _pair(node)


def _of_study(text: str) -> bool:
    """Whether the words are of the examination, or of what should be done, not of what is seen."""
    return any(words(what).search(text) for what in ("technique", "recommendation", "history"))


def _in_abdomen(said: Sequence[Said], before: Sequence[str]) -> Sequence[Said]:
    """Beside the aorta is in the abdomen, where the abdomen was spoken of before."""
    below = before and all("abdominal structures" in anatomy.ancestors(node) for node in before)
    if not below or not any(one.structure and one.text.lower().startswith(_BESIDE_AORTA) for one in said):
        return said
    return [one._replace(nodes=tuple("abdomen" if n == "mediastinum" else n for n in one.nodes)) for one in said]


_BESIDE_AORTA: Final = ("paraaortic", "para-aortic", "para aortic")


def _gone_on(said: Sequence[Said], before: Sequence[str], text: str) -> list[Placed]:
    """`It is stable`: a part that names nothing and goes on about what was spoken of before."""
    if said or not words("goes_on").search(text) or words("recommendation").search(text):
        return []
    return [Placed(node, "carried", ()) for node in before]


def _meant(term: str, node: str) -> str:
    """Where a finding is that is said of a whole: see `implied.tsv`."""
    if term in _OF_ALL:
        return node
    for at in (node, *_upwards(node)):
        if (term, at) in implied():
            return implied()[term, at] or node
    return implied().get(("*", node)) or node


@cache
def _upwards(node: str) -> tuple[str, ...]:
    """What the node is part of, nearest first."""
    found = list(anatomy.parents(node))
    for name in found:
        found += [parent for parent in anatomy.parents(name) if parent not in found]
    return tuple(found)


def _how(finding: Said, node: str, structures: Sequence[Said]) -> str:
    """Whether the words name the structure, or only the finding implies it."""
    told = {_TISSUE.get(other, other) for one in structures for other in one.nodes}
    sides = _pair(node)
    whole = node in told or (sides and (told.issuperset(sides) or finding.side == "bilateral"))
    if whole or _in_words(finding.text):
        return "named"
    return f"implied:{anatomy.slug(node)}"


@cache
def _in_words(text: str) -> bool:
    return " ".join(text.lower().replace("-", " ").split()) in lexicon().compounds


def _add_parts(found: dict[str, _Found], structures: Sequence[Said]) -> None:
    """`Nodules in both lungs, the largest in the right lower lobe`: the lobe is spoken of too."""
    named = [node for one in structures if not one.aside for node in one.nodes if node not in _TISSUE]
    narrow = [node for node in named if not any(node in anatomy.ancestors(other) for other in named)]
    for whole, one in list(found.items()):
        abnormal = [finding for finding in one.findings if not finding.type.startswith("Non-")]
        for node in narrow if abnormal else ():
            if whole in anatomy.ancestors(node) and not any(related(node, at) for at in found if at != whole):
                found[node] = _Found("named", abnormal[:1])


def _of_organ(found: _Found) -> bool:
    """Whether something is said of the whole itself (cardiomegaly)."""
    return any(spread().get(finding.term) == "whole_organ" for finding in found.findings)


def _without_implied_wholes(found: dict[str, _Found], earlier: Sequence[str]) -> None:
    """`Consolidation in the lower lobe in favour of pneumonia`: that pneumonia is of the lung says nothing more.

    `earlier`: nodes of the part before, in the same sentence.
    """
    for whole in [node for node, one in found.items() if one.rule.startswith("implied") and not _of_organ(one)]:
        parts = [node for node in (*found, *earlier) if whole in anatomy.ancestors(node)]
        if parts:
            implied_here = found.pop(whole)
            for part in parts:
                found.setdefault(part, _Found("carried")).findings.extend(implied_here.findings)
