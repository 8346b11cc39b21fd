"""What `the largest one` is that opens a sentence: the finding of the sentence before."""

import re
from typing import Final

from annotators.reading.lexicon import Term
from annotators.reading.matching import Hit, hits
from annotators.reading.normal import haystack, plain
from annotators.reading.sentence import read

_REFERS: Final = re.compile(
    r"(?:(?:the|their|its)\s+)?((?:largest|larger|biggest|bigger|greatest|smallest)(?:\s+ones?|\s+of\s+(?:these|them|which|those))*)"
    r"(?:\s+(?:is|are|was|were|has|had|being|measur\w+|reach\w+|in|on|at|with)\b|,)",
    re.IGNORECASE,
)
_PLURAL: Final = re.compile(r"(?:s|ae|ata|ies|ses)$")
_REAL: Final = frozenset(("present", "uncertain"))


def refers(text: str, start: int) -> bool:
    """Whether the sentence that begins here speaks of what the one before named."""
    return _REFERS.match(text, start) is not None


def with_antecedent(text: str, words: list[Hit], before: str) -> list[Hit]:
    """The hits of a sentence that refers, its first words read as what the sentence before says is there."""
    found, term = _REFERS.match(text), _antecedent(before)
    if found is None or term is None:
        return words
    start, end = found.span(1)
    return sorted(
        [(start, end, term), *(hit for hit in words if hit[0] >= end or hit[1] <= start)], key=lambda h: h[:2]
    )


def _antecedent(before: str) -> Term | None:
    """The first plural finding, else the last one."""
    text, _ = plain(before)
    words = hits([haystack(text)])[0]
    real = {one.start: one.anatomy for one in read(text, words) if one.assertion in _REAL and one.type != "Anatomy"}
    named = [
        (end, entry._replace(node=real[start][0]) if len(real[start]) == 1 else entry)
        for start, end, entry in words
        if start in real and isinstance(entry, Term) and entry.role == "term" and entry.kind != "normal"
    ]
    plural = next((term for end, term in named if _PLURAL.search(text, 0, end)), None)
    return plural or (named[-1][1] if named else None)
