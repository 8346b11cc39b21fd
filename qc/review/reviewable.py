"""Which tables people can review, what one item of each is, and what of it is judged."""

from dataclasses import dataclass
from typing import Final

from schemas.errors import UsageError


@dataclass(frozen=True)
class Reviewable:
    """One table: `key` names one item (`short`: enough of it for people), `study` is the column whose report is shown.

    `judged` is what is asked about. Words of the report are not among it: the report's own key and the offsets stand
    for them. `strata` are the columns that a sample may be stratified by.
    """

    table: str
    key: tuple[str, ...]
    short: tuple[str, ...]
    study: str
    judged: tuple[str, ...]
    strata: tuple[str, ...]


SHOWN_CANDIDATES: Final = 5
"""Best candidates of a ranking that are shown and judged, beside one drawn at random."""

REVIEWABLE: Final = {
    "findings": Reviewable(
        table="findings",
        key=("id",),
        short=("id",),
        study="study",
        judged=("study", "anatomy", "polarity", "entities"),
        strata=("anatomy", "polarity"),
    ),
    "entities": Reviewable(
        table="entities",
        key=("report", "section", "section_index", "start", "end", "canonical"),
        short=("report", "canonical"),
        study="report",
        judged=(
            *("type", "assertion", "certainty", "change", "laterality", "severity"),
            *("anatomy", "measurements", "flags"),
        ),
        strata=("anatomy", "assertion", "type", "canonical", "section"),
    ),
    "rankings": Reviewable(
        table="rankings",
        key=("query", "anatomy"),
        short=("query", "anatomy"),
        study="query",
        judged=("candidate", "stratum", "rank"),
        strata=("anatomy",),
    ),
}


def reviewable(table: str) -> Reviewable:
    """The table of this name; raises `UsageError` that names those there are."""
    if table not in REVIEWABLE:
        raise UsageError(f"--table {table}: cannot be reviewed; tables that can: {', '.join(REVIEWABLE)}")
    return REVIEWABLE[table]
