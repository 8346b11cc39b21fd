"""Nobody is compared with what it must not be compared with."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from qc.base import RankingCheck
from qc.build import Build
from qc.ranked import UNKNOWN, Codes, Ranked
from qc.wording import counted
from schemas.quality import Outcome

REASONS: Final = ("itself", "same patient", "same text")


class Candidates(RankingCheck):
    """A study is no candidate of itself, of its patient's other studies, or of a copy of its text."""

    name = "rankings_candidates"
    group = "Rankings"
    title = "No forbidden candidates"

    def __init__(self) -> None:
        self._patient = self._group = np.empty(0, np.int64)
        self._counts = dict.fromkeys(REASONS, 0)
        self._cases: dict[str, None] = {}

    def start(self, build: Build, codes: Codes) -> None:
        """Patient and duplicate group by study code; a study without a patient is alone."""
        corpus = build.scan("corpus", ["id", "patient", "dup_group"]).unique("id", keep="first").sort("id").collect()
        alone = -1 - np.arange(corpus.height)
        self._patient = np.where(corpus["patient"].is_null(), alone, _numbers(corpus["patient"]))
        self._group = np.where(corpus["dup_group"].is_null(), alone, _numbers(corpus["dup_group"]))

    def see(self, ranked: Ranked) -> None:
        """Count forbidden candidates; random draws are under the same rule."""
        query, candidate, anatomy = (ranked.array(c) for c in ("query", "candidate", "anatomy"))
        known = (query != UNKNOWN) & (candidate != UNKNOWN)
        itself = known & (query == candidate)
        patient = known & ~itself & (self._patient[query] == self._patient[candidate])
        text = known & ~itself & ~patient & (self._group[query] == self._group[candidate])
        for reason, mask in zip(REASONS, (itself, patient, text), strict=True):
            self._counts[reason] += int(mask.sum())
            for i in np.flatnonzero(mask)[:10]:
                self._cases[f"{ranked.name(int(query[i]), int(anatomy[i]))} ({reason})"] = None

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any forbidden candidate, unless the build was told to allow it."""
        allowed = _allowed(build)
        wrong = {reason: n for reason, n in self._counts.items() if n and reason not in allowed}
        figures = {reason.replace(" ", "_"): n for reason, n in self._counts.items()}
        if not wrong:
            note = f"; allowed by setting: {', '.join(allowed)}" if allowed else ""
            return self.outcome("pass", f"no study meets {', '.join(REASONS)}{note}", figures=figures)
        return self.outcome(
            "fail",
            "; ".join(f"{counted(n, 'candidate')} barred: {reason}" for reason, n in wrong.items()),
            advice="Such candidates make retrieval look better than it is: rebuild the rankings without them.",
            figures=figures,
            cases=list(self._cases),
        )


def _numbers(values: pl.Series) -> np.ndarray:
    return values.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()


def _allowed(build: Build) -> list[str]:
    """Reasons that the settings of the build lift."""
    settings = {name: value for part in build.manifest.settings.values() for name, value in part.items()}
    named = {"same_patient": "same patient", "same_text": "same text"}
    return [reason for setting, reason in named.items() if settings.get(setting) in (True, "allow")]
