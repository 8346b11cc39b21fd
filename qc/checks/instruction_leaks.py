"""Nothing of a test split, or of a benchmark, stands in what is trained on."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import SHOWN_CASES, Check
from qc.build import Build
from qc.wording import counted
from schemas.quality import Outcome

_LEAKS: Final = ("in_test", "document_in_test")
_CHATS: Final = ("chats", "chats_closed")


class InstructionLeaks(Check):
    """No chat is of an instance whose words, or whose document, stand in test, or that holds an item of a benchmark."""

    name = "instruction_leaks"
    group = "Instructions"
    title = "No instance of test in training"
    reads = ("mixture",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any."""
        leaks = _leaks(build)
        tables = [build.scan(table, ["id"]) for table in _CHATS if build.has(table)]
        found = (
            pl.concat(tables).join(leaks.lazy(), on="id", how="inner").select("id", "why").unique().sort("id").collect()
            if tables else leaks.clear()
        )  # fmt: skip
        figures = {"kept_out": leaks["id"].n_unique(), "leaked": found["id"].n_unique()}
        if not found.height:
            told = counted(figures["kept_out"], "instance")
            return self.outcome(
                "pass", f"{told} kept out for test's or a benchmark's sake; none is left", figures=figures
            )
        return self.outcome(
            "fail",
            f"{counted(figures['leaked'], 'instance')} of the training set of test, or of a benchmark",
            advice="A score would be learnt by heart: build anew, and leave these ids out.",
            figures=figures,
            cases=[f"{id_}: {why}" for id_, why in found.head(SHOWN_CASES).iter_rows()],
        )


def _leaks(build: Build) -> pl.DataFrame:
    """id and why, of all instances that must not be trained on."""
    parts = [pl.DataFrame(schema={"id": pl.String, "why": pl.String})]
    for table in ("twins", "documents"):
        if build.has(table):
            rows = build.scan(table, ["id", "fate"]).select("id", why=pl.col("fate").cast(pl.String))
            parts.append(rows.filter(pl.col("why").is_in(_LEAKS)).collect())
    for table in build.manifest.tables:
        if table.name.startswith("contamination.") and build.has(table.name):
            parts.append(build.scan(table.name, ["id"]).select("id", why=pl.lit("contaminated")).unique().collect())
    return pl.concat(parts).sort("id", "why")
