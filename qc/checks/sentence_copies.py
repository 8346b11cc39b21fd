"""No sentence stands in two splits, whatever its numbers and letter case."""

from collections.abc import Mapping

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.minhash import ALIKE, groups, plain_words, signatures
from qc.wording import counted
from schemas.quality import Outcome


class SentenceCopies(Check):
    """MinHash over word triples of all sentences; a near copy of a held-out sentence in train fails."""

    name = "sentence_copies"
    group = "Entities"
    title = "No sentence in two splits"
    reads = ("sentences", "votes")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where a held-out sentence nearly repeats one of train."""
        rows = build.scan("sentences", ["id", "text"]).sort("id").collect()
        rows = rows.with_columns(group=pl.Series(groups(signatures(plain_words(rows["text"])))))
        shared = rows.filter(pl.col("file_split").n_unique().over("group") > 1, pl.col("file_split") != "train")
        figures = {"sentences": rows.height, "with_a_copy_elsewhere": shared.height}
        if shared.is_empty():
            told = f"{rows.height:,} sentences, none nearly repeats one of another split (Jaccard ≥ {ALIKE})"
            return self.outcome("pass", told, figures=figures)
        return self.outcome(
            "fail",
            f"{counted(shared.height, 'held-out sentence')} nearly repeated in another split",
            advice="A model would be tested on what it was trained on: rebuild from the sentences on.",
            figures=figures,
            cases=shared["id"].head(20).to_list(),
        )
