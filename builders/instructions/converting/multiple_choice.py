"""Questions with options: what is asked, its options a line each, and the marks of those that are right."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import CHOICE, CHOICES, DETAIL, GOLD, INPUT, OUTPUTS, REASON, settled
from builders.instructions.converting.draws import ROW, Draw
from builders.instructions.converting.options import NUMBER, TEXT, options
from builders.instructions.converting.right_options import ANSWER, answers, counts_from_0, right
from builders.instructions.converting.template import columns, listed, rendered
from builders.instructions.converting.text_to_text import below
from builders.instructions.task import Task
from schemas.exam_questions import LETTERS

BETWEEN: Final = ", "
"""What stands between several right marks."""
_MARK: Final = "mark"
_ALSO: Final = "__also"
_BEYOND: Final = "__beyond"
_NONE: Final = pl.DataFrame(schema={ROW: pl.UInt32, _ALSO: pl.List(pl.String), _BEYOND: pl.UInt32})


def convert(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each question; output and gold are the marks of the right options, in the order of the options.

    Behind that output stand those of answers that were accepted too (`also`).

    Options stand below the question as `A. text` or `1. text`; with `numbering` words they stand there bare, and not at
    all where the declaration names them, since the definitions do too. A question is rejected where a right option
    stands there twice (`repeated_option`: its mark would be a matter of chance), and where an option is empty.
    """
    slot, answer, numbering = task.fields["options"], task.fields["answer"], task.fields.get("numbering", "A-E")
    by_words = numbering == "words"
    held = _marked(options(rows, slot), numbering)
    words = task.fields.get("words", {})
    given = answers(rows, answer, words)
    shown = rows.with_row_index(ROW).join(_shown(held, by_words=by_words), on=ROW, how="left", maintain_order="left")
    shown = shown.join(_gold(held, given, by_words=by_words), on=ROW, how="left", maintain_order="left")
    shown = shown.join(_others(rows, held, task.fields), on=ROW, how="left", maintain_order="left")
    drafts = shown.with_columns(
        _input(rows, shown, task, in_input=bool(columns_of(slot))).alias(INPUT),
        pl.when(pl.col(GOLD).is_not_null()).then(_outputs()).alias(OUTPUTS),
        _reason(from_0=not words and counts_from_0(rows, answer)).alias(REASON),
        pl.format("{} options, {} of {} answers are among them", *_COUNTS).alias(DETAIL),
    )
    detail = pl.when(pl.col(REASON).is_not_null()).then(pl.col(DETAIL))
    asked = [task.fields["question"], *([slot] if isinstance(slot, str) else slot)]
    return settled(drafts.with_columns(detail.alias(DETAIL)), asked, [answer])


_COUNTS: Final = ("__options", "__right", "__answers")


def columns_of(slot: str | Sequence[str]) -> list[str]:
    """The columns that options come from; none where the declaration names them."""
    return [name for template in ([slot] if isinstance(slot, str) else slot) for name in columns(template)]


def _marked(held: pl.DataFrame, numbering: str) -> pl.DataFrame:
    place = pl.int_range(pl.len(), dtype=pl.UInt32).over(ROW)
    marks: dict[str, pl.Expr] = {
        "A-E": place.replace_strict(list(range(len(LETTERS))), list(LETTERS), default=None, return_dtype=pl.String),
        "1-5": (place + 1).cast(pl.String),
        "words": pl.col(TEXT),
    }
    return held.with_columns(marks[numbering].alias(_MARK))


def _shown(held: pl.DataFrame, *, by_words: bool) -> pl.DataFrame:
    """Of each row its choices, their lines, and what is wrong with them."""
    line = pl.col(TEXT) if by_words else pl.col(_MARK) + ". " + pl.col(TEXT)
    return (
        held.with_columns(line=line, choice=pl.struct(_MARK, TEXT))
        .group_by(ROW, maintain_order=True)
        .agg(
            pl.col("choice").alias(CHOICES).cast(CHOICE),
            pl.col("line").str.join("\n").alias("__lines"),
            pl.len().alias("__options"),
            (pl.col(_MARK).is_null() & pl.col(TEXT).is_not_null()).sum().alias("__unmarked"),
            pl.col(TEXT).null_count().alias("__blank"),
        )
    )


def _gold(held: pl.DataFrame, given: pl.DataFrame, *, by_words: bool) -> pl.DataFrame:
    found = right(held, given, by_words=by_words).join(held, on=[ROW, NUMBER], maintain_order="left").sort(ROW, NUMBER)
    twins = found.select(ROW, NUMBER, TEXT).join(held.select(ROW, TEXT, other=NUMBER), on=[ROW, TEXT])
    repeated = twins.filter(pl.col("other") != pl.col(NUMBER))[ROW].unique().implode()
    counts = given.group_by(ROW, maintain_order=True).agg(pl.len().alias("__answers"))
    gold = found.group_by(ROW, maintain_order=True).agg(
        pl.col(_MARK).unique(maintain_order=True).alias(GOLD), pl.col(ANSWER).len().alias("__right")
    )
    both = counts.join(gold, on=ROW, how="left", maintain_order="left")
    return both.with_columns(pl.col("__right").fill_null(0), pl.col(ROW).is_in(repeated).alias("__repeated"))


def _outputs() -> pl.Expr:
    own = pl.concat_list(pl.col(GOLD).list.join(BETWEEN))
    return own.list.concat(pl.col(_ALSO).fill_null([])).list.unique(maintain_order=True)


def _others(rows: pl.DataFrame, held: pl.DataFrame, fields: Mapping[str, Any]) -> pl.DataFrame:
    """Of each row the outputs of other accepted answers, and how many of them are none of the options.

    Each of them is read like the answer of a question of its own.
    """
    if "also" not in fields:
        return _NONE
    also, by_words = listed(rows, fields["also"]), fields.get("numbering") == "words"
    apart = also.to_frame(_ALSO).with_row_index(ROW).filter(pl.col(_ALSO).list.len() > 0).explode(_ALSO)
    apart = apart.rename({ROW: "__of"}).with_row_index(ROW)
    options = apart.select(ROW, "__of").join(held.rename({ROW: "__of"}), on="__of", maintain_order="left_right")
    found = _gold(options.drop("__of"), answers(apart, f"{{{_ALSO}}}", fields.get("words", {})), by_words=by_words)
    whole = (pl.col("__right") == pl.col("__answers")) & ~pl.col("__repeated")
    read = apart.join(found, on=ROW, how="left", maintain_order="left").with_columns(
        whole.fill_null(value=False).alias("whole")
    )
    return read.group_by(pl.col("__of").alias(ROW), maintain_order=True).agg(
        pl.col(GOLD).list.join(BETWEEN).filter("whole").alias(_ALSO), (~pl.col("whole")).sum().alias(_BEYOND)
    )


def _reason(*, from_0: bool) -> pl.Expr:
    count = pl.col("__options").fill_null(0)
    wrong = {
        "too_few_options": (count == 1),
        "too_many_options": pl.col("__unmarked") > 0,
        "empty_option": pl.col("__blank") > 0,
        "repeated_option": pl.col("__repeated"),
        "numbers_from_0": pl.lit(from_0),
        "answer_beyond_options": (count > 0) & ((pl.col("__right") < pl.col("__answers")) | (pl.col(_BEYOND) > 0)),
    }
    return pl.coalesce(pl.when(is_so).then(pl.lit(reason)) for reason, is_so in wrong.items())


def _input(rows: pl.DataFrame, shown: pl.DataFrame, task: Task, *, in_input: bool) -> pl.Series:
    question = rendered(rows, task.fields["question"])
    if in_input:
        both = shown.select("__lines").with_columns(question=question)
        question = both.select(text=pl.col("question") + "\n" + pl.col("__lines")).to_series()
    return below(rows, task, question)
