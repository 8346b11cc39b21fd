"""A score is the same seen from either side."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from qc.base import RankingCheck
from qc.build import Build
from qc.ranked import UNKNOWN, Codes, Ranked
from schemas.quality import Outcome

TOLERANCE: Final = 1e-5
"""Two directions may differ by the noise of summing 32-bit floats in another order."""

MOST_ROWS: Final = 8_000_000
"""Rows held at once (16 bytes each); of longer rankings every n-th pair is compared, chosen by its hash."""

_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


class Symmetry(RankingCheck):
    """Compares score(query, candidate) with score(candidate, query) wherever both were written."""

    name = "rankings_symmetry"
    group = "Rankings"
    title = "Scores are symmetric"

    def __init__(self) -> None:
        self._pairs: list[np.ndarray] = []
        self._scores: list[np.ndarray] = []
        self._every = 1

    def start(self, build: Build, codes: Codes) -> None:
        """Choose how many pairs can be compared."""
        self._codes = codes
        self._every = max(1, -(-build.rows("rankings") // MOST_ROWS))

    def see(self, ranked: Ranked) -> None:
        """Keep the pairs to be compared as numbers: ((anatomy · N + smaller) · N + larger) · 2 + direction.

        Scores out of range are another check's business.
        """
        query, candidate, anatomy = (ranked.array(c) for c in ("query", "candidate", "anatomy"))
        score, n = ranked.array("score"), np.uint64(len(ranked.codes.studies))
        small, large = np.minimum(query, candidate).astype(np.uint64), np.maximum(query, candidate).astype(np.uint64)
        pair = (anatomy.astype(np.uint64) * n + small) * n + large
        chosen = ((pair * _MIX) >> np.uint64(33)) % np.uint64(self._every) == 0
        chosen &= (query != UNKNOWN) & (candidate != UNKNOWN) & (np.abs(score) <= 1 + TOLERANCE)
        self._pairs.append((pair[chosen] << np.uint64(1)) | (query > candidate)[chosen].astype(np.uint64))
        self._scores.append(score[chosen])

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where any two directions differ."""
        directed, scores = np.concatenate(self._pairs), np.concatenate(self._scores)
        order = np.argsort(directed, kind="stable")
        directed, scores = directed[order], scores[order]
        same = directed[1:] >> np.uint64(1) == directed[:-1] >> np.uint64(1)
        differs = same & ~(np.abs(scores[1:] - scores[:-1]) <= TOLERANCE)
        both = int(np.count_nonzero(same & (directed[1:] != directed[:-1])))
        wrong = int(np.count_nonzero(differs))
        figures = {"pairs_compared": both, "pairs_differing": wrong, "one_pair_in": self._every}
        of_all = "" if self._every == 1 else f" (one pair in {self._every})"
        if not wrong:
            return self.outcome("pass", f"{both:,} pairs agree in both directions{of_all}", figures=figures)
        return self.outcome(
            "fail",
            f"{wrong:,} of {both:,} pairs score differently from the other side{of_all}",
            advice="Scores were changed after they were computed, or computed twice: rebuild the rankings.",
            figures=figures,
            cases=self._names(directed[1:][differs]),
        )

    def _names(self, directed: np.ndarray) -> list[str]:
        """The rankings on either side of the first offending pairs."""
        n = len(self._codes.studies)
        found: dict[str, None] = {}
        for pair in (directed >> np.uint64(1)).tolist()[:50]:
            for study in (pair // n % n, pair % n):
                found[f"{self._codes.studies[study]} · {self._codes.anatomies[pair // (n * n)]}"] = None
        return list(found)
