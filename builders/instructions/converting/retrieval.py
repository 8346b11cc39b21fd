"""A text and numbered candidates, of which some belong to it."""

from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.candidates import LINES, RIGHT, numbered
from builders.instructions.converting.drafts import CHOICES, DETAIL, GOLD, INPUT, REASON, settled
from builders.instructions.converting.draws import OTHER, ROW, TOGETHER, Draw
from builders.instructions.converting.options import TEXT
from builders.instructions.converting.template import alone, listed, rendered
from builders.instructions.converting.values import made
from builders.instructions.rows import DOCUMENT, ID
from builders.instructions.task import Task

CANDIDATES: Final = 5
"""Texts to choose from, where they are drawn."""
MOST_RIGHT: Final = 2
"""Of them that belong to the text: a case may have hundreds that are like it."""
_KEY: Final = r"""["']([^"']+)["']\s*:"""
_WORD: Final = r"""[^\s\[\](){},"']+"""


def convert(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each text: below it, numbered candidates; output and gold are the numbers of the right ones.

    Candidates that are given stay in their order, and `relevant` are right ones among them, or their numbers from 1.
    Else `relevant` are ids of rows (a list, the keys of an object, or either as JSON); right ones that the frame has in
    the same split and licence are told, filled up with texts of other documents that are not right. A row of which the
    frame has no right one is rejected as `no_relevant_row`, one without a wrong one as `no_candidates`.
    """
    fields = task.fields
    text, relevant = rendered(rows, fields["text"]), _relevant(rows, fields["relevant"])
    is_given = "candidates" in fields
    long = _given(rows, fields["candidates"], relevant) if is_given else _drawn(rows, task, text, relevant, draw)
    shown = numbered(long, rows[ID], draw, shuffled=not is_given)
    drafts = rows.with_columns(text.alias(INPUT), (relevant.list.len().fill_null(0) > 0).alias("__asked"))
    drafts = drafts.with_row_index(ROW).join(shown, on=ROW, how="left", maintain_order="left")
    hits, all_ = pl.col(GOLD).list.len().fill_null(0), pl.col(CHOICES).list.len().fill_null(0)
    sound = pl.col("__asked") & pl.col(INPUT).is_not_null() & ((all_ > 0) | (not is_given))
    reason = (
        pl.when(sound & (hits == 0))
        .then(pl.lit("answer_beyond_options" if is_given else "no_relevant_row"))
        .when(sound & (hits == all_))
        .then(pl.lit("no_candidates"))
    )
    below = "\n\n" + pl.col(LINES)
    return settled(
        drafts.with_columns(
            (pl.col(INPUT) + (below if is_given else below.fill_null(""))).alias(INPUT),
            reason.alias(REASON),
            pl.when(reason.is_not_null()).then(pl.format("{} of {} candidates are right", hits, all_)).alias(DETAIL),
        ),
        [fields["text"], *([fields["candidates"]] if is_given else [])],
        [fields["relevant"]],
    )


def _relevant(rows: pl.DataFrame, template: str) -> pl.Series:
    """Texts, numbers or ids, in whichever form a corpus has them."""
    value = alone(template, rows.schema)
    if value and isinstance(value.dtype, pl.Struct):
        names = [field.name for field in value.dtype.fields]
        keys = [pl.when(value.expr.struct.field(name).is_not_null()).then(pl.lit(name)) for name in names]
        return rows.select(relevant=pl.concat_list(keys).list.drop_nulls()).to_series()
    texts = listed(rows, template)
    if value is None or isinstance(value.dtype, pl.List) or made(value.dtype) != pl.String:
        return texts
    text = texts.to_frame("texts").select(text=pl.col("texts").list.first()).to_series().to_frame("text")
    said = pl.col("text")
    keys = said.str.extract_all(_KEY).list.eval(pl.element().str.extract(_KEY))
    words = pl.when(said.str.starts_with("[")).then(said.str.extract_all(_WORD)).otherwise(pl.concat_list(said))
    found = pl.when(said.str.starts_with("{")).then(keys).otherwise(words)
    return text.select(relevant=pl.when(said.is_not_null()).then(found)).to_series()


def _given(rows: pl.DataFrame, template: str, relevant: pl.Series) -> pl.DataFrame:
    held = pl.DataFrame({TEXT: listed(rows, template), "relevant": relevant}).with_row_index(ROW)
    long = held.filter(pl.col(TEXT).list.len() > 0).explode(TEXT)
    number = (pl.int_range(pl.len()) + 1).over(ROW).cast(pl.String)
    right = pl.col("relevant").list.contains(pl.col(TEXT)) | pl.col("relevant").list.contains(number)
    return long.select(ROW, TEXT, right.fill_null(value=False).alias(RIGHT))


def _drawn(rows: pl.DataFrame, task: Task, text: pl.Series, relevant: pl.Series, draw: Draw) -> pl.DataFrame:
    keyed = rows.select(ID, DOCUMENT, *TOGETHER).with_columns(text.alias(TEXT)).with_row_index(ROW)
    named = keyed.select(
        pl.col(ID).str.strip_prefix(f"{task.corpus}/").alias("name"), pl.col(ROW).alias(OTHER), *TOGETHER,
        document_of_other=DOCUMENT,
    )  # fmt: skip
    asked = keyed.with_columns(relevant.alias("name")).filter(pl.col("name").list.len() > 0).explode("name")
    met = asked.join(named, on=["name", *TOGETHER], nulls_equal=True, maintain_order="left")
    right = met.filter(pl.col(DOCUMENT) != pl.col("document_of_other")).select(ROW, OTHER, ID, "name")
    right = _few(right, draw)
    beside = draw.others(rows, text.is_not_null(), "candidates", 2 * CANDIDATES).join(
        met.select(ROW, OTHER), on=[ROW, OTHER], how="anti", maintain_order="left"
    )
    long = pl.concat([
        right.select(ROW, OTHER, pl.lit(value=True).alias(RIGHT)),
        beside.select(ROW, OTHER, pl.lit(value=False).alias(RIGHT)).filter(pl.col(ROW).is_in(right[ROW].implode())),
    ])  # fmt: skip
    texts = keyed.select(pl.col(ROW).alias(OTHER), TEXT)
    filled = long.join(texts, on=OTHER, maintain_order="left").drop_nulls(TEXT)
    return filled.filter(pl.int_range(pl.len()).over(ROW) < CANDIDATES).select(ROW, TEXT, RIGHT)


def _few(right: pl.DataFrame, draw: Draw) -> pl.DataFrame:
    pair = right.select(pair=pl.col(ID) + "\0" + pl.col("name")).to_series()
    ordered = right.with_columns(__order=draw.digests(pair, "right ones")).sort(ROW, "__order")
    return ordered.filter(pl.int_range(pl.len()).over(ROW) < MOST_RIGHT)
