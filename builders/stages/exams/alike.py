"""Which questions are the same, and which nearly: by their words and those of their options, whatever their order."""

from typing import Final

import polars as pl

from qc.minhash import groups, signatures

_UNSPACED: Final = r"([\p{Han}\p{Hiragana}\p{Katakana}])"
"""Letters of scripts that put no blanks between words; each counts as a word."""


def alike(questions: pl.DataFrame) -> pl.DataFrame:
    """id, `same`, `group` and `read_before` of each question, in their order.

    `same` is equal for equal words, `group` for those that nearly repeat each other; `read_before`: the words of the
    context, null without one.

    `questions`: id, question, context, options. Words are compared without marks, letter case and width of letters.
    A stem like "Which statement is true?" is no repetition by itself: the options, in the order of the alphabet, count
    as words too. Near: 0.8 of the triples of words (`qc.minhash`), of letters in Chinese and Japanese.
    """
    texts = pl.col("options").list.eval(pl.element().struct.field("text")).list.sort().list.join(" \n ")
    whole = pl.concat_str(pl.col("context").fill_null(""), "question", texts, separator=" \n ")
    plain = questions.select(
        "id", words=plain_words(questions.select(whole=whole)["whole"]), read_before=plain_words(questions["context"])
    )
    distinct = plain.select("words").unique(maintain_order=True)
    distinct = distinct.with_columns(
        same=pl.int_range(pl.len()), group=pl.Series(groups(signatures(distinct["words"])), dtype=pl.Int64)
    )
    return plain.join(distinct, on="words", how="left", maintain_order="left").drop("words")


def plain_words(texts: pl.Series) -> pl.Series:
    """The words of each text in lower case, one blank apart; of unspaced scripts every letter is one."""
    spaced = pl.col("text").str.normalize("NFKC").str.to_lowercase().str.replace_all(_UNSPACED, " $1 ")
    words = spaced.str.extract_all(r"\w+").list.join(" ")
    return texts.alias("text").to_frame().select(words).to_series()
