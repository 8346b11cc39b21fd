"""How medical the documents were found to be, by language: the counts behind the charts."""

from typing import Final

import polars as pl

from qc.build import Build
from qc.corpora.found import scored
from schemas.corpora import LANGUAGES

_BINS: Final = 20


def score_histograms(build: Build) -> dict[str, dict[str, float]]:
    """`medical_score_LANGUAGE`: documents by the lower end of a twentieth; only languages with any score."""
    tables = scored(build)
    if not tables:
        return {}
    rows = pl.concat([build.scan(table, ["language", "medical_score"]) for table in tables.values()])
    place = (pl.col("medical_score") * _BINS).floor().clip(0, _BINS - 1).cast(pl.Int64)
    found = rows.drop_nulls("medical_score").group_by("language", place.alias("bin")).len().collect(engine="streaming")
    known = {(language, number): n for language, number, n in found.iter_rows()}
    order = sorted({language for language, _ in known}, key=lambda one: (one not in LANGUAGES, one))
    return {
        f"medical_score_{language}": {f"{n / _BINS:.2f}": known.get((language, n), 0) for n in range(_BINS)}
        for language in order
    }
