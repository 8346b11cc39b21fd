"""What several reviewers say of one item together."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from qc.review.verdicts import Versions, current, named
from schemas.review import Verdict

RULE: Final = (
    "accepted where more than half of its reviewers accept it; corrected where more than half correct it to the same "
    "value; rejected where more than half reject or correct it otherwise; unresolved, and left empty, in all other "
    "cases; skipped items do not count"
)


@dataclass(frozen=True)
class Consensus:
    """`verified` is one of `schemas.review.VERIFIED`, or None where the reviewers are undecided."""

    verified: str | None
    corrected_value: str | None
    reviewers: int


def consensus(verdicts: Iterable[Verdict], versions: Versions) -> dict[str, Consensus]:
    """By `named(key)`, for every item with a verdict on it as it is now that is not a skip."""
    votes: dict[str, list[Verdict]] = {}
    for verdict in current(verdicts, versions):
        if verdict.decision != "skip":
            votes.setdefault(named(verdict.key), []).append(verdict)
    return {name: resolved(group) for name, group in votes.items()}


def resolved(votes: list[Verdict]) -> Consensus:
    """`RULE` for one vote of each reviewer; values are compared without regard to white space around words."""
    half = len(votes) / 2
    accepted = sum(vote.decision == "accept" for vote in votes)
    values = Counter(" ".join(vote.value.split()) for vote in votes if vote.decision == "correct")
    value, times = max(values.items(), key=lambda item: item[1], default=("", 0))
    if accepted > half:
        return Consensus("accepted", None, len(votes))
    if times > half:
        return Consensus("corrected", value, len(votes))
    return Consensus("rejected" if len(votes) - accepted > half else None, None, len(votes))
