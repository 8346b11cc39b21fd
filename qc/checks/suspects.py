"""Rankings that look wrong in passing, read again whole before anybody is told."""

from collections.abc import Callable, Mapping

import numpy as np

from qc.build import Build
from qc.ranked import UNKNOWN, Codes, Ranked, of_queries
from schemas.quality import Outcome

Judge = Callable[[Ranked], np.ndarray]
"""The rows of `Ranked.top` that are wrong, as a mask."""

MOST_READ_AGAIN = 500
"""Queries read again; where more look wrong, the rest is counted as seen."""


class Suspects:
    """Collects the (query, anatomy) with wrong rows while they pass by.

    A ranking in pieces (a file out of order) or with a row twice looks wrong in passing. Those are other
    checks' business, so every suspect is read again whole, each row once, and judged again; a ranking that
    an earlier check has named is left to that check, so that one damage is one failure.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._groups: dict[tuple[int, int], None] = {}
        self._codes: Codes | None = None
        self.seen = 0

    def see(self, ranked: Ranked) -> None:
        """Judge the next piece."""
        self._codes = ranked.codes
        top = ranked.top
        self.seen += int(ranked.group[-1]) + 1 if len(ranked.group) else 0
        wrong = top.filter(self._judge(ranked)).select("query", "anatomy").unique(maintain_order=True)
        self._groups.update(dict.fromkeys(wrong.iter_rows()))

    def confirmed(self, build: Build, earlier: Mapping[str, Outcome], after: tuple[str, ...]) -> list[str]:
        """Names of the rankings that are really wrong and not named by the checks in `after`."""
        if not self._groups or self._codes is None:
            return []
        codes = self._codes
        queries = list(dict.fromkeys(query for query, _ in self._groups if query != UNKNOWN))
        again = of_queries(build, codes, [codes.studies[query] for query in queries[:MOST_READ_AGAIN]])
        wrong = again.top.filter(self._judge(again)).select("query", "anatomy").unique(maintain_order=True)
        beyond = set(queries[MOST_READ_AGAIN:])
        groups = [*wrong.iter_rows(), *(group for group in self._groups if group[0] in beyond)]
        named = {case for check in after if check in earlier for case in earlier[check].cases}
        return [name for name in (again.name(*group) for group in groups) if name not in named]
