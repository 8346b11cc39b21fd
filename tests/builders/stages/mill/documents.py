"""Rows of documents for tests of the mill, all invented."""

import polars as pl

from schemas.corpora import Document, ScrubbedDocument


def documents(*texts: str) -> pl.DataFrame:
    """Document rows with the ids `d0`, `d1` and so on."""
    return padded(pl.DataFrame({"id": [f"d{n}" for n in range(len(texts))], "text": texts}), Document)


def scrubbed(*texts: str, language: str = "en") -> pl.DataFrame:
    """The same as they come to the last stages."""
    rows = documents(*texts).with_columns(language=pl.lit(language), language_confidence=pl.lit(1.0, pl.Float32))
    return padded(rows, ScrubbedDocument)


def padded(rows: pl.DataFrame, schema: type) -> pl.DataFrame:
    """Nulls in all columns that are not given, but for `file`."""
    types = {name: column.dtype for name, column in schema.columns().items()}
    rows = rows if "file" in rows.columns else rows.with_columns(file=pl.lit("a.jsonl"))
    absent = [pl.lit(None, kind).alias(name) for name, kind in types.items() if name not in rows.columns]
    return rows.with_columns(absent).select(pl.col(name).cast(kind) for name, kind in types.items())
