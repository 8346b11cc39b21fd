"""From the effects that reached a mention to its assertion and certainty."""

from functools import cache

from annotators.reading.mention import (
    ABSENT,
    ALTERNATIVE,
    CANNOT_EXCLUDE,
    CONSISTENT,
    FAMILY,
    FOLLOWED,
    HISTORICAL,
    HYPOTHETICAL,
    LIKELY,
    NO_NEW,
    NOT_ASSESSED,
    POSSIBLE,
    PREVIOUS,
    REMOVED,
    RESOLVED,
    UNLIKELY,
)


@cache
def decide(bits: int, seen: bool) -> tuple[str, str, str | None, tuple[str, ...]]:
    """Assertion, certainty, change and flags; `seen`: the sentence says that it is there now (known, still seen)."""
    if bits & FAMILY:
        return "historical", "certain", None, ("family_history",)
    if bits & FOLLOWED or (bits & HYPOTHETICAL and bits & RESOLVED):  # its resolution is awaited, so it is there
        return "uncertain", "likely", None, ()
    if bits & NOT_ASSESSED:
        return "not_assessed", "certain", None, ()
    if bits & HYPOTHETICAL:
        return "hypothetical", "possible", None, ()
    if bits & REMOVED:
        return "absent", "certain", "resolved", ()
    if bits & CANNOT_EXCLUDE:
        return "uncertain", "cannot_exclude", None, ()
    if bits & RESOLVED:
        return "resolved", "certain", "resolved", ()
    if bits & ABSENT:
        return "absent", "certain", None, ("new_only",) if bits & NO_NEW else ()
    if bits & HISTORICAL and not seen:
        return "historical", "certain", None, ()
    if bits & PREVIOUS and not seen:
        return "historical", "certain", None, ()
    return _degree(bits)


def _degree(bits: int) -> tuple[str, str, str | None, tuple[str, ...]]:
    if bits & (POSSIBLE | UNLIKELY):
        return "uncertain", "possible", None, ("alternative",) if bits & ALTERNATIVE else ()
    if bits & LIKELY:
        return "uncertain", "likely", None, ()
    if bits & CONSISTENT:
        return "present", "likely", None, ()
    return "present", "certain", None, ()
