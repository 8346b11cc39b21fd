"""How a chat asks for reasons before the answer, and how these are taken off again."""

from typing import Final

import polars as pl

REQUESTS: Final = {
    "en": "Give your reasons first, then a blank line and the answer.",
    "es": "Expón primero tus razones y escribe después de una línea en blanco la respuesta.",
    "fr": "Donne d'abord tes raisons, puis, après une ligne vide, la réponse.",
    "ja": "まず理由を述べ、空行のあとに答えを書いてください。",
    "ru": "Сначала приведи обоснование, затем после пустой строки напиши ответ.",
    "zh": "请先说明理由，空一行后再写答案。",
}
"""By language of the instruction; in others English asks."""
BETWEEN: Final = "\n\n"
"""Stands between question and request, and between reasons and answer; reasons have none in them."""


def request(language: str) -> pl.Expr:
    """The request in the language of a column."""
    return pl.col(language).replace_strict(REQUESTS, default=REQUESTS["en"], return_dtype=pl.String)


def with_request(question: str, language: str, reasons: str) -> pl.Expr:
    """The question, and the request behind it where there are reasons."""
    asked = pl.concat_str(question, pl.lit(BETWEEN), request(language))
    return pl.when(pl.col(reasons).is_null()).then(question).otherwise(asked)


def with_reasons(answer: pl.Expr, reasons: str) -> pl.Expr:
    """The answer, behind its reasons where there are some."""
    return pl.when(pl.col(reasons).is_null()).then(answer).otherwise(
        pl.concat_str(pl.col(reasons), pl.lit(BETWEEN), answer)
    )  # fmt: skip


def in_one_block(reasons: pl.Expr) -> pl.Expr:
    """Reasons without a blank line, so that the first one is where they end."""
    return reasons.str.strip_chars().str.replace_all(r"\s*\n\s*\n\s*", "\n")


def bare_question(asked: pl.Expr, language: str, by: str) -> pl.Expr:
    """What was asked without the request; `by`: the column that says who gave reasons."""
    size = request(language).str.len_chars().cast(pl.Int64) + len(BETWEEN)
    length = asked.str.len_chars().cast(pl.Int64) - size
    return pl.when(pl.col(by).is_null()).then(asked).otherwise(asked.str.slice(0, length))


def bare_answer(answered: pl.Expr, by: str) -> pl.Expr:
    """The answer without its reasons."""
    behind = answered.str.splitn(BETWEEN, 2).struct.field("field_1")
    return pl.when(pl.col(by).is_null()).then(answered).otherwise(behind)
