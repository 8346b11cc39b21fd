"""What the words around a structure or a finding say of it."""

from annotators.grounding.cutting import Said
from annotators.grounding.tables import words

ABDOMINAL_AORTA = "abdominal aorta"
"""What the lexicon calls the aorta and its branches below the diaphragm, which it places in the abdomen."""
_NEAR = 45
"""Characters before a structure in which a phrase may say that it stands aside."""


def seen(one: Said, text: str, begin: int) -> Said:
    """The entity with `aside` or `joined` where the words before it in its sentence, from `begin` on, say so."""
    if not one.structure:
        joined = one.start - begin > 2 and text[one.start - 1] in "-/" and text[one.start - 2].isalpha()
        return one._replace(joined=joined) if joined else one
    nodes = one.nodes
    if one.term == ABDOMINAL_AORTA:
        nodes = ("iliac artery",) if "iliac" in one.text.lower() else ("aorta",)
    before = text[max(begin, one.start - _NEAR) : one.start].lower()
    aside = one.term == "fissure" or words("aside").search(before) is not None
    return one._replace(nodes=nodes, aside=aside) if aside or nodes != one.nodes else one
