"""What terms of an ontology say of themselves, as OBO writes it or plainly."""

from typing import Final

import polars as pl

from builders.instructions.converting.template import listed

_QUOTED: Final = r'(?s)^"((?:[^"\\]|\\.)*)"\s*(?:$|\[|EXACT\b|BROAD\b|NARROW\b|RELATED\b)'
"""A text in quotation marks, before what is said of it (OBO 1.4: `"words" EXACT [source]`)."""
_OTHER_SCOPES: Final = r'(?s)^"(?:[^"\\]|\\.)*"\s*(?:BROAD|NARROW|RELATED)\b'
"""Synonyms that do not mean quite the same."""
_NAME_BEHIND: Final = r"\s+!\s.*$"
"""`DOID:4 ! disease`."""


def plain(text: pl.Expr) -> pl.Expr:
    """The words of a definition or a synonym; null where nothing is in them."""
    quoted = text.str.extract(_QUOTED).str.replace_all(r"\\(.)", "$1")
    said = pl.coalesce(quoted, text).str.strip_chars()
    return pl.when(said != "").then(said)


def synonyms(rows: pl.DataFrame, template: str) -> pl.Series:
    """Those that mean exactly the same, or of which nothing else is said, each once."""
    exact = pl.element().filter(~pl.element().str.contains(_OTHER_SCOPES))
    each = pl.col("texts").list.eval(plain(exact)).list.drop_nulls().list.unique(maintain_order=True)
    return listed(rows, template).alias("texts").to_frame().select(each.alias("synonyms")).to_series()


def parents(rows: pl.DataFrame, template: str) -> pl.Series:
    """Ids or names of the terms above, without what stands behind an exclamation mark."""
    each = pl.col("texts").list.eval(pl.element().str.replace(_NAME_BEHIND, "").str.strip_chars())
    return listed(rows, template).alias("texts").to_frame().select(each.alias("parents")).to_series()
