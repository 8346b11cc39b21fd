"""At which nodes a finding of a part is: its own, without what stands aside, or those that it goes on about."""

from collections.abc import Iterator, Sequence
from typing import Final

from annotators.grounding.cutting import Said, related
from annotators.grounding.surroundings import ABDOMINAL_AORTA
from annotators.grounding.tables import carried
from annotators.grounding.wholes import FRAMES, TISSUE, based, joined, most_specific
from schemas import anatomy

_BESIDE_AORTA: Final = ("paraaortic", "para-aortic", "para aortic")


def in_abdomen(said: Sequence[Said], before: Sequence[str]) -> Sequence[Said]:
    """Nodes without a place, or beside the aorta, are in the abdomen where the abdomen was spoken of before.

    Those that the words themselves put into the mediastinum (`mediastinal lymphadenopathy, the node …`) stay there.
    """
    below = before and all("abdominal structures" in anatomy.ancestors(node) for node in before)
    structures = [one for one in said if one.structure]
    if not below or any("mediastin" in one.text.lower() for one in said):
        return said
    if any(not one.text.lower().startswith(_BESIDE_AORTA) for one in structures):
        return said
    return [one._replace(nodes=tuple("abdomen" if n == "mediastinum" else n for n in one.nodes)) for one in said]


def at_vessels(said: Sequence[Said]) -> Sequence[Said]:
    """What is said of the aorta below the diaphragm is said of that and not of the abdomen."""
    vessels = [node for one in said if one.term == ABDOMINAL_AORTA for node in one.nodes]
    if not vessels or any(one.structure and "abdomen" in one.nodes for one in said):
        return said
    return [one._replace(nodes=tuple(_instead(one.nodes, "abdomen", vessels))) for one in said]


def _instead(nodes: Sequence[str], gone: str, others: Sequence[str]) -> Iterator[str]:
    for node in nodes:
        yield from others if node == gone else (node,)


def at_place(findings: Sequence[Said], structures: Sequence[Said]) -> list[Said]:
    """Without the meaning that a finding would have aside (a thyroid that reaches the mediastinum widens nothing)."""
    aside = {node for one in structures if one.aside for node in one.nodes}
    home = {one[:2] for one in findings if not aside.issuperset(one.nodes)}
    return [one for one in findings if one[:2] not in home or not one.nodes or not aside.issuperset(one.nodes)]


def nodes_of(
    finding: Said, structures: Sequence[Said], last: Sequence[str], before: Sequence[str]
) -> tuple[Sequence[str], str]:
    """The nodes of a finding, and `carried` where it has none of its own.

    `last` are the nodes of the finding before it in the part, `before` those of the part before.
    """
    own = own_nodes(finding, structures)
    if finding.joined and last and not any(related(one, other) for one in own for other in last):
        return last, "carried"  # pleural effusion-thickening
    goes_on = finding.term in carried() and not structures and not last
    if own and not (goes_on and _leaves(own, before)):
        return own, ""
    return last or most_specific(named_nodes(structures)) or before or own, "carried"


def _leaves(own: Sequence[str], before: Sequence[str]) -> bool:
    """Whether what was spoken of before is not all within what a finding without a place would mean."""
    return FRAMES.issuperset(own) or any(
        node != one and one not in anatomy.ancestors(node) for node in before for one in own
    )


def own_nodes(finding: Said, structures: Sequence[Said]) -> tuple[str, ...]:
    """The nodes of a finding: without frames around others, and both sides as their whole unless each was named."""
    nodes = tuple(TISSUE.get(node, node) for node in _without_asides(finding.nodes, structures))
    return joined(most_specific(based(nodes)), structures)


def _without_asides(nodes: tuple[str, ...], structures: Sequence[Said]) -> tuple[str, ...]:
    """Without what only says how far or next to what (`adjacent to the third rib`), if anything else is left."""
    aside = {node for one in structures if one.aside for node in one.nodes}
    aside -= {node for one in structures if not one.aside for node in one.nodes}
    return tuple(node for node in nodes if node not in aside) or nodes


def named_nodes(structures: Sequence[Said]) -> list[str]:
    """What structures are named, those aside only if there are no others."""
    told = [one for one in structures if not one.aside] or structures
    return [TISSUE.get(node, node) for one in told for node in one.nodes]
