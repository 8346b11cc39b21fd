"""What people said of the rows they reviewed, and whether they agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from qc.base import Check
from qc.build import Build
from qc.review import journal
from qc.review.agreement import Votes, alpha, kappas, wilson
from qc.review.consensus import consensus
from qc.review.items import rows_of
from qc.review.reviewable import REVIEWABLE
from qc.review.verdicts import Versions, current, named, stale, standing
from qc.review.versions import versions
from qc.review.who_is_right import who_is_right
from qc.wording import counted
from schemas.quality import Figure, Outcome
from schemas.review import Verdict

ACCEPTED_AT_LEAST: Final = 0.9
"""Warn where the interval of the acceptance rate lies below."""

KAPPA_AT_LEAST: Final = 0.6
"""Warn where two reviewers agree less: "substantial" begins here (Landis & Koch 1977)."""

UNDEFINED: Final = "undefined: only one decision was ever made"


class Verdicts(Check):
    """Acceptance rate per table with its 95 % Wilson interval, stale verdicts, and agreement between reviewers.

    The rate is that of the items reviewed, each counted once by the reviewers' majority; where a sample was
    stratified, it is not the rate of the table.
    """

    name = "verdicts"
    group = "People's verdicts"
    title = "People accept what they reviewed"

    def why_not(self, build: Build) -> str:
        """Nobody has to review a build."""
        there = any((build.folder / journal.REVIEWS).glob("*.jsonl"))
        return "" if there else "nobody has reviewed it; see medmill review"

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Never fails: people decide what to make of it. Warns on low rates, low agreement, and stale verdicts."""
        read = journal.read(build.folder)
        verdicts = standing(read.events)
        found = Found()
        for table in REVIEWABLE:
            mine = [verdict for verdict in verdicts if verdict.table == table]
            if mine:
                _judge(build, table, mine, found)
        if read.faults:
            found.told.append(f"{counted(len(read.faults), 'line')} of verdicts cut short or damaged")
            found.advice.append("Judge again what was being judged when the program was killed.")
        return self.outcome(
            "warn" if found.advice else "pass",
            "; ".join(found.told) or "no verdict stands",
            advice=" ".join(dict.fromkeys(found.advice)),
            figures=found.figures,
            cases=list(read.faults),
        )


@dataclass(frozen=True)
class Found:
    """What there is to say, gathered table by table."""

    told: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    figures: dict[str, Figure] = field(default_factory=dict)


def _judge(build: Build, table: str, verdicts: Sequence[Verdict], found: Found) -> None:
    now = versions(build, REVIEWABLE[table], (v.key for v in verdicts)) if build.has(*REVIEWABLE[table].reads) else {}
    said = {name: of.verified for name, of in consensus(verdicts, now).items()}
    _acceptance(table, list(said.values()), found)
    if REVIEWABLE[table].contested and now:
        _annotators(build, table, verdicts, said, found)
    outdated = len(stale(verdicts, now))
    found.figures[f"{table}_stale"] = outdated
    if outdated:
        found.told.append(f"{table}: {counted(outdated, 'verdict')} on rows that changed since, not counted")
        found.advice.append("Run medmill review again with the same settings: it shows the changed items anew.")
    _agreement(table, verdicts, now, found)


def _acceptance(table: str, said: Sequence[str | None], found: Found) -> None:
    """`said`: the consensus on each item, None where there is none."""
    decided, accepted = sum(of is not None for of in said), sum(of == "accepted" for of in said)
    found.figures[f"{table}_reviewed"] = len(said)
    found.figures[f"{table}_unresolved"] = len(said) - decided
    if not decided:
        return
    rate, (low, high) = accepted / decided, wilson(accepted, decided)
    for name, value in (("accepted", rate), ("low", low), ("high", high)):
        found.figures[f"{table}_{name}"] = round(value, 4)
    found.told.append(f"{table}: {rate:.0%} of {decided:,} accepted (95 % interval {low:.0%} to {high:.0%})")
    if high < ACCEPTED_AT_LEAST and not REVIEWABLE[table].contested:
        found.advice.append("Read the notes and corrections of the rejected items: they name what to mend.")


def _annotators(
    build: Build, table: str, verdicts: Sequence[Verdict], said: Mapping[str, str | None], found: Found
) -> None:
    """Which annotator people side with, where annotators differ."""
    keys = {named(verdict.key): verdict.key for verdict in verdicts}
    rows = rows_of(build, REVIEWABLE[table], [keys[name] for name in said])
    shares = who_is_right(rows, REVIEWABLE[table].key, said)
    for annotator, (right, of) in shares.items():
        found.figures[f"{table}_{annotator}_right"] = round(right / of, 4)
    sides = ", ".join(f"{annotator} in {right:,} of {of:,}" for annotator, (right, of) in shares.items())
    if sides:
        found.told.append(f"{table}: people side with {sides}")


def _agreement(table: str, verdicts: Sequence[Verdict], now: Versions, found: Found) -> None:
    votes: dict[str, dict[str, str]] = {}
    for verdict in current(verdicts, now):
        if verdict.decision != "skip":
            votes.setdefault(verdict.reviewer, {})[named(verdict.key)] = verdict.decision
    pairs = kappas(votes)
    if not pairs:
        return
    shared = sum(items for _, items in pairs)
    lowest = min((value for value, _ in pairs if value is not None), default=None)
    found.figures.update({f"{table}_reviewers": len(votes), f"{table}_judged_twice": shared})
    found.figures[f"{table}_kappa"] = UNDEFINED if lowest is None else round(lowest, 4)
    found.figures[f"{table}_alpha"] = _alpha(votes)
    if lowest is None:
        found.told.append(f"{table}: the reviewers agree on all of {shared:,}")
        return
    found.told.append(f"{table}: {'lowest ' if len(pairs) > 1 else ''}kappa {lowest:.2f} on {shared:,}")
    if lowest < KAPPA_AT_LEAST:
        found.advice.append("Let the reviewers settle what accept means on the items they judged differently.")


def _alpha(votes: Votes) -> Figure:
    try:
        value = alpha(votes)
    except ImportError:
        return "not computed: pip install 'medmill[review]'"
    return UNDEFINED if value is None else round(value, 4)
