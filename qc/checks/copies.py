"""Copies of a text are known as copies."""

from collections.abc import Mapping

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.quality import Outcome


class Copies(Check):
    """Texts that differ at most in white space share a `dup_group`: rankings and splits go by it, not by the text."""

    name = "copies"
    group = "Splits"
    title = "Copied texts are known as copies"
    reads = ("corpus",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where one text stands in two groups."""
        plain = pl.col("text").str.replace_all(r"\s+", " ").str.strip_chars()
        corpus = build.scan("corpus", ["id", "text", "dup_group"])
        texts = corpus.select("id", "dup_group", text=plain.hash(seed=1)).collect(engine="streaming")
        again = texts.filter(pl.col("text").is_duplicated())
        apart = again.filter(pl.col("dup_group").n_unique().over("text") > 1).sort("text", "id")
        figures = {"copies": again.height, "texts_repeated": again["text"].n_unique(), "apart": apart.height}
        if not apart.height:
            return self.outcome("pass", f"{again.height:,} studies share their text and say so", figures=figures)
        return self.outcome(
            "fail",
            f"{counted(apart.height, 'study', 'studies')} with the text of another, but in another dup_group",
            advice="Copies would be candidates of each other and cross splits: rebuild from the corpus on.",
            figures=figures,
            cases=apart["id"].head(20).to_list(),
        )
