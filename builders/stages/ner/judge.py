"""What reviewers say of disputes as they are now, and the entity that each verdict leaves in its sentence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from annotators.recognizers.recognizer import Labelled, flat
from builders.base import REJECTED_SCHEMA, Kept, Stage
from builders.stages.ner.corrections import corrected
from qc.review.consensus import Consensus, consensus
from qc.review.reviewable import reviewable
from qc.review.verdicts import named, stale
from qc.review.versions import stands_for, versions_of_rows
from schemas.ner import Judged
from schemas.review import Verdict

_DISPUTES = "disputes"


@dataclass(frozen=True)
class Judge(Stage):
    """Judged rows, by the rule of `qc.review.consensus`; what reviewers are undecided about has none.

    `said` stands for the verdicts in the fingerprint (`builders.verdicts.identity`): settings and manifest name nobody.
    A verdict on another version of a dispute is rejected as `stale`, a correction that names neither a type nor words
    of the sentence as `correction_unread`: its dispute is known to be wrong, and what is right is not.
    """

    said: str = ""
    verdicts: tuple[Verdict, ...] = field(default=(), repr=False)

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Dispute rows; needs `corpus`, and `sentences` for corrections that quote them."""
        what = reviewable(_DISPUTES)
        sought = {str(verdict.key["id"]) for verdict in self.verdicts}
        rows = frames[0].filter(pl.col("id").is_in(list(sought)))
        keys = _of(needs["corpus"], rows["report"], "report_key")
        now = versions_of_rows(what, rows, {report: stands_for(key) for report, key in keys.items()})
        said = consensus(self.verdicts, now)
        texts = _of(needs["sentences"], rows["id"], "text")
        judged = list(_judged(rows, said, texts))
        old = ((v, "stale", "a verdict on an earlier version of this row") for v in stale(self.verdicts, now))
        lost = [(str(v.key["id"]), reason, detail) for v, reason, detail in old]
        lost += [
            (row["id"], "correction_unread", "names no other type or words") for row in judged if not row["settled"]
        ]
        kinds = {name: column.dtype for name, column in Judged.columns().items()}
        return Kept(pl.DataFrame(_side_by_side(judged), kinds), pl.DataFrame(lost, REJECTED_SCHEMA, orient="row"))


def _judged(rows: pl.DataFrame, said: dict[str, Consensus], texts: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Judged rows; `right` as (start, end, type)."""
    for key in rows.select("id", "start", "end", "type").iter_rows(named=True):
        of = said.get(named(key))
        if of is None or of.verified is None:
            continue
        right = span = Labelled(key["start"], key["end"], key["type"])
        if of.verified != "accepted":
            right = corrected(of.corrected_value or "", span, texts[key["id"]])
        settled = right is not None or of.verified != "corrected"
        yield {**key, "verdict": of.verified, "settled": settled, "right": right}


def _side_by_side(judged: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of what is right in a sentence, spans that lie under a longer one go."""
    right: dict[str, set[Labelled]] = {}
    for row in judged:
        right.setdefault(row["id"], set()).update([row["right"]] if row["right"] else [])
    kept = {id: set(flat(spans)) for id, spans in right.items()}
    return [{**row, "right": row["right"]._asdict() if row["right"] in kept[row["id"]] else None} for row in judged]


def _of(folder: Path, ids: pl.Series, column: str) -> dict[str, str]:
    rows = pl.scan_parquet(folder / "*.parquet").filter(pl.col("id").is_in(ids.unique().implode()))
    return dict(rows.select("id", column).collect().iter_rows())
