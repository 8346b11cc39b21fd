"""What people said of the rows they reviewed, and whether they agree."""

from collections.abc import Mapping, Sequence
from typing import Final

from qc.base import Check
from qc.build import Build
from qc.review import journal
from qc.review.agreement import alpha, kappas, wilson
from qc.review.consensus import consensus
from qc.review.reviewable import REVIEWABLE
from qc.review.verdicts import current, named, stale, standing
from qc.review.versions import versions
from qc.wording import counted
from schemas.quality import Figure, Outcome
from schemas.review import Verdict

ACCEPTED_AT_LEAST: Final = 0.9
"""Warn where the interval of the acceptance rate lies below."""

KAPPA_AT_LEAST: Final = 0.6
"""Warn where two reviewers agree less: "substantial" begins here (Landis & Koch 1977)."""


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
        told: list[str] = []
        advice: list[str] = []
        figures: dict[str, Figure] = {}
        for table in REVIEWABLE:
            mine = [verdict for verdict in verdicts if verdict.table == table]
            if mine:
                _table(build, table, mine, told, advice, figures)
        if read.faults:
            told.append(f"{counted(len(read.faults), 'line')} of verdicts cut short or damaged")
            advice.append("Look whether the verdicts before a crash are there, and judge the missing one again.")
        summary = "; ".join(told) or "no verdict stands"
        return self.outcome(
            "warn" if advice else "pass",
            summary,
            advice=" ".join(dict.fromkeys(advice)),
            figures=figures,
            cases=list(read.faults),
        )


def _table(
    build: Build,
    table: str,
    verdicts: Sequence[Verdict],
    told: list[str],
    advice: list[str],
    figures: dict[str, Figure],
) -> None:
    """Add what there is to say of one table."""
    now = versions(build, REVIEWABLE[table], (v.key for v in verdicts)) if build.has("corpus", table) else {}
    said = [of.verified for of in consensus(verdicts, now).values()]
    decided, accepted = sum(of is not None for of in said), said.count("accepted")
    low, high = wilson(accepted, decided)
    outdated = len(stale(verdicts, now))
    figures |= {f"{table}_reviewed": len(said), f"{table}_unresolved": len(said) - decided, f"{table}_stale": outdated}
    if decided:
        rate = accepted / decided
        figures |= {f"{table}_accepted": round(rate, 4), f"{table}_low": round(low, 4), f"{table}_high": round(high, 4)}
        told.append(f"{table}: {rate:.0%} of {decided:,} accepted (95 % interval {low:.0%} to {high:.0%})")
        if high < ACCEPTED_AT_LEAST:
            advice.append("Read the notes and corrections of the rejected items: they name what to mend.")
    if outdated:
        told.append(f"{table}: {counted(outdated, 'verdict')} on rows that changed since, not counted")
        advice.append("Run medmill review again with the same settings: it shows the changed items anew.")
    _agreement(table, verdicts, now, told, advice, figures)


def _agreement(
    table: str,
    verdicts: Sequence[Verdict],
    now: Mapping[str, str],
    told: list[str],
    advice: list[str],
    figures: dict[str, Figure],
) -> None:
    votes: dict[str, dict[str, str]] = {}
    for verdict in current(verdicts, now):
        if verdict.decision != "skip":
            votes.setdefault(verdict.reviewer, {})[named(verdict.key)] = verdict.decision
    pairs = kappas(votes)
    if not pairs:
        return
    shared = sum(items for _, items in pairs)
    found = [value for value, _ in pairs if value is not None]
    figures |= {f"{table}_reviewers": len(votes), f"{table}_judged_twice": shared}
    figures[f"{table}_kappa"] = round(min(found), 4) if found else "undefined: only one decision was ever made"
    figures[f"{table}_alpha"] = _alpha(votes)
    lowest = "lowest " if len(pairs) > 1 else ""
    told.append(f"{table}: {lowest}kappa {min(found):.2f} on {shared:,}" if found else f"{table}: reviewers all agree")
    if found and min(found) < KAPPA_AT_LEAST:
        advice.append("Let the reviewers settle what accept means on the items they judged differently.")


def _alpha(votes: Mapping[str, Mapping[str, str]]) -> Figure:
    try:
        value = alpha(votes)
    except ImportError:
        return "not computed: pip install 'medmill[review]'"
    return "undefined: only one decision was ever made" if value is None else round(value, 4)
