"""Which disorders does the case show? What the impression states; without an impression, what the report does."""

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.rows import YES_NO, questions
from builders.stages.asking.wording import UNASKED, term_said, terms

IMPRESSION = "impression"


def disorders(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows: one open per scan; closed ones for what is concluded, and for what is denied all through."""
    told = _concluded(asked)
    return pl.concat([_open(told, asked, seed), _closed(told, asked, seed)])


def _concluded(asked: Asked) -> pl.DataFrame:
    """What sentences tell, with `concluding`: it is in the impression, or there is none."""
    never = [term for term, said in terms().items() if said == UNASKED]
    section = pl.col("section").str.contains(IMPRESSION)
    spoken = asked.grounded.select("study", has=section.any().over("study")).unique(maintain_order=True)
    return (
        asked.told.filter(~pl.col("term").is_in(never))
        .join(spoken, on="study", maintain_order="left")
        .with_columns(concluding=pl.col("span").struct.field("section").str.contains(IMPRESSION) | ~pl.col("has"))
        .sort("study", "span", "term")
    )


def _open(told: pl.DataFrame, asked: Asked, seed: str) -> pl.DataFrame:
    there = told.filter("concluding", pl.col("assertion") == "present")
    said = {term: term_said(term, article=False) for term in there["term"].unique()}
    rows = (
        there.with_columns(said=pl.col("term").replace_strict(said, return_dtype=pl.String))
        .group_by("study", maintain_order=True)
        .agg(
            open_answer=pl.col("said").unique(maintain_order=True).str.join(", "),
            rule=pl.when(pl.col("has").first()).then(pl.lit("report:impression")).otherwise(pl.lit("report:whole")),
            evidence=pl.col("span").unique(maintain_order=True),
            masks=pl.col("masks").explode().drop_nulls().unique().sort(),
        )
        .join(asked.scans, on="study", maintain_order="left")
        .with_columns(
            node=pl.lit(None, pl.String),
            finding=pl.lit(None, pl.String),
            answer=pl.lit(None, pl.String),
            choices=pl.lit([], pl.List(pl.String)),
        )
    )
    return questions(rows, "disorders", seed=seed)


def _closed(told: pl.DataFrame, asked: Asked, seed: str) -> pl.DataFrame:
    """Yes: concluded for sure. No: denied somewhere and nowhere held for possible."""
    sure = (pl.col("concluding") & (pl.col("assertion") == "present")).any()
    rows = (
        told.group_by("study", "term", maintain_order=True)
        .agg(
            yes=sure,
            no=~pl.col("positive").any(),
            rule=pl.when(pl.col("has").first()).then(pl.lit("report:impression")).otherwise(pl.lit("report:whole")),
            evidence=pl.col("span")
            .filter(~sure | (pl.col("concluding") & pl.col("positive")))
            .unique(maintain_order=True),
            masks=pl.col("masks").filter(pl.col("positive")).explode().drop_nulls().unique().sort(),
        )
        .filter(pl.col("yes") | pl.col("no"))
        .rename({"term": "finding"})
        .join(asked.scans, on="study", maintain_order="left")
        .with_columns(
            node=pl.lit(None, pl.String),
            answer=pl.when("yes").then(pl.lit("yes")).otherwise(pl.lit("no")),
            open_answer=pl.lit(None, pl.String),
            choices=pl.lit(list(YES_NO)),
        )
    )
    return questions(rows, "disorders", seed=seed)
