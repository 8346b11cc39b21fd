"""Questions as rows: what every exam has in common, and why a record cannot be a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept
from builders.sources.exam_images import says_image
from builders.sources.sorting_out import repeated, sort_out
from schemas.exam_questions import LETTERS, ReadQuestion

_KINDS: Final = ReadQuestion.create_empty().schema
_NO_SHAPE: Final = "wrong_shape"


class WrongShapeError(Exception):
    """A record without a field, or with one of another kind; says which."""


@dataclass(frozen=True)
class Read:
    """One question as a source's own file has it. `options`: letter and text. `image`: whether the source names one.

    `answer`: letters that are right. `also`: other sets of letters taken for right.
    """

    id: str
    question: str
    options: Sequence[tuple[str, str]]
    answer: Sequence[str]
    split: str | None = None
    context: str | None = None
    also: Sequence[str] = ()
    image: bool = False
    struck: bool = False
    year: int | None = None
    subject: str | None = None


def field(record: Mapping[str, Any], name: str, *kinds: type) -> Any:
    """A field of a record; raises `WrongShapeError` where it is missing or of another kind."""
    value = record.get(name)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise WrongShapeError(f"{name}: expected {' or '.join(kind.__name__ for kind in kinds)}, "
                              f"got {'nothing' if value is None else type(value).__name__}")  # fmt: skip
    return value


def texts(record: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts in a record."""
    value = field(record, name, list)
    if not all(isinstance(one, str) for one in value):
        raise WrongShapeError(f"{name}: expected a list of texts")
    return value


def lettered(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Options by letter, in the order of the letters, as capitals."""
    if not all(isinstance(text, str) for text in options.values()):
        raise WrongShapeError("options: expected texts")
    return sorted((letter.strip().upper(), text) for letter, text in options.items())


def question_rows(read: Sequence[Read], failed: Sequence[tuple[str, str, str]], **same: str) -> Kept:
    """ReadQuestion rows, and what is none: `failed` (id, reason, detail), and what is found wrong here.

    `same`: source, language and licence of all. Texts lose blanks at their ends.
    """
    frame = pl.DataFrame([_row(one, same) for one in read], {**_KINDS, "said": pl.Boolean}, orient="row")
    kept, rejected = sort_out(frame, _reasons())
    sign = says_image(kept, same["language"])
    kept = kept.with_columns(image_sign=sign, needs_image=pl.lit(None)).with_columns(
        needs_image=pl.col("image_sign").is_not_null(), multiple_answers=pl.col("answer").list.len() > 1
    )
    more = pl.DataFrame(list(failed), REJECTED_SCHEMA, orient="row")
    return Kept(kept.select(pl.col(name).cast(kind) for name, kind in _KINDS.items()), pl.concat([more, rejected]))


def _row(one: Read, same: Mapping[str, str]) -> dict[str, Any]:
    return {
        **same,
        "id": one.id,
        "split": one.split,
        "question": one.question.strip(),
        "context": (one.context or "").strip() or None,
        "options": [{"letter": letter, "text": text.strip()} for letter, text in one.options],
        "answer": sorted({letter.strip().upper() for letter in one.answer}),
        "also_accepted": list(one.also),
        "struck": one.struck,
        "year": one.year,
        "subject": (one.subject or "").strip() or None,
        "said": one.image,
    }


def _reasons() -> list[tuple[str, pl.Expr, pl.Expr]]:
    letters = pl.col("options").list.eval(pl.element().struct.field("letter"))
    count, right = pl.col("options").list.len(), pl.col("answer")
    known = letters.list.eval(pl.element().is_in(list(LETTERS))).list.all()
    return [
        ("empty_question", pl.col("question") == "", pl.lit("no words")),
        ("no_options", count < 2, pl.format("{} options", count)),
        ("bad_letters", ~known | (letters.list.n_unique() != count), pl.lit("options without a letter of their own")),
        ("no_answer", right.list.len() == 0, pl.lit("no letter is given as right")),
        ("answer_beyond_options", right.list.set_difference(letters).list.len() > 0,
         pl.format("an answer is none of {} options", count)),
        ("duplicate_id", repeated(), pl.lit("a record before it has this id")),
    ]  # fmt: skip
