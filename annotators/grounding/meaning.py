"""Where a finding is that is said of a whole or beside its place, and whether words or the finding itself say so."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from annotators.grounding.cutting import Said
from annotators.grounding.tables import implied
from annotators.grounding.wholes import TISSUE, pair
from annotators.reading.lexicon import lexicon
from schemas import anatomy

OF_ALL: Final = frozenset(("normal", "abnormality", "clear", "acute disease", "borderline"))
"""What is said of a whole, not of something in it."""


def meant(finding: Said, node: str, structures: Sequence[Said]) -> tuple[str, str]:
    """The node that is meant by a finding at this one (`implied.tsv`), and the rule: `named` or `implied:lungs`.

    What is said of the organs of the abdomen is not said of the tissue between them.
    """
    organs = any("organ" in one.text.lower() and node in one.nodes for one in structures)
    at = node if organs else _meant(finding.term, node)
    named = at == node and (_named(finding, node, structures) or _in_words(finding.text))
    return at, "named" if named else f"implied:{anatomy.slug(at)}"


@cache
def _meant(term: str, node: str) -> str:
    if term in OF_ALL:
        return node
    for at in (node, *_upwards(node)):
        if (term, at) in implied():
            return implied()[term, at] or node
    return implied().get(("*", node)) or node


def _upwards(node: str) -> list[str]:
    """What the node is part of, nearest first."""
    found = list(anatomy.parents(node))
    for name in found:
        found += [parent for parent in anatomy.parents(name) if parent not in found]
    return found


def _named(finding: Said, node: str, structures: Sequence[Said]) -> bool:
    """Whether a structure of the part is this one, or both its sides are named."""
    told = {TISSUE.get(other, other) for one in structures for other in one.nodes}
    sides = pair(node)
    return node in told or (bool(sides) and (told.issuperset(sides) or finding.side == "bilateral"))


@cache
def _in_words(text: str) -> bool:
    """Whether the finding's own words name a structure (`pleural effusion`)."""
    return " ".join(text.lower().replace("-", " ").split()) in lexicon().compounds
