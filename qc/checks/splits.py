"""Every row of a study is in the split of its study."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import polars as pl

from qc.base import RankingCheck
from qc.build import Build
from qc.ranked import UNKNOWN, Codes, Ranked
from schemas.quality import Outcome

_STUDY_COLUMNS = ("study", "report", "query")


class Splits(RankingCheck):
    """The split column agrees with the file a row is in, and every table puts a study where the corpus has it."""

    name = "splits"
    group = "Splits"
    title = "One study, one split"
    reads = ("corpus",)

    def __init__(self) -> None:
        self._split_of = np.empty(0, object)
        self._foreign = 0
        self._cases: dict[str, None] = {}

    def start(self, build: Build, codes: Codes) -> None:
        """Split of every study by code."""
        self._split_of = homes(build).sort("id")["home"].to_numpy()

    def see(self, ranked: Ranked) -> None:
        """Count candidates of another split."""
        query, candidate = ranked.array("query"), ranked.array("candidate")
        foreign = (self._split_of[candidate] != ranked.split) & (candidate != UNKNOWN)
        self._foreign += int(foreign.sum())
        for i in np.flatnonzero(foreign)[:10]:
            if query[i] != UNKNOWN:
                self._cases[f"rankings: {ranked.codes.studies[int(query[i])]} meets another split"] = None

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where a row is in the wrong split."""
        counts = Counter({"rankings: candidates of another split": self._foreign})
        for table in build.manifest.tables:
            for what, count, cases in _misplaced(build, table.name, [c.name for c in table.columns]):
                counts[f"{table.name}: {what}"] += count
                self._cases.update(dict.fromkeys(f"{table.name}: {case}" for case in cases))
        wrong = {what: n for what, n in counts.items() if n}
        sizes = build.scan("corpus", ["id"]).group_by("file_split").len().sort("file_split").collect()
        figures = dict(sizes.iter_rows())
        if not wrong:
            told = ", ".join(f"{split} {n:,}" for split, n in figures.items())
            return self.outcome("pass", told, figures=figures)
        return self.outcome(
            "fail",
            "; ".join(f"{what} {n:,}" for what, n in wrong.items()),
            advice="A model would be tested on what it was trained on: rebuild from the corpus on.",
            figures=figures,
            cases=list(self._cases),
        )


def homes(build: Build) -> pl.DataFrame:
    """id, home: the split of the file each study is in (the first, where it stands twice)."""
    return build.scan("corpus", ["id"]).unique("id", keep="first").select("id", home="file_split").collect()


def _misplaced(build: Build, table: str, columns: list[str]) -> list[tuple[str, int, list[str]]]:
    """(what, rows, ids) for a split column that contradicts its file, and for studies away from home."""
    if not build.has(table) or "split" not in columns:
        return []
    study = next((c for c in _STUDY_COLUMNS if c in columns), columns[0])
    rows = build.scan(table, list(dict.fromkeys([study, "split"])))
    rows = rows.filter(pl.col("file_split") != "all").unique([study, "split", "file_split"])
    contradicts = rows.filter(pl.col("split").cast(pl.String) != pl.col("file_split"))
    away = rows.join(homes(build).lazy(), left_on=study, right_on="id").filter(pl.col("home") != pl.col("file_split"))
    found = []
    for what, bad in (("split column contradicts its file", contradicts), ("studies away from their corpus row", away)):
        if not (table == "corpus" and bad is away):
            ids = bad.select(pl.col(study).unique().sort()).collect(engine="streaming")[study]
            found.append((what, len(ids), ids.head(20).to_list()))
    return found
