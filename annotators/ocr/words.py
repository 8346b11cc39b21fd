"""From Tesseract's table of words to the text of a page: lines, paragraphs, and no gaps within Chinese or Japanese."""

import re
from io import StringIO

import polars as pl

from annotators.ocr.reader import PageRead

_WORD = 5
"""Tesseract's level of words."""
_PLACE = ("block_num", "par_num", "line_num")
_COLUMNS = {"level": pl.Int32, **dict.fromkeys(_PLACE, pl.Int32), "conf": pl.Float64, "text": pl.String}
_UNSPACED = (
    "\u3000-\u303f\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
)
"""Letters and signs between which Chinese and Japanese set no space; Korean does."""


def page_of(table: str) -> PageRead:
    """The page that a table in Tesseract's TSV describes."""
    words = pl.read_csv(
        StringIO(table),
        separator="\t",
        quote_char=None,
        columns=list(_COLUMNS),
        schema_overrides=_COLUMNS,
    )
    words = words.filter(pl.col("level") == _WORD, pl.col("text").str.strip_chars() != "")
    lines = words.group_by(_PLACE, maintain_order=True).agg(pl.col("text").str.join(" "))
    paragraphs = lines.group_by(_PLACE[:2], maintain_order=True).agg(pl.col("text").str.join("\n"))
    confidence = words.select(pl.col("conf").clip(0, 100).mean() / 100).item()
    return PageRead(without_gaps("\n\n".join(paragraphs["text"])), confidence)


def without_gaps(text: str) -> str:
    """Without the spaces that Tesseract puts between the letters of Chinese and Japanese."""
    return re.sub(f"(?<=[{_UNSPACED}]) (?=[{_UNSPACED}])", "", text)
