"""What is abnormal in a structure? Everything that the report finds there, or nothing where it only denies."""

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.presence import known
from builders.stages.asking.rows import YES_NO, questions
from builders.stages.asking.wording import term_said

NOTHING = "no findings"
"""What the published rows say of structures of which findings are only denied."""


def abnormality(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows: one per scan and structure that the report speaks of; open as published, or closed.

    Nobody is asked about a structure that the report only denies something of as part of a whole, nor about one with an
    open fact: whether something is abnormal there stays open too.
    """
    opened = asked.facts.filter(pl.col("present").is_null()).select("study", "node")
    facts = known(asked, seed).join(opened.unique(), on=["study", "node"], how="anti", maintain_order="left")
    said = {term: term_said(term, article=False) for term in facts["finding"].unique()}
    facts = facts.filter((pl.col("present") | pl.col("direct")).any().over("study", "node"))
    named = facts.with_columns(said=pl.col("finding").replace_strict(said, return_dtype=pl.String))
    there = pl.col("present")
    ground = there | ~there.any().over("study", "node")
    rows = (
        named.filter(ground)
        .group_by("study", "node", maintain_order=True)
        .agg(
            pl.col("split", "volume").first(),
            there=there.any(),
            all=pl.col("said").filter(there).unique(maintain_order=True).str.join(", "),
            evidence=pl.col("evidence").explode().unique().sort(),
            masks=pl.col("masks").explode().drop_nulls().unique().sort(),
        )
        .with_columns(
            finding=pl.lit(None, pl.String),
            answer=pl.when("there").then(pl.lit("yes")).otherwise(pl.lit("no")),
            open_answer=pl.when("there").then("all").otherwise(pl.lit(NOTHING)),
            choices=pl.lit(list(YES_NO)),
            rule=pl.lit("report:abnormality"),
        )
    )
    return questions(rows, "abnormality", seed=seed, closed=0.4)
