"""Nobody is compared with what it must not be compared with."""

from collections.abc import Mapping

import numpy as np

from qc.base import RankingCheck
from qc.build import Build
from qc.kin import REASONS, Kin, allowed, kin
from qc.ranked import UNKNOWN, Codes, Ranked
from qc.wording import counted
from schemas.quality import Outcome


class Candidates(RankingCheck):
    """A study is no candidate of itself, of its patient's other studies, or of a copy of its text."""

    name = "rankings_candidates"
    group = "Rankings"
    title = "No forbidden candidates"

    def __init__(self) -> None:
        self._kin = Kin(np.empty(0, np.int64), np.empty(0, np.int64))
        self._counts = dict.fromkeys(REASONS, 0)
        self._cases: dict[str, None] = {}

    def start(self, build: Build, codes: Codes) -> None:
        """Patient and duplicate group by study code."""
        self._kin = kin(build)

    def see(self, ranked: Ranked) -> None:
        """Count forbidden candidates; random draws are under the same rule."""
        query, candidate, anatomy = (ranked.array(c) for c in ("query", "candidate", "anatomy"))
        known = (query != UNKNOWN) & (candidate != UNKNOWN)
        for reason, mask in self._kin.forbidden(query, candidate).items():
            self._counts[reason] += int((known & mask).sum())
            for i in np.flatnonzero(known & mask)[:10]:
                self._cases[f"{ranked.name(int(query[i]), int(anatomy[i]))} ({reason})"] = None

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any forbidden candidate, unless the build was told to allow it."""
        lifted = allowed(build)
        wrong = {reason: n for reason, n in self._counts.items() if n and reason not in lifted}
        figures = {reason.replace(" ", "_"): n for reason, n in self._counts.items()}
        if not wrong:
            note = f"; allowed by setting: {', '.join(lifted)}" if lifted else ""
            return self.outcome("pass", f"no study meets {', '.join(REASONS)}{note}", figures=figures)
        return self.outcome(
            "fail",
            "; ".join(f"{counted(n, 'candidate')} barred: {reason}" for reason, n in wrong.items()),
            advice="Such candidates make retrieval look better than it is: rebuild the rankings without them.",
            figures=figures,
            cases=list(self._cases),
        )
