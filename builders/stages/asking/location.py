"""Where is it? The most specific structures in which the report says that a finding is."""

from functools import cache
from typing import Final

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.rows import questions, shuffled
from builders.stages.asking.wording import UNASKED, node_said, terms
from schemas import anatomy

LOBES: Final = ("right upper lobe", "right middle lobe", "right lower lobe", "left upper lobe", "left lower lobe")


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
    """Question rows: one per scan and finding; closed where it is in one lobe, or on one side."""
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
    """study, finding, choices: the place, and what is like it of which the finding is not said either."""
    possible = asked.facts.filter(pl.col("present").fill_null(True)).select("study", other="node", finding="term")
    said = {name: node_said(name) for name in anatomy.names()}
    choices = (
        found.filter(pl.col("n") == 1)
        .select("study", "finding", "place", "answer")
        .join(_beside(), on="place", maintain_order="left_right")
        .join(possible, on=["study", "other", "finding"], how="anti", maintain_order="left")
        .group_by("study", "finding", maintain_order=True)
        .agg(pl.col("answer").first(), others=pl.col("other").replace_strict(said, return_dtype=pl.String))
        .with_columns(choices=pl.concat_list("answer", "others"))
    )
    keys = choices.select(key=pl.concat_str("study", "finding", separator="/"))["key"]
    return choices.select("study", "finding").with_columns(choices=shuffled(choices["choices"], keys, seed="choices"))


@cache
def _above() -> pl.DataFrame:
    """(place, above): what holds a structure."""
    rows = [(name, up) for name in anatomy.names() for up in sorted(anatomy.ancestors(name))]
    return pl.DataFrame(rows, ["place", "above"], orient="row")


@cache
def _beside() -> pl.DataFrame:
    """(place, other): the other lobes of a lobe, the other side of a structure that has two.

    Only such: of structures that are not alike ("lungs, breast or spleen"), the finding alone tells the place.
    """
    named = set(anatomy.names())
    rows = [(name, other) for name in LOBES for other in LOBES if other != name]
    for name in anatomy.names():
        side, _, rest = name.partition(" ")
        twin = f"{'right' if side == 'left' else 'left'} {rest}"
        if side in ("left", "right") and twin in named and name not in LOBES:
            rows.append((name, twin))
    return pl.DataFrame(rows, ["place", "other"], orient="row")
