"""What an evaluation says: its lines, and what to know when reading them."""

from typing import Final

from pydantic import BaseModel

from qc.build import Build
from qc.exclusions import same_patient
from schemas.anatomy import WHOLE_REPORT


class Scored(BaseModel):
    """One line of the result. `recall`, `ndcg` … are by k; `standard` by the name that ir-measures uses.

    `ndcg` and `standard` average over all queries, `recall` and what ends in `_evaluable` over those that have a
    candidate above 0.90; null where there is none. `listed`: candidates per query that has any. NDCG is given up
    to the number of candidates that the dataset keeps per query, since the best order is known no further; else null.
    """

    anatomy: str
    queries_of: str
    queries: int
    evaluable: int
    without_run: int
    cut_in_a_tie: int
    listed: float
    unjudged_at_10: float
    recall: dict[int, float | None]
    recall_tied: dict[int, float | None]
    ndcg: dict[int, float | None]
    ndcg_tied: dict[int, float | None]
    ndcg_evaluable: dict[int, float | None]
    standard: dict[str, float | None]
    standard_evaluable: dict[str, float | None]


class Evaluation(BaseModel):
    """All lines, per anatomy for all and for abnormal queries. `exact`: see `note`."""

    dataset: str
    manifest_sha256: str
    split: str
    run: str
    exact: bool
    lines: list[Scored]
    note: str


_EXACT: Final = (
    "Every retrieved candidate is scored, also where the dataset does not store it; one of whose anatomy its report "
    "says nothing counts 0, and only what is no study of the split is unjudged."
)
_STORED: Final = (
    "The tables that unstored pairs are scored from (.work) are not here, so only stored candidates are judged, the "
    "best and samples of the others: a retrieved candidate that is not among them counts 0. That is {share:.0%} of the "
    "first ten places here, so R and NDCG are too low, and AP takes the stored for all there is."
)
_RULES: Final = (
    "The query itself, {patient}copies of its text are taken out of the run first. R is a hit rate. R and AP "
    "(relevant: above 0.90) average over evaluable queries, those with a candidate above 0.90; NDCG averages over all. "
    "Queries that the run leaves out count 0. Equal scores are ordered by candidate id, descending, as trec_eval does; "
    "`tied` is NDCG@10 expected over their orders. Abnormal queries are those with an abnormal finding, mixed ones too."
)
_BASELINE: Final = (
    "A baseline is one ranking per study, cut to its best; for an anatomy what is not ranked there is taken out, so "
    "the lists of a rare one are short."
)


def note(build: Build, lines: list[Scored], *, exact: bool, baseline: bool) -> str:
    """What to know when reading the lines."""
    shares = [line.unjudged_at_10 for line in lines if line.queries_of == "all"]
    first = _EXACT if exact else _STORED.format(share=sum(shares) / max(len(shares), 1))
    rules = _RULES.format(patient="" if same_patient(build) else "its patient's other studies and ")
    short = baseline and any(line.anatomy != WHOLE_REPORT for line in lines)
    return " ".join([first, rules, *([_BASELINE] if short else [])])
