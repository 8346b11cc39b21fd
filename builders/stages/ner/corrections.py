"""What a reviewer writes behind "What would be right" of a dispute: another type, other words, or both."""

import re
from typing import Final

from annotators.recognizers.recognizer import Labelled
from schemas.words import RATE_TYPES

_TYPES: Final = {kind.lower(): kind for kind in RATE_TYPES}
_PART: Final = re.compile(r"\s*(type|words)\s*:\s*(.+?)\s*", re.IGNORECASE)


def corrected(value: str, span: Labelled, sentence: str) -> Labelled | None:
    """The entity that is right in the place of `span`; None where the correction says neither type nor words.

    `value`: `type: Disease`, `words: pleural effusion`, or both with a semicolon between. Letter case and white space
    do not count. The words share letters with the span; where several places do, the one that shares most is meant.
    """
    said: dict[str, str] = {}
    for part in value.split(";"):
        found = _PART.fullmatch(part)
        if not found or found[1].lower() in said:
            return None
        said[found[1].lower()] = found[2]
    kind = _TYPES.get(said["type"].lower()) if "type" in said else span.type
    place = _place(said["words"], span, sentence) if "words" in said else (span.start, span.end)
    return Labelled(*place, kind) if kind and place else None


def _place(words: str, span: Labelled, sentence: str) -> tuple[int, int] | None:
    pattern = r"\s+".join(map(re.escape, words.split()))
    found = [match.span(1) for match in re.finditer(rf"(?=({pattern}))", sentence, re.IGNORECASE)]
    over = [place for place in found if _shared(place, span) > 0]
    return max(over, key=lambda place: (_shared(place, span), -place[0]), default=None)


def _shared(place: tuple[int, int], span: Labelled) -> int:
    return min(place[1], span.end) - max(place[0], span.start)
