"""Entities of labelled sentences lie in their text, side by side."""

from collections.abc import Mapping

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.quality import Outcome


class EntitySpans(Check):
    """Each entity lies within its sentence, begins and ends with a letter that is no blank, and lies over no other."""

    name = "entity_spans"
    group = "Entities"
    title = "Entities lie in their sentences, side by side"
    reads = ("sentences", "votes")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any entity that does not."""
        rows = spans(build)
        cut = pl.col("text").str.slice(pl.col("start"), (pl.col("end") - pl.col("start")).clip(0))
        wrong = {
            "outside": (pl.col("end") > pl.col("text").str.len_chars()) | (pl.col("start") >= pl.col("end")),
            "blank_edges": cut != cut.str.strip_chars(),
            "over_another": pl.col("start") < pl.col("end").shift(1).over("id"),
        }
        judged = rows.select("id", "start", "end", **wrong).collect()
        sums = {name: int(judged[name].sum() or 0) for name in wrong}
        figures = {"entities": judged.height, **sums}
        if not any(sums.values()):
            return self.outcome("pass", f"{judged.height:,} entities lie in their sentences", figures=figures)
        bad = judged.filter(pl.any_horizontal(pl.col(name).fill_null(False) for name in wrong)).head(20)
        return self.outcome(
            "fail",
            ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in sums.items() if n),
            advice="Sentences and labels are of two builds, or were edited: rebuild from the votes on.",
            figures=figures,
            cases=bad.select(pl.format("{}[{}:{}]", "id", "start", "end")).to_series().to_list(),
        )


class EntityTypes(Check):
    """How many entities of each type each split has; a type that train has and another split lacks is told."""

    name = "entity_types"
    group = "Entities"
    title = "Every split has every type"
    reads = ("sentences", "votes")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where a split that is there lacks a type that train has, or where nothing was found at all."""
        counts = spans(build).group_by("file_split", pl.col("type").cast(pl.String)).len().collect()
        figures = {f"{split} {kind}": n for split, kind, n in counts.sort("file_split", "type").iter_rows()}
        splits = [split for split, _ in build.files("sentences")]
        kinds = counts.filter(file_split="train")["type"].sort().to_list()
        lacking = [f"{split}: {kind}" for split in splits for kind in kinds if f"{split} {kind}" not in figures]
        told = f"{counted(int(counts['len'].sum()), 'entity', 'entities')} of {len(kinds)} types in train"
        if lacking or not kinds:
            advice = "Draw more reports (--set reports=N), or more kinds of them: scores of such a type mean nothing."
            said = told + (f"; {counted(len(lacking), 'type')} missing in a split" if kinds else "")
            return self.outcome("warn", said, advice=advice, figures=figures, cases=lacking)
        return self.outcome("pass", told, figures=figures)


def spans(build: Build) -> pl.LazyFrame:
    """One row per entity in the order of the text: id, file_split, text, start, end, type."""
    rows = build.scan("sentences", ["id", "text", "entities"]).explode("entities").drop_nulls("entities")
    return rows.unnest("entities").sort("id", "start", "end")
