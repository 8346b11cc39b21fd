"""Reports that nearly repeat each other."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.minhash import ALIKE, groups, signatures
from schemas.quality import Outcome

MANY: Final = 0.25
"""Share of held-out studies with a near copy in train from which text-based results need a second look."""


class NearDuplicates(Check):
    """MinHash over word triples, exact copies taken once; near copies across splits are what matters."""

    name = "near_duplicates"
    group = "Splits"
    title = "Near copies are few"
    reads = ("corpus",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where many held-out studies have a near copy in train."""
        corpus = build.scan("corpus", ["id", "text", "dup_group"]).sort("id").collect()
        texts = corpus.unique("dup_group", keep="first", maintain_order=True)
        numbered = texts.select("dup_group", near=groups(signatures(texts["text"])))
        studies = corpus.select("id", "dup_group", "file_split").join(numbered, on="dup_group", maintain_order="left")
        near = studies.filter(pl.col("dup_group").n_unique().over("near") > 1)
        held = studies.filter(pl.col("file_split") != "train")
        twins = held.filter(pl.col("near").is_in(studies.filter(pl.col("file_split") == "train")["near"].implode()))
        share = len(twins) / max(len(held), 1)
        figures = {
            "studies": corpus.height,
            "exact_copies": corpus.height - texts.height,
            "near_copies": near.height,
            "held_out_with_copy_in_train": len(twins),
            "share_of_held_out": round(share, 4),
        }
        summary = (
            f"{figures['exact_copies']:,} exact and {near.height:,} near copies (Jaccard ≥ {ALIKE}); "
            f"{share:.1%} of held-out studies have one in train"
        )
        advice = "Short normal reports repeat. Report results also without the studies that have a copy in train."
        cases = twins["id"].head(20).to_list()
        return self.outcome("warn" if share > MANY else "pass", summary, advice=advice, figures=figures, cases=cases)
