"""Documents that the medical filter is measured on: medical and general, six languages, in two halves by source."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
from medical_filter_general import general
from medical_filter_medical import Segment, medical

from schemas.corpora import LANGUAGES

SHORTEST = 200
"""Characters; shorter segments are joined with the next of their source."""
MOST = 1500
"""Documents of one source; of larger ones every nth is taken, so that none decides alone."""

LOOKED_AT = (
    "E3C layer1", "E3C SPACCC", "E3C SciELO", "TICO-19 CMU", "TICO-19 Wikipedia", "MedQuAD 1_", "MedQuAD 6_",
    "pmc_case_reports", "HEAD-QA M", "FrenchMedMCQA dev", "RuMedDaNet", "RuMedTop3", "CMMLU anatomy", "CMMLU c",
    "Chinese dialogues, 心", "Chinese dialogues, 消", "IgakuQA 2018", "IgakuQA 2019",
    "CMMLU world_history", "CMMLU economics", "CMMLU astronomy", "CMMLU computer", "GSD dev", "Common Crawl, extracted",
)  # fmt: skip
"""Beginnings of the names of sources whose errors were looked at; of XQuAD and JSQuAD the articles of even number."""


def documents(samples: Path, language: str) -> pl.DataFrame:
    """Columns id, source, language, medical, looked_at, text; every text has at least `SHORTEST` characters."""
    rows = [
        (source, name, text)
        for name, segments in (("medical", medical), ("general", general))
        for source, text in _joined(segments(samples, language))
    ]
    frame = pl.DataFrame(rows, schema=["source", "label", "text"], orient="row")
    frame = frame.with_columns(pl.int_range(pl.len()).over("source").alias("nth"), pl.len().over("source").alias("of"))
    step = (pl.col("of") - 1) // MOST + 1
    return frame.filter(pl.col("nth") % step == 0).select(
        (pl.lit(language + "/") + pl.col("source") + "/" + pl.col("nth").cast(pl.String)).alias("id"),
        "source",
        pl.lit(language).alias("language"),
        (pl.col("label") == "medical").alias("medical"),
        pl.col("source").map_elements(looked_at, pl.Boolean).alias("looked_at"),
        "text",
    )


def all_documents(samples: Path) -> pl.DataFrame:
    """Those of the six languages."""
    return pl.concat(documents(samples, language) for language in LANGUAGES)


def looked_at(source: str) -> bool:
    """Whether a source belongs to the half that thresholds and lists were tried on."""
    if "#" in source:
        return int(source.partition("#")[2]) % 2 == 0
    return source.startswith(LOOKED_AT)


def _joined(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Short neighbours of one source become one text; what is too short at the end of a source is left out."""
    source, text = "", ""
    for name, segment in segments:
        if name != source:
            source, text = name, ""
        text = f"{text} {segment.strip()}".strip()
        if len(text) >= SHORTEST:
            yield source, text
            text = ""
