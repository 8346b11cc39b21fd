"""What the reading of a sentence works on: one mention of a term, filled in step by step."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from annotators.reading.lexicon import Term

ABSENT: Final = 1
UNLIKELY: Final = 2
RESOLVED: Final = 4
REMOVED: Final = 8
POSSIBLE: Final = 16
LIKELY: Final = 32
CONSISTENT: Final = 64
CANNOT_EXCLUDE: Final = 128
HYPOTHETICAL: Final = 256
HISTORICAL: Final = 512
FAMILY: Final = 1024
NOT_ASSESSED: Final = 2048
NO_NEW: Final = 4096
PREVIOUS: Final = 8192
BORDERLINE: Final = 16384
ALTERNATIVE: Final = 32768
FOLLOWED: Final = 65536

GONE: Final = ABSENT | RESOLVED | REMOVED
"""Effects that a new statement ends, since it says what there is."""

BITS: Final = {
    "absent": ABSENT,
    "unlikely": UNLIKELY,
    "resolved": RESOLVED,
    "removed": REMOVED,
    "possible": POSSIBLE,
    "likely": LIKELY,
    "consistent": CONSISTENT,
    "cannot_exclude": CANNOT_EXCLUDE,
    "hypothetical": HYPOTHETICAL,
    "historical": HISTORICAL,
    "family": FAMILY,
    "not_assessed": NOT_ASSESSED,
    "nonew": ABSENT | NO_NEW,
    "previous": PREVIOUS,
    "borderline": BORDERLINE,
    "followed": FOLLOWED,
}
"""What a cue's effect adds to the mentions in its scope."""


class Size(NamedTuple):
    """One measurement, as `schemas.radiology.Entity.measurements` has it."""

    values: tuple[float, ...]
    axis: str | None
    comparator: str
    range: bool
    prior: bool
    owner: str


@dataclass(slots=True, eq=False)
class Mention:
    """A term at `start:end` of the plain sentence and what the sentence says of it."""

    start: int
    end: int
    term: Term
    bits: int = 0
    change: str | None = None
    severity: str | None = None
    seen: bool = False
    clause: int = 0
    places: list[tuple[str, str, str]] = field(default_factory=list)
    """(node or "", side or "", name or "") said of it."""
    halves: tuple[Term, Term] | None = None
    """Its structure and its head noun, where others share the noun (`pleural or pericardial effusion`)."""
    alike: tuple[tuple[str, str, str], ...] = ()
    """The places of those others."""
    sizes: list[Size] = field(default_factory=list)
    normal_size: bool = False
    group_maximum: bool = False
    masked: bool = False
