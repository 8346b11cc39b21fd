"""What a check is: a question to a build whose answer is an `Outcome`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from qc.build import Build
from qc.ranked import Codes, Ranked
from schemas.quality import Figure, Outcome, Verdict

SHOWN_CASES = 20
"""Ids of offenders that a report lists; the count is always whole."""


class Check(ABC):
    """One question, made anew for every run.

    `reads` names the tables it needs; where one is missing or empty the check is skipped. `builds_on` names
    checks of what it takes for true; where one of them failed it is left open, so that one damage is told once.
    `group` is the heading it stands under in the report.
    """

    name: ClassVar[str]
    group: ClassVar[str]
    title: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = ()
    builds_on: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Answer the question; `earlier` holds the outcomes of the checks before this one."""

    def outcome(
        self,
        verdict: Verdict,
        summary: str,
        *,
        advice: str = "",
        figures: Mapping[str, Figure] | None = None,
        cases: list[str] | None = None,
    ) -> Outcome:
        """An outcome of this check; advice is dropped where the check passed."""
        return Outcome(
            name=self.name,
            group=self.group,
            title=self.title,
            verdict=verdict,
            summary=summary,
            advice="" if verdict == "pass" else advice,
            figures=dict(figures or {}),
            cases=(cases or [])[:SHOWN_CASES],
        )


class RankingCheck(Check):
    """A check that watches every ranking pass by once, whole queries at a time, and concludes afterwards.

    The rankings are the one table that may not fit into memory: all such checks share one pass.
    """

    reads: ClassVar[tuple[str, ...]] = ("corpus", "rankings")

    def start(self, build: Build, codes: Codes) -> None:
        """Read what is needed before the first piece; nothing unless a check says otherwise."""
        return

    @abstractmethod
    def see(self, ranked: Ranked) -> None:
        """Look at the next piece."""
