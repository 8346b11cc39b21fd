"""Answers written as codes (DDXPlus), told as questions and answers by the table of the codes.

A cell is a list like `['E_53', 'E_54_@_V_161']`: a code says yes to its question, and what stands behind `_@_` is the
value that was answered. The table has for each code a question, and words for values, in languages of which English is
taken where it is there.
"""

import json
from typing import Any, Final

import polars as pl

from builders.instructions.reading.asked import KEY

_QUESTION: Final = "question"
_VALUES: Final = "value_meaning"
_CODE: Final = r"'([^']*)'|\"([^\"]*)\""
_SIGN: Final = "_@_"
_YES: Final = "yes"
_LANGUAGE: Final = "en"


def is_key(table: pl.DataFrame) -> bool:
    """Whether a table says what codes mean."""
    return KEY in table.columns and bool(_question(table))


def _question(table: pl.DataFrame) -> str:
    names = (f"{_QUESTION}_{_LANGUAGE}", _QUESTION)
    return next((name for name in names if name in table.columns), "")


def told(frame: pl.DataFrame, table: pl.DataFrame, first: str) -> pl.DataFrame:
    """The rows with every code of a column, and of columns of one code, as `question: answer` lines.

    A code that the table does not have stays as it is.
    """
    words = _words(table)
    coded = [name for name in frame.columns if frame.schema[name] == pl.String and _is_coded(frame[name], words)]
    return frame.with_columns(_told(name, words) for name in dict.fromkeys((first, *coded)) if name in frame.columns)


def _is_coded(column: pl.Series, words: dict[str, str]) -> bool:
    some = column.drop_nulls().head(100)
    return len(some) > 0 and some.str.replace(rf"{_SIGN}.*$", "").is_in(list(words)).all()


def _told(name: str, words: dict[str, str]) -> pl.Expr:
    alone = pl.col(name).str.strip_chars("[] '\"")
    codes = (
        pl.when(pl.col(name).str.starts_with("["))
        .then(pl.col(name).str.extract_all(_CODE))
        .otherwise(pl.concat_list(alone))
    )
    bare = codes.list.eval(pl.element().str.strip_chars("'\""))
    return bare.list.eval(_line(pl.element(), words)).list.join("\n").alias(name)


def _line(code: pl.Expr, words: dict[str, str]) -> pl.Expr:
    exact = code.replace_strict(words, default=None, return_dtype=pl.String)
    question = code.str.replace(rf"{_SIGN}.*$", "").replace_strict(words, default=None, return_dtype=pl.String)
    question = question.str.replace(rf" {_YES}$", "")
    value = code.str.extract(rf"{_SIGN}(.*)$")
    return pl.coalesce(exact, pl.concat_str(question, pl.lit(" "), value), code)


def _words(table: pl.DataFrame) -> dict[str, str]:
    """What each code says, alone and with each value that has a meaning of its own."""
    question = _question(table)
    found: dict[str, str] = {}
    for row in table.iter_rows(named=True):
        found[row[KEY]] = f"{row[question]} {_YES}"
        for value, meaning in _meanings(row.get(_VALUES)).items():
            found[f"{row[KEY]}{_SIGN}{value}"] = f"{row[question]} {meaning}"
    return found


def _meanings(held: Any) -> dict[str, str]:
    held = json.loads(held) if isinstance(held, str) and held.startswith("{") else held
    if not isinstance(held, dict):
        return {}
    texts = {value: meaning.get(_LANGUAGE) if isinstance(meaning, dict) else meaning for value, meaning in held.items()}
    return {value: str(text) for value, text in texts.items() if text}
