"""Items of a form: in `Pleural effusion: left` the finding is the heading, and what follows is said of it."""

from itertools import pairwise, takewhile
from typing import Final

from annotators.reading.lexicon import Cue, Term
from annotators.reading.matching import Hit

_OF_IT: Final = Cue("prep", "")
_BEFORE: Final = frozenset(("sev", "side", "place", "term", "mask"))
"""What may stand in a heading: a verb or a negation makes it a sentence, which a colon ends."""

_NO_FINDING: Final = frozenset(("normal", "anatomy"))


def headed(plain: str, hits: list[Hit]) -> list[Hit]:
    """The hits with the colon read as a preposition where it stands right behind a finding that opens the sentence, or
    what a semicolon begins.

    A heading that is named again in what follows (`Nodules: no nodule is seen`) says nothing of its own and goes.
    """
    made: list[Hit] = []
    ends = [number for number, (start, stop, _) in enumerate(hits) if plain[start:stop] == ";"]
    for first, last in pairwise([0, *(number + 1 for number in ends), len(hits)]):
        made += _headed(plain, hits[first:last])
    return made


def _headed(plain: str, hits: list[Hit]) -> list[Hit]:
    number = len(list(takewhile(lambda hit: hit[2].role in _BEFORE, hits)))
    if not 0 < number < len(hits):
        return hits
    (_, end, heading), (start, stop, _) = hits[number - 1], hits[number]
    if start != end or plain[start:stop] != ":" or not isinstance(heading, Term) or heading.kind in _NO_FINDING:
        return hits
    behind = hits[number + 1 :]
    if any(isinstance(hit[2], Term) and hit[2].canonical == heading.canonical for hit in behind):
        return behind
    return [*hits[:number], (start, stop, _OF_IT), *behind]
