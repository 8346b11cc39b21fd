"""How far the annotators of a corpus agree, two by two."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.evaluate.agreement import ALL, Line, agreement
from schemas.quality import Outcome

APART = 0.5
"""F1 of overlapping spans of equal type below which two annotators hardly label by one guideline."""


class Voters(Check):
    """Exact and relaxed F1 and kappa of every two annotators, per type, over the sentences that both voted on."""

    name = "voters"
    group = "Entities"
    title = "Annotators agree"
    reads = ("votes",)

    def why_not(self, build: Build) -> str:
        """One annotator agrees with itself."""
        if missing := super().why_not(build):
            return missing
        alone = len(_names(build)) < 2
        return "one annotator voted; name several, as in --set annotators=rules,llm:MODEL@URL" if alone else ""

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where two differ in more than they share."""
        votes = build.scan("votes").collect()
        lines = list(_lines(votes, _names(build)))
        figures = {
            f"{pair} {line.type} {name}": round(value, 4)
            for pair, line in lines
            for name in ("exact", "relaxed", "kappa")
            if (value := getattr(line, name)) is not None
        }
        whole = [(pair, line) for pair, line in lines if line.type == ALL]
        told = "; ".join(
            f"{pair}: F1 {line.exact or 0:.2f} exact, {line.relaxed or 0:.2f} relaxed" for pair, line in whole
        )
        apart = [pair for pair, line in whole if (line.relaxed or 0) < APART]
        advice = (
            "See medmill review DIR --table disputes: one may follow another guideline (docs/rate-ner.md names ours)."
        )
        return self.outcome("warn" if apart else "pass", told, advice=advice, figures=figures, cases=apart)


def _names(build: Build) -> list[str]:
    return (
        build.scan("votes", ["annotator"]).select(pl.col("annotator").unique().sort()).collect()["annotator"].to_list()
    )


def _lines(votes: pl.DataFrame, names: list[str]) -> Iterator[tuple[str, Line]]:
    for one, other in combinations(names, 2):
        both = [votes.filter(annotator=name) for name in (one, other)]
        tables = [_spans(mine.join(theirs, on="id", how="semi")) for mine, theirs in (both, both[::-1])]
        for line in agreement(*tables):
            yield f"{one}/{other}", line


def _spans(votes: pl.DataFrame) -> pl.DataFrame:
    """As `qc.evaluate.agreement` wants them."""
    rows = votes.select(row="id", section=pl.lit(""), entities="entities").explode("entities").drop_nulls("entities")
    return rows.unnest("entities")
