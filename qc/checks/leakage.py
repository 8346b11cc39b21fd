"""No patient and no copied text stands on both sides of a split."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.quality import Figure, Outcome

MANY: Final = 0.1


class Leakage(Check):
    """A patient in two splits fails. So does a duplicated text where splits were drawn by text.

    With patients known, splits follow the patients, and two patients may well have the same short normal
    report: that is told, and a warning where it is true of more than `MANY` of the held-out studies.
    """

    name = "leakage"
    group = "Splits"
    title = "No patient or copy in two splits"
    reads = ("corpus",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Count patients and duplicate groups with more than one split."""
        corpus = build.scan("corpus", ["id", "patient", "dup_group"])
        patients, copies = _in_two_splits(corpus, "patient"), _in_two_splits(corpus, "dup_group")
        known = corpus.select(pl.col("patient").n_unique() - pl.col("patient").has_nulls()).collect().item()
        figures: dict[str, Figure] = {"patients": known, "patients_in_two": len(patients), "texts_in_two": len(copies)}
        if patients or (copies and not known):
            what = counted(len(patients), "patient") if patients else counted(len(copies), "duplicated text")
            return self.outcome(
                "fail",
                f"{what} in more than one split",
                advice="Split by patient, or by duplicate group where there are none, and rebuild from the corpus on.",
                figures=figures,
                cases=_shown(build, "patient" if patients else "dup_group", patients or copies),
            )
        who = counted(known, "patient") if known else "no patient ids: splits follow duplicated texts"
        held = corpus.filter(pl.col("file_split") != "train")
        repeated = held.select(pl.col("dup_group").is_in(pl.Series(copies).cast(pl.String).implode()).mean())
        share = repeated.collect().item() or 0.0
        figures["share_of_held_out"] = round(share, 4)
        told = f"{counted(len(copies), 'text')} repeated across splits ({share:.1%} of held-out studies)"
        summary = f"{who}, none in two splits; {told}" if copies else f"{who}, nothing in two splits"
        advice = "Different patients, same words (short normal reports mostly); leave them out of strict tests."
        verdict = "warn" if share > MANY else "pass"
        return self.outcome(verdict, summary, advice=advice, figures=figures, cases=_shown(build, "dup_group", copies))


def _in_two_splits(corpus: pl.LazyFrame, column: str) -> list[str]:
    """Values of the column that stand in files of more than one split, sorted."""
    splits = corpus.drop_nulls(column).group_by(column).agg(n=pl.col("file_split").n_unique())
    return splits.filter(pl.col("n") > 1).select(pl.col(column).sort()).collect()[column].to_list()


def _shown(build: Build, column: str, values: list[str]) -> list[str]:
    """The values where they may be shown, else the first study that each stands in."""
    if build.manifest.terms.shows_text():
        return values
    rows = build.scan("corpus", ["id", column]).filter(
        pl.col(column).is_in(pl.Series(values).cast(pl.String).implode())
    )
    first = rows.group_by(column).agg(pl.col("id").min()).sort("id").collect()["id"]
    return [f"{column} of {study}" for study in first]
