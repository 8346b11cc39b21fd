"""Where is it? The most specific structures in which the report says that a finding is."""

from functools import cache

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.rows import questions, shuffled
from builders.stages.asking.wording import UNASKED, node_said, terms
from builders.stages.hashing import hex_digest
from schemas import anatomy

CHOICES = 4
_VAGUE = ("thoracic cavity", "other specific structures", "miscellaneous anatomical structures")


def places(asked: Asked) -> pl.DataFrame:
    """study, finding, place, masks, evidence: a row per most specific structure in which a finding surely is."""
    never = [term for term, said in terms().items() if said == UNASKED]
    there = (
        asked.told.filter(pl.col("assertion") == "present", ~pl.col("term").is_in(never))
        .sort("study", "term", "said_of", "span")
        .group_by("study", "term", "said_of", maintain_order=True)
        .agg(
            evidence=pl.col("span").unique(maintain_order=True),
            masks=pl.col("masks").explode().drop_nulls().unique().sort(),
            conflict=pl.col("laterality_conflict").any(),
        )
        .rename({"said_of": "place", "term": "finding"})
    )
    wholes = (
        there.select("study", "finding", "place")
        .join(_above(), on="place", maintain_order="left")
        .select("study", "finding", place="above")
        .unique()
    )
    return there.join(wholes, on=["study", "finding", "place"], how="anti", maintain_order="left")


def location(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows: one per scan and finding; closed where it is in one structure, beside others that it is not in."""
    all_places = places(asked)
    said = {name: node_said(name) for name in anatomy.names()}
    spoken = all_places.with_columns(said=pl.col("place").replace_strict(said, return_dtype=pl.String))
    found = (
        spoken.sort("study", "finding", "said")
        .group_by("study", "finding", maintain_order=True)
        .agg(
            answer=pl.col("said").first(),
            place=pl.col("place").first(),
            open_answer=pl.col("said").unique(maintain_order=True).str.join(", "),
            n=pl.len(),
            clear=~pl.col("conflict").any(),
            evidence=pl.col("evidence").explode().unique().sort(),
            masks=pl.col("masks").explode().drop_nulls().unique().sort(),
        )
        .filter("clear")
        .join(asked.scans, on="study", maintain_order="left")
    )
    rows = found.join(_others(found, asked), on=["study", "finding"], how="left", maintain_order="left").with_columns(
        node=pl.lit(None, pl.String),
        choices=pl.when(pl.col("n") == 1).then("choices").otherwise(pl.lit([], pl.List(pl.String))).fill_null([]),
        rule=pl.lit("report:location"),
    )
    return questions(rows, "location", seed=seed, closed=0.6)


def _others(found: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """study, finding, choices: the place and up to three structures beside it of which the finding is not said."""
    possible = asked.facts.filter(pl.col("present").fill_null(True)).select("study", other="node", finding="term")
    beside = (
        found.filter(pl.col("n") == 1)
        .select("study", "finding", "place", "answer")
        .join(_beside(), on="place", maintain_order="left_right")
        .join(possible, on=["study", "other", "finding"], how="anti", maintain_order="left")
    )
    key = beside.select(pl.concat_str("study", "finding", "other", separator="/").alias("key"))["key"]
    said = {name: node_said(name) for name in anatomy.names()}
    picked = (
        beside.with_columns(drawn=hex_digest(key, seed="choices"))
        .sort("study", "finding", "drawn")
        .group_by("study", "finding", maintain_order=True)
        .agg(
            pl.col("answer").first(),
            others=pl.col("other").head(CHOICES - 1).replace_strict(said, return_dtype=pl.String),
        )
    )
    choices = picked.with_columns(choices=pl.concat_list("answer", "others"))
    keys = choices.select(pl.concat_str("study", "finding", separator="/").alias("key"))["key"]
    return choices.select("study", "finding").with_columns(choices=shuffled(choices["choices"], keys, seed="choices"))


@cache
def _above() -> pl.DataFrame:
    """(place, above): what holds a structure."""
    rows = [(name, up) for name in anatomy.names() for up in sorted(anatomy.ancestors(name))]
    return pl.DataFrame(rows, ["place", "above"], orient="row")


@cache
def _beside() -> pl.DataFrame:
    """(place, other): parts of the same wholes that share nothing; only what is spoken of in CT."""
    named = set(anatomy.vocabulary("ct")) - set(_VAGUE)
    rows = []
    for name in anatomy.names():
        own = {name} | anatomy.descendants(name)
        kin = own | anatomy.ancestors(name) | {other for part in own for other in anatomy.ancestors(part)}
        near = {other for up in anatomy.parents(name) for other in anatomy.children(up)}
        rows += [(name, other) for other in sorted((near - kin) & named) if node_said(other) != node_said(name)]
    return pl.DataFrame(rows, ["place", "other"], orient="row")
