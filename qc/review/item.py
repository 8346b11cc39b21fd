"""One item as the page shows it."""

from dataclasses import dataclass, field

from qc.review.told import Told
from schemas.review import Key


@dataclass(frozen=True)
class Line:
    """One entity of a finding; `kind` is its look."""

    words: str
    kind: str
    via: str
    more: str


@dataclass(frozen=True)
class Candidate:
    """One candidate of a ranking; `place` is its rank, or says that it was drawn at random."""

    place: str
    score: float
    told: Told


@dataclass(frozen=True)
class Shown:
    """One item. `facts`: (name, value) of what is judged. `choices`: corrections that are often the right one."""

    key: Key
    version: str
    title: str
    told: Told
    quote: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
