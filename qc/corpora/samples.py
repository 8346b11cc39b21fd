"""Some documents that a reader can judge, quoted as far as the licence of each allows."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from qc.build import Build
from qc.corpora.found import corpora, documents_of
from schemas.licences import UNKNOWN, normalised, terms_of

_EACH: Final = 2
_MOST_LETTERS: Final = 400
_SEED: Final = 3


@dataclass(frozen=True)
class Shown:
    """One document: why it is here, its figures, and its beginning where its licence allows; else `text` is empty."""

    id: str
    language: str
    why: str
    told: str
    text: str


def documents(build: Build) -> list[Shown]:
    """Per language some drawn by a hash of their id, and those with the lowest scores; none without a corpus."""
    if not corpora(build):
        return []
    columns = ["id", "language", "licence", "medical_score", "keyword_hits", "url", "text"]
    rows = documents_of(build, columns).with_columns(turn=pl.col("id").hash(seed=_SEED))
    chance = rows.sort("turn", "id").group_by("language", maintain_order=True).head(_EACH)
    lowest = (
        rows.drop_nulls("medical_score").sort("medical_score", "id").group_by("language", maintain_order=True).head(1)
    )
    parts = [chance.with_columns(why=pl.lit("drawn")), lowest.with_columns(why=pl.lit("lowest score"))]
    found = pl.concat([part.with_columns(pl.col("text").str.head(_MOST_LETTERS)).collect() for part in parts])
    text_may_be_shown = build.manifest.terms.shows_text()
    return [
        _shown(row, text_may_be_shown)
        for row in found.unique(["source", "id"], keep="first", maintain_order=True)
        .sort("language")
        .iter_rows(named=True)
    ]


def _shown(row: dict, allowed: bool) -> Shown:
    licence = normalised(row["licence"])
    quoted = allowed and licence != UNKNOWN and terms_of(licence).shows_text()
    score = "no score" if row["medical_score"] is None else f"score {row['medical_score']:.2f}"
    told = f"{score}, {row['keyword_hits'] or 0} terms, licence {licence}"
    return Shown(row["id"], row["language"], row["why"], told, row["text"] if quoted else "")
