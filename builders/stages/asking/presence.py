"""Is it there? Of every finding that the report states or denies of a structure."""

import polars as pl

from builders.stages.asking.facts import FACT, Asked
from builders.stages.asking.rows import YES_NO, questions
from builders.stages.asking.wording import nodes, term_said
from builders.stages.hashing import fraction

INHERITED = 0.25
"""Share of the questions about parts of what a denial speaks of ("no nodule in the lungs": five lobes)."""


def known(asked: Asked, seed: str) -> pl.DataFrame:
    """The facts that are plainly present or absent, with scan and masks; of the inherited denials a seeded share."""
    there = asked.facts.filter(pl.col("present").is_not_null(), pl.col("evidence").list.len() > 0)
    key = there.select(pl.concat_str(FACT, separator="/"))["study"]
    kept = there.with_columns(drawn=fraction(key, seed=f"{seed} inherited") < INHERITED).filter(
        pl.col("present") | pl.col("direct") | pl.col("drawn")
    )
    return kept.join(asked.scans, on="study", maintain_order="left").rename({"term": "finding"})


def presence(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows."""
    facts = known(asked, seed)
    terms = facts["finding"].unique().to_list()
    bare = {term: term_said(term, article=False) for term in terms}
    rows = facts.join(nodes(), on="node", how="left", maintain_order="left").with_columns(
        bare=pl.col("finding").replace_strict(bare, return_dtype=pl.String)
    )
    phrase = pl.format("{} in the {}", "bare", "node_said")
    return questions(
        rows.with_columns(
            answer=pl.when("present").then(pl.lit("yes")).otherwise(pl.lit("no")),
            open_answer=pl.when("present").then(phrase).otherwise(pl.format("no {}", phrase)),
            choices=pl.lit(list(YES_NO)),
            rule=pl.lit("report:presence"),
        ),
        "presence",
        seed=seed,
        closed=0.8,
    )
