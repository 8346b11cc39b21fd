"""From what a type asks and answers to rows of `schemas.grounding.Question`: id, form, phrasing, slots filled."""

from typing import Final

import polars as pl

from builders.stages.asking.facts import SPANS
from builders.stages.asking.wording import chosen, nodes, term_said
from builders.stages.hashing import fraction, hex_digest
from schemas import anatomy
from schemas.grounding import Question

YES_NO: Final = ("yes", "no")
_PLURAL: Final = (
    "lungs", "lobes", "bronchi", "bronchioles", "ribs", "bones", "vertebrae", "kidneys", "veins", "structures",
)  # fmt: skip
_VERBS: Final = {"does": "do", "is": "are", "has": "have", "shows": "show"}
_STRINGS: Final = pl.List(pl.String)


def questions(rows: pl.DataFrame, kind: str, *, seed: str, closed: float = 0.5) -> pl.DataFrame:
    """Question rows of one type.

    `rows`: study, split, volume, node, finding (either may be null), answer, open_answer, choices, masks, evidence,
    rule; perhaps `other` (a second structure) and `reason`. `closed`: the share that gets the closed form; what has
    no choices is open, what has no open answer closed. Form and phrasing follow from the id alone.
    """
    named = _named(rows, kind)
    drawn = fraction(named["id"], seed=f"{seed} form") < closed
    may_close, may_open = pl.col("choices").list.len() > 0, pl.col("open_answer").is_not_null()
    formed = (
        named.filter(may_close | may_open)
        if named.is_empty()
        else named.with_columns(drawn=drawn).filter(may_close | may_open)
    )
    if formed.is_empty():
        return empty()
    is_closed = may_close & (pl.col("drawn") | ~may_open)
    formed = formed.with_columns(form=pl.when(is_closed).then(pl.lit("closed")).otherwise(pl.lit("open")))
    formed = formed.hstack(chosen(formed["id"], kind, formed["form"], seed))
    shut = pl.col("form") == "closed"
    return _filled(formed).select(
        id="id",
        study="study",
        split=pl.col("split").cast(Question.split.dtype),
        volume="volume",
        type=pl.lit(kind, Question.type.dtype),
        form=pl.col("form").cast(Question.form.dtype),
        node="node",
        finding="finding",
        question=pl.col("text"),
        answer=pl.when(shut).then("answer").otherwise("open_answer"),
        choices=pl.when(shut).then("choices").otherwise(pl.lit([], _STRINGS)),
        masks=pl.col("masks").fill_null([]),
        evidence=pl.col("evidence").fill_null(pl.lit([], SPANS)).cast(SPANS),
        rule="rule",
        template="template",
        chain=pl.lit(None, pl.String),
        step=pl.lit(None, pl.Int32),
        reason=pl.col("reason").cast(Question.reason.dtype),
        balanced=pl.lit(False),
    )


def empty() -> pl.DataFrame:
    """No questions."""
    return pl.DataFrame(schema={name: column.dtype for name, column in Question.columns().items()})


def shuffled(choices: pl.Series, keys: pl.Series, *, seed: str) -> pl.Series:
    """Each list in an order of its own, drawn by a hash of its key and its entries."""
    made = []
    for names, key in zip(choices.to_list(), keys, strict=True):
        order = hex_digest(pl.Series([f"{key} {name}" for name in names], dtype=pl.String), seed=f"{seed} order")
        made.append([name for _, name in sorted(zip(order, names, strict=True))])
    return pl.Series(choices.name, made, _STRINGS)


def _named(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """With ids, and nulls in the columns that a type leaves out."""
    slugs = {name: anatomy.slug(name) for name in anatomy.names()}
    parts = [
        pl.col("study"),
        pl.lit(kind),
        pl.col("node").replace_strict(slugs, return_dtype=pl.String),
        pl.col("finding").str.replace_all(" ", "-"),
        pl.col("part") if "part" in rows.columns else pl.lit(None, pl.String),
    ]
    left_out = [pl.lit(None, pl.String).alias(name) for name in ("other", "reason") if name not in rows.columns]
    return rows.with_columns(*left_out, id=pl.concat_str(parts, separator="/", ignore_nulls=True))


def _filled(rows: pl.DataFrame) -> pl.DataFrame:
    """With `text`: the pattern with its slots filled, beginning with a capital."""
    terms = rows["finding"].drop_nulls().unique().to_list()
    said = pl.DataFrame(
        {
            "finding": pl.Series(terms, dtype=pl.String),
            "{finding}": pl.Series([term_said(term) for term in terms], dtype=pl.String),
            "{term}": pl.Series([term_said(term, article=False) for term in terms], dtype=pl.String),
        }
    )
    spoken = nodes().rename({"node_said": "{node}"})
    wide = rows.join(spoken, on="node", how="left", maintain_order="left").join(
        said, on="finding", how="left", maintain_order="left"
    )
    wide = wide.join(
        spoken.rename({"node": "other", "{node}": "{other}"}), on="other", how="left", maintain_order="left"
    )
    plural = pl.col("{node}").str.split(" ").list.last().is_in(_PLURAL)
    verbs = [
        pl.when(plural).then(pl.lit(many)).otherwise(pl.lit(one)).alias(f"{{{one}}}") for one, many in _VERBS.items()
    ]
    wide = wide.with_columns(verbs)
    text = pl.col("pattern")
    for slot in ("{finding}", "{term}", "{node}", "{other}", *(f"{{{one}}}" for one in _VERBS)):
        text = text.str.replace(slot, pl.col(slot).fill_null(""), literal=True)
    return wide.with_columns(text=text.str.slice(0, 1).str.to_uppercase() + text.str.slice(1))
