"""A question of an examination as it is put: what is read before, the question, and every option apart."""

from typing import Final

import polars as pl

NAMES: Final = {"en": "English", "zh": "Chinese", "ja": "Japanese", "fr": "French", "ru": "Russian", "es": "Spanish"}
"""What a model is told of a language; another is told by its code."""


def as_asked(questions: pl.DataFrame) -> pl.Series:
    """`questions`: question, context and options (`schemas.exam_questions.ReadQuestion`); options as `A: words`."""
    option = pl.element().struct
    options = pl.col("options").list.eval(
        pl.concat_str(option.field("letter"), option.field("text").str.replace_all(r"\s+", " "), separator=": ")
    )
    parts = pl.concat_str("context", "question", options.list.join("\n\n"), separator="\n\n", ignore_nulls=True)
    return questions.select(asked=parts)["asked"]


def language_name(code: str) -> str:
    """The English name of a language."""
    return NAMES.get(code, code)
