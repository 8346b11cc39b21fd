"""Questions that can be answered without looking."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.shortcut import Figures, shortcut
from schemas.quality import Figure, Outcome

MANY: Final = 0.6
"""Share of balanced closed questions that may be answered from their words alone."""
ENOUGH: Final = 500
"""Questions of one type from which on its own share counts."""
MOST: Final = 100_000
"""Questions looked at, of scans drawn by a hash: a gram's weight is known well enough from these."""
_COLUMNS: Final = ("study", "type", "question", "answer", "choices", "balanced")


class Shortcut(Check):
    """How many closed questions a naive Bayes over their words answers, which never sees an image."""

    name = "questions_shortcut"
    group = "Questions"
    title = "Questions do not give their answers away"
    reads = ("questions",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn above `MANY` of the balanced questions, or of those of one type; the others are for comparison."""
        rows = _closed(build)
        raw, balanced = _by_type(rows), _by_type(rows.filter("balanced"))
        figures: dict[str, Figure] = {"raw": _share(raw), "balanced": _share(balanced)}
        figures |= {f"raw_{kind}": round(of.bayes, 4) for kind, of in raw.items()}
        figures |= {f"balanced_{kind}": round(of.bayes, 4) for kind, of in balanced.items()}
        figures |= {f"majority_{kind}": round(of.majority, 4) for kind, of in balanced.items()}
        told = [kind for kind, of in balanced.items() if of.bayes > MANY and of.questions >= ENOUGH]
        cases = [f"{kind}: {balanced[kind].bayes:.1%} of {balanced[kind].questions:,}" for kind in told]
        asked = sum(of.questions for of in balanced.values())
        summary = f"words alone answer {_share(balanced):.1%} of {asked:,} balanced questions, {_share(raw):.1%} of all"
        advice = "Which words tell? Look at the phrasings of the types below."
        return self.outcome(
            "warn" if told or _share(balanced) > MANY else "pass", summary, advice=advice, figures=figures, cases=cases
        )


def _closed(build: Build) -> pl.DataFrame:
    """Closed questions, of about `MOST` drawn scan by scan, in the order of ids."""
    closed = build.scan("questions", ["id", "form", *_COLUMNS]).filter(pl.col("form").cast(pl.String) == "closed")
    share = MOST / max(build.rows("questions"), MOST)
    scans = closed.select(pl.col("study").unique().sort()).collect()["study"]
    drawn = [scan for scan in scans if _fraction(scan) < share]
    return closed.filter(pl.col("study").is_in(drawn)).sort("id").select(_COLUMNS).collect()


def _fraction(scan: str) -> float:
    return int.from_bytes(blake2b(scan.encode(), digest_size=6, key=b"scans").digest()) / 256**6


def _by_type(rows: pl.DataFrame) -> dict[str, Figures]:
    """Figures of each type that has questions in both halves of the scans."""
    found = {}
    for (kind,), part in rows.sort("type", maintain_order=True).group_by("type", maintain_order=True):
        columns = (part[name].to_list() for name in ("question", "answer", "choices", "study"))
        figures = shortcut(*columns)
        if figures.questions:
            found[str(kind)] = figures
    return found


def _share(by_type: Mapping[str, Figures]) -> float:
    asked = sum(of.questions for of in by_type.values())
    return round(sum(of.bayes * of.questions for of in by_type.values()) / max(asked, 1), 4)
