"""Entities stand in the text where they say they do."""

from collections.abc import Mapping

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.sample import drawn, told
from qc.wording import counted
from schemas.quality import Outcome

_PASSAGE = ("report", "section", "section_index")


class Offsets(Check):
    """`text` of an entity is cut out of its passage of the corpus by `start` and `end`, and file offsets follow."""

    name = "entities_offsets"
    group = "Findings"
    title = "Entities stand where they say"
    reads = ("corpus", "entities")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any entity that its offsets do not cut out."""
        rows = _located(build)
        judged = rows.select(pl.len(), pl.col("wrong").sum(), pl.col("nowhere").sum())
        n, wrong, nowhere = judged.collect(engine="streaming").row(0)
        figures = {"entities": n, "elsewhere": wrong, "in_no_passage": nowhere}
        if not wrong and not nowhere:
            summary = f"{n:,} entities are cut out by their offsets{told(build)}"
            return self.outcome("pass", summary, figures=figures)
        bad = rows.filter(pl.col("wrong") | pl.col("nowhere")).sort("report", "start").head(20)
        place = pl.format("{} {}[{}:{}]", "report", "section", "start", "end")
        return self.outcome(
            "fail",
            f"{counted(wrong, 'entity', 'entities')} of {n:,} stand elsewhere in the text, {nowhere:,} in "
            f"no passage of it{told(build)}",
            advice="Entities and corpus are of two builds, or were edited: annotate again (rebuild from entities on).",
            figures=figures,
            cases=bad.select(place.alias("place")).collect(engine="streaming")["place"].to_list(),
        )


def _located(build: Build) -> pl.LazyFrame:
    """The entities looked at: where they are, and whether their offsets are `wrong` or lead `nowhere`."""
    columns = [*_PASSAGE, "start", "end", "text", "file_start", "file_end"]
    entities = build.scan("entities", columns).filter(drawn(build, "report")).drop("file_split")
    found = entities.join(_passages(build), on=_PASSAGE, how="left")
    start, end = pl.col("start"), pl.col("end")
    cut = pl.col("passage").str.slice(start, (end - start).clip(0))
    wrong = (cut != pl.col("text")) | (end > pl.col("length")) | (start >= end)
    for in_file, in_section in (("file_start", start), ("file_end", end)):
        wrong |= (pl.col(in_file) != in_section + pl.col("offset")).fill_null(False)
    nowhere = pl.col("passage").is_null()
    return found.select("report", "section", "start", "end", wrong=wrong.fill_null(False), nowhere=nowhere)


def _passages(build: Build) -> pl.LazyFrame:
    """report, section, section_index, passage, its length, and its offset in the report."""
    corpus = build.scan("corpus", ["id", "text", "passages"]).filter(drawn(build, "id")).unique("id", keep="first")
    parts = corpus.select(report="id", text="text", part="passages").explode("part").drop_nulls("part")
    of = pl.col("part").struct.field
    return parts.select(
        "report",
        of("section"),
        of("section_index"),
        passage=pl.col("text").str.slice(of("start"), of("length")),
        length=of("length"),
        offset=of("file_start"),
    )
