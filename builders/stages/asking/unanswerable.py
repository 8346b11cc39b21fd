"""What scan and report leave open, and why; beside it, as closed questions, what they do settle.

`out_of_view`: the mask of the structure is empty and the report is silent on it. `not_mentioned`: the report never
names the finding, nor calls the structure normal. `conflict`: findings and impression disagree on the side.
"""

from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.proof import sentences
from builders.stages.asking.rows import YES_NO, questions
from builders.stages.asking.wording import UNASKED, nodes, terms
from builders.stages.hashing import hex_digest
from schemas import anatomy

MOST: Final = 3
"""Questions of one scan for one reason; as many again whose answer is known."""
_PAIR: Final = ("study", "node", "finding")
_FINE: Final = ("normal", "clear")
_ANSWERS: Final = {
    "out_of_view": "This cannot be answered: the scan does not show the {}.",
    "not_mentioned": "This cannot be answered: the report does not mention it.",
    "conflict": "This cannot be answered: the report contradicts itself on the side.",
}


def unanswerable(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows; those with an answer (`reason` null) are always closed."""
    unseen, silent, torn = _out_of_view(asked), _not_mentioned(asked), _conflicts(asked)
    silent = silent.join(unseen, on=_PAIR, how="anti", maintain_order="left")
    shape = {"reason": pl.String}
    reasons = [
        _few(rows, seed).with_columns(reason=pl.lit(name))
        for name, rows in (("out_of_view", unseen), ("not_mentioned", silent), ("conflict", torn))
    ]
    settled = _few(_settled(asked), seed).with_columns(reason=pl.lit(None, pl.String))
    told = pl.concat([rows.cast(shape) for rows in (*reasons, settled)], how="diagonal")  # pyright: ignore
    rows = (
        told.unique(_PAIR, keep="first", maintain_order=True)
        .join(asked.scans, on="study", maintain_order="left")
        .join(nodes(), on="node", how="left", maintain_order="left")
        .with_columns(
            answer=pl.when(pl.col("reason").is_null()).then(pl.lit("yes")).otherwise(pl.lit("no")),
            open_answer=pl.col("reason")
            .replace_strict(_ANSWERS, return_dtype=pl.String)
            .str.replace("{}", pl.col("node_said"), literal=True),
            choices=pl.lit(list(YES_NO)),
            rule=pl.col("reason").fill_null("report:settled"),
        )
    )
    return questions(rows, "unanswerable", seed=seed, closed=0.7)


@cache
def doubtful() -> pl.DataFrame:
    """(node, finding) of doubtful.tsv."""
    lines = Path(__file__).with_name("doubtful.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [tuple(line.split("\t")) for line in lines if not line.startswith("#")]
    return pl.DataFrame(rows, ["node", "finding"], orient="row")


def _out_of_view(asked: Asked) -> pl.DataFrame:
    empty = asked.masks.filter(pl.col("voxels") == 0).select(
        "study", node="structure", masks=pl.lit([], pl.List(pl.String))
    )
    known = asked.facts.filter(pl.col("evidence").list.len() > 0).select("study", "node").unique()
    return (
        empty.join(sentences(asked), on=["study", "node"], how="anti", maintain_order="left")
        .join(known, on=["study", "node"], how="anti", maintain_order="left")
        .join(doubtful(), on="node", maintain_order="left_right")
    )


def _not_mentioned(asked: Asked) -> pl.DataFrame:
    named = asked.entities.select("study", finding="canonical").unique()
    fine = asked.told.filter(pl.col("term").is_in(_FINE)).select("study", "said_of").unique()
    called_fine = fine.join(_kin(), on="said_of").select("study", "node").unique()
    reported = asked.scans.join(asked.grounded.select("study").unique(), on="study", how="semi", maintain_order="left")
    return (
        reported.select("study")
        .join(doubtful(), how="cross", maintain_order="left_right")
        .join(named, on=["study", "finding"], how="anti", maintain_order="left")
        .join(called_fine, on=["study", "node"], how="anti", maintain_order="left")
    )


def _conflicts(asked: Asked) -> pl.DataFrame:
    never = [term for term, said in terms().items() if said == UNASKED]
    return (
        asked.told.filter("laterality_conflict", "positive", ~pl.col("term").is_in(never))
        .sort("study", "said_of", "term", "span")
        .group_by("study", node="said_of", finding="term", maintain_order=True)
        .agg(evidence=pl.col("span").unique(maintain_order=True))
    )


def _settled(asked: Asked) -> pl.DataFrame:
    facts = asked.facts.filter(pl.col("present").is_not_null(), pl.col("evidence").list.len() > 0)
    rows = facts.select("study", "node", "evidence", "masks", finding="term")
    return rows.join(doubtful(), on=["node", "finding"], how="semi", maintain_order="left")


def _few(rows: pl.DataFrame, seed: str) -> pl.DataFrame:
    """At most `MOST` of each scan, drawn by a hash."""
    keys = rows.select(key=pl.concat_str(_PAIR, separator="/"))["key"]
    drawn = rows.with_columns(drawn=hex_digest(keys, seed=f"{seed} doubtful")).sort("study", "drawn")
    return drawn.group_by("study", maintain_order=True).head(MOST).drop("drawn")


@cache
def _kin() -> pl.DataFrame:
    """(said_of, node): a structure that is called normal, and what it is part of or holds."""
    rows = [
        (name, other)
        for name in anatomy.names()
        for other in (name, *sorted(anatomy.ancestors(name) | anatomy.descendants(name)))
    ]
    return pl.DataFrame(rows, ["said_of", "node"], orient="row")
