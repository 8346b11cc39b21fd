"""Of which structures a part of a sentence speaks, how that was found, and what it says of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from annotators.grounding.cutting import Said, related
from annotators.grounding.meaning import OF_ALL, meant
from annotators.grounding.places import at_place, at_vessels, in_abdomen, named_nodes, nodes_of, own_nodes
from annotators.grounding.tables import spread, words
from annotators.grounding.wholes import FRAMES, TISSUE, most_specific, narrowest
from schemas import anatomy

SPOKEN: Final = frozenset(("present", "uncertain", "absent", "resolved", "not_assessed"))
"""Assertions that say something of a structure now; what was, or may be looked for, says nothing."""


class Placed(NamedTuple):
    """A node that a part speaks of, how it was found, and what is said of it."""

    node: str
    rule: str
    findings: tuple[Said, ...]


@dataclass
class _Found:
    """What is known of a node so far."""

    rule: str
    findings: list[Said] = field(default_factory=list)


def placed(said: Sequence[Said], before: Sequence[str], text: str, *, within: bool = False) -> list[Placed]:
    """The nodes of a part, most specific ones, in the order of the text; none where it speaks of no structure.

    `before` are the nodes spoken of just before, `within` the same sentence or not; `text` is the part in lower case.
    """
    said = at_vessels(in_abdomen(said, before))
    structures = [one for one in said if one.structure]
    findings = at_place([one for one in said if not one.structure and one.assertion in SPOKEN], structures)
    if not structures and (words("remark").search(text) or (findings and _of_study(findings, text))):
        return []
    if not findings:
        return _named(said, structures, text) or _gone_on(said, before, text)
    found = _found(findings, structures, before)
    _add_parts(found, structures)
    if all(one.term in OF_ALL for one in findings):
        _add_named(found, structures)
    _without_implied_wholes(found, before if within else ())
    return [Placed(node, one.rule, tuple(dict.fromkeys(one.findings))) for node, one in found.items()]


def _found(findings: Sequence[Said], structures: Sequence[Said], before: Sequence[str]) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    last: Sequence[str] = ()
    for finding in findings:
        last, rule = nodes_of(finding, structures, last, before)
        for node in last:
            at, how = meant(finding, node, structures)
            found.setdefault(at, _Found(rule or how)).findings.append(finding)
    return found


def _of_study(findings: Sequence[Said], text: str) -> bool:
    """Whether findings without a place are of the examination or the history (`examination within normal limits`)."""
    placeless = all(not one.nodes for one in findings)
    if placeless and all(one.term in OF_ALL for one in findings):
        return _about_study(text)
    return placeless and words("history").search(text) is not None


def _about_study(text: str) -> bool:
    return any(words(what).search(text) for what in ("technique", "recommendation", "history"))


def _named(said: Sequence[Said], structures: Sequence[Said], text: str) -> list[Placed]:
    """The structures of a part in which nothing is said to be there or not, and what has been done to them."""
    past = [one for one in said if not one.structure and one.assertion == "historical"]
    told = [node for one in past for node in own_nodes(one, structures)]
    nodes = narrowest(most_specific([*told, *named_nodes(structures)]))
    assessed = all(one.assertion != "not_assessed" for one in structures)
    if not structures or (assessed and FRAMES.issuperset(nodes) and _about_study(text)):
        return []
    return [Placed(node, "named", tuple(one for one in past if node in one.nodes)) for node in nodes]


def _gone_on(said: Sequence[Said], before: Sequence[str], text: str) -> list[Placed]:
    """`It is stable`: a part that names nothing and goes on about what was spoken of before."""
    if said or not words("goes_on").search(text) or words("recommendation").search(text):
        return []
    return [Placed(node, "carried", ()) for node in before]


def _add_parts(found: dict[str, _Found], structures: Sequence[Said]) -> None:
    """`Nodules in both lungs, the largest in the right lower lobe`: the lobe is spoken of too."""
    named = [node for one in structures if not one.aside for node in one.nodes if node not in TISSUE]
    narrow = [node for node in named if not any(node in anatomy.ancestors(other) for other in named)]
    for whole, one in list(found.items()):
        abnormal = [finding for finding in one.findings if not finding.type.startswith("Non-")]
        for node in narrow if abnormal else ():
            if whole in anatomy.ancestors(node) and not any(related(node, at) for at in found if at != whole):
                found[node] = _Found("named", abnormal[:1])


def _add_named(found: dict[str, _Found], structures: Sequence[Said]) -> None:
    """`Trachea, lumen of both bronchi are open`: what is said of all is said of every structure that is named."""
    named = [one for one in structures if not one.aside]
    for node in narrowest(most_specific(named_nodes(named))) if named else ():
        if not any(related(node, at) for at in found):
            found[node] = _Found("named", [one for found_here in found.values() for one in found_here.findings][:1])


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


def _of_organ(found: _Found) -> bool:
    """Whether something is said of the whole itself (cardiomegaly)."""
    return any(spread().get(finding.term) == "whole_organ" for finding in found.findings)
