"""Baseline runs keep to the rules of the rankings."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from qc.base import Check
from qc.build import Build
from qc.checks.splits import homes
from qc.kin import allowed, kin
from qc.wording import counted
from schemas.quality import Outcome

_KEY = ["method", "query"]
_FAULTS = {
    "itself": "of the study itself",
    "same patient": "of the same patient",
    "same text": "with the same text",
    "other split": "of another split",
    "order": "whose rank does not follow from the scores",
}


class Baselines(Check):
    """Nobody meets what the rankings forbid, and ranks run 1, 2, 3 … down the scores; else figures do not compare."""

    name = "baselines"
    group = "Rankings"
    title = "Baselines keep the same rules"
    reads = ("corpus", "baselines")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any row against the rules; unknown ids are another check's business."""
        relations, home = kin(build), homes(build).sort("id")
        counts, cases, rows = dict.fromkeys(_FAULTS, 0), dict[str, None](), 0
        for split, piece in build.pieces("baselines", [*_KEY, "candidate", "rank", "score"], _KEY):
            piece = piece.sort(*_KEY, "rank", maintain_order=True)
            query, candidate = (_code(piece[column], home["id"]) for column in ("query", "candidate"))
            wrong = relations.forbidden(query, candidate)
            wrong["other split"] = (home["home"] != split).to_numpy()[candidate] & (candidate >= 0)
            wrong = {what: mask & (query >= 0) & (candidate >= 0) for what, mask in wrong.items()}
            wrong["order"] = _out_of_order(piece)
            rows += piece.height
            for what, mask in wrong.items():
                counts[what] += int(mask.sum())
                first = piece.filter(mask).head(20).select(pl.col("method").cast(pl.String), "query")
                cases |= dict.fromkeys(f"{method}: {study} ({what})" for method, study in first.iter_rows())
        lifted = allowed(build)
        found = {what: n for what, n in counts.items() if n and what not in lifted}
        figures = {"rows": rows, **{what.replace(" ", "_"): n for what, n in counts.items()}}
        if not found:
            return self.outcome("pass", f"{rows:,} candidates of baselines, none forbidden", figures=figures)
        return self.outcome(
            "fail",
            "; ".join(f"{counted(n, 'candidate')} {_FAULTS[what]}" for what, n in found.items()),
            advice="A run against other rules is no measure of the rankings: rebuild the baselines.",
            figures=figures,
            cases=list(cases),
        )


def _code(ids: pl.Series, known: pl.Series) -> np.ndarray:
    return ids.cast(pl.Enum(known), strict=False).to_physical().cast(pl.Int32).fill_null(-1).to_numpy()


def _out_of_order(piece: pl.DataFrame) -> np.ndarray:
    """Rows, in order of their ranks, that do not continue the row before."""
    rank, score = piece["rank"].to_numpy(), piece["score"].to_numpy()
    first = piece.select(pl.struct(_KEY).rle_id().diff().fill_null(1) != 0).to_series().to_numpy()
    wrong = first & (rank != 1)
    wrong[1:] |= ~first[1:] & ((rank[1:] != rank[:-1] + 1) | ~(score[1:] <= score[:-1]))
    return wrong
