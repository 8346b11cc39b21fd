"""Which tables people can review, what one item of each is, and what of it is judged."""

from dataclasses import dataclass
from typing import Final

from schemas.errors import UsageError


@dataclass(frozen=True)
class Reviewable:
    """One table: `key` names one item (`short`: enough of it for people), `study` is the column whose report is shown.

    `judged` is what is asked about. Words of the report are not among it: the report's own key and the offsets stand
    for them. `strata` are the columns that a sample may be stratified by. `of_volumes`: items are seen in their
    volume, and can be judged without a report. `contested`: annotators differ on every item, so that a low rate of
    accepted ones says nothing against the build. `alone`: an item brings all that is shown of it, and there is no
    report. `together`: items that share these columns are drawn as one, and come one after another.
    """

    table: str
    key: tuple[str, ...]
    short: tuple[str, ...]
    study: str
    judged: tuple[str, ...]
    strata: tuple[str, ...]
    of_volumes: bool = False
    contested: bool = False
    alone: bool = False
    together: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """The tables that a build must have rows in."""
        return (self.table,) if self.of_volumes or self.alone else ("corpus", self.table)


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
    "disputes": Reviewable(
        table="disputes",
        key=("id", "start", "end", "type"),
        short=("id", "type"),
        study="report",
        judged=("report", "section", "section_index", "sentence_start", "sentence_end"),
        strata=("type", "by", "against", "section"),
        contested=True,
        together=("id",),
    ),
    "masks": Reviewable(
        table="masks",
        key=("id",),
        short=("id",),
        study="study",
        judged=("volume", "structure", "labels", "origin", "voxels", "box", "centroid", "hu_mean"),
        strata=("structure", "origin"),
        of_volumes=True,
    ),
    "grounded": Reviewable(
        table="grounded",
        key=("id",),
        short=("id",),
        study="study",
        judged=("node", "findings", "kind", "laterality_conflict", "volume", "masks", "mask_node", "mask_role"),
        strata=("node", "region", "kind", "rule"),
        of_volumes=True,
    ),
    "questions": Reviewable(
        table="questions",
        key=("id",),
        short=("id",),
        study="study",
        judged=("volume", "type", "form", "node", "finding", "template", "answer", "choices", "masks", "evidence"),
        strata=("type", "form", "node", "finding", "rule"),
        of_volumes=True,
    ),
    "exam_questions": Reviewable(
        table="exam_questions",
        key=("id",),
        short=("id",),
        study="id",
        judged=("question", "context", "options", "answer", "also_accepted", "needs_image", "struck", "rationale"),
        strata=("language", "source", "subject", "needs_image", "multiple_answers"),
        alone=True,
    ),
}


def reviewable(table: str) -> Reviewable:
    """The table of this name; raises `UsageError` that names those there are."""
    if table not in REVIEWABLE:
        raise UsageError(f"--table {table}: cannot be reviewed; tables that can: {', '.join(REVIEWABLE)}")
    return REVIEWABLE[table]
