"""Text named by where it stands: a keyed hash of it, which only somebody who has the whole section can check.

A plain hash of "no pneumothorax" is found with a dictionary of such phrases. So every hash here is keyed by the
hash of the whole section, which is keyed by the hash of the whole report: whoever lacks the report lacks the key.
"""

from hashlib import blake2b, sha256
from typing import Final

import polars as pl

DIGITS: Final = 32
"""Hexadecimal digits of a hash: 128 bits."""

SECTION = ("report", "section", "section_index")


def passages(corpus: pl.DataFrame) -> pl.DataFrame:
    """One row per passage of each study: report, section, section_index, offset (into the file), text.

    `corpus`: Study rows (id, text, passages).
    """
    return (
        corpus.select("id", "text", "passages")
        .explode("passages")
        .unnest("passages")
        .select(
            report="id",
            section="section",
            section_index="section_index",
            offset="file_start",
            text=pl.col("text").str.slice(pl.col("start"), pl.col("length")),
        )
    )


def sections(reports: pl.DataFrame) -> pl.DataFrame:
    """One row per section of each report: report, section, section_index, offset (into the file), text.

    `reports`: Report rows (id, sections). The same sections under the same names as `passages` gives of a corpus.
    """
    return (
        reports.select("id", "sections")
        .explode("sections")
        .drop_nulls("sections")
        .unnest("sections")
        .select(
            report="id",
            section="name",
            section_index=pl.int_range(pl.len(), dtype=pl.Int32).over("id", "name"),
            offset="start",
            text="text",
        )
    )


def report_keys(texts: pl.Series) -> pl.Series:
    """SHA-256 of whole reports as UTF-8, in hexadecimal digits; null stays null."""
    digests = [None if text is None else sha256(text.encode()).hexdigest() for text in texts]
    return pl.Series(texts.name, digests, pl.String)


def hashes(texts: pl.Series, keys: pl.Series) -> pl.Series:
    """BLAKE2b of each text, keyed by the hexadecimal digits beside it; null where either is null."""
    made = [None if text is None or key is None else _hash(text, key) for text, key in zip(texts, keys, strict=True)]
    return pl.Series(texts.name, made, pl.String)


def _hash(text: str, key: str) -> str:
    return blake2b(text.encode(), key=bytes.fromhex(key), digest_size=DIGITS // 2).hexdigest()
