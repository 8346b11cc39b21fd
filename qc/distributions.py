"""The counts behind the charts of a report."""

from collections.abc import Callable
from typing import Final

import numpy as np
import polars as pl

from qc.build import Build
from qc.ranked import Ranked
from schemas.anatomy import WHOLE_REPORT

MOST_BARS: Final = 15
"""Bars of a chart; what is rarer stands in the tables."""

_BINS: Final = 20


class RankedStudies:
    """Studies ranked for each structure: queries with a first candidate."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def see(self, ranked: Ranked) -> None:
        """Count the queries of the next piece."""
        firsts = ranked.array("anatomy")[ranked.array("rank") == 1]
        for code, n in zip(*np.unique(firsts, return_counts=True), strict=True):
            name = ranked.codes.anatomies[int(code)]
            self._counts[name] = self._counts.get(name, 0) + int(n)

    def counts(self) -> dict[str, dict[str, float]]:
        """The structures with most studies; nothing where there are no rankings."""
        single = [item for item in self._counts.items() if item[0] != WHOLE_REPORT]
        most = sorted(single, key=lambda item: (-item[1], item[0]))[:MOST_BARS]
        return {"anatomies": dict(most)} if most else {}


class ScoreHistogram:
    """Scores of the best candidates and of random ones, in twenty bins of [0, 1]; below 0 counts as 0."""

    def __init__(self) -> None:
        self._counts = {"top": np.zeros(_BINS, np.int64), "random": np.zeros(_BINS, np.int64)}

    def see(self, ranked: Ranked) -> None:
        """Count the next piece."""
        place = np.clip(np.nan_to_num(ranked.array("score")) * _BINS, 0, _BINS - 1).astype(np.int64)
        stratum = ranked.rows["stratum"]
        for name, counts in self._counts.items():
            counts += np.bincount(place[(stratum == name).to_numpy()], minlength=_BINS)

    def counts(self) -> dict[str, dict[str, float]]:
        """Counts by the lower end of the bin, per stratum that occurs."""
        ends = [f"{i / _BINS:.2f}" for i in range(_BINS)]
        return {
            f"scores_{name}": dict(zip(ends, counts.tolist(), strict=True))
            for name, counts in self._counts.items()
            if counts.any()
        }


def distributions(build: Build) -> dict[str, dict[str, float]]:
    """Every distribution that the tables of a build allow, by name."""
    wanted: dict[str, tuple[str, Callable[[Build], pl.LazyFrame]]] = {
        "splits": ("corpus", lambda b: b.scan("corpus", ["id"]).select(label="file_split")),
        "words": ("corpus", _words),
        "assertions": ("entities", lambda b: _labels(b, "entities", "assertion")),
        "types": ("entities", lambda b: _labels(b, "entities", "type")),
        "certainties": ("entities", lambda b: _labels(b, "entities", "certainty")),
        "findings_present": ("entities", _present),
        "polarities": ("findings", _polarities),
        "sections": ("corpus", lambda b: _labels(b, "corpus", "section_used")),
    }
    return {name: _counted(make(build), name) for name, (table, make) in wanted.items() if build.has(table)}


def _counted(labels: pl.LazyFrame, name: str) -> dict[str, float]:
    counts = labels.group_by("label").len().collect(engine="streaming")
    order = ["label"] if name == "words" else [-pl.col("len").cast(pl.Int64), "label"]
    return dict(counts.sort(*order).head(MOST_BARS if name != "words" else 60).iter_rows())


def _labels(build: Build, table: str, column: str) -> pl.LazyFrame:
    return build.scan(table, [column]).select(label=pl.col(column).cast(pl.String))


def _words(build: Build) -> pl.LazyFrame:
    """Lengths of the texts in tens of words, longer ones together."""
    tens = (pl.col("n_words") // 10 * 10).clip(0, 200)
    return build.scan("corpus", ["n_words"]).select(label=tens.cast(pl.String).str.zfill(3))


def _present(build: Build) -> pl.LazyFrame:
    scored = pl.col("type").cast(pl.String).is_in(["Abnormality", "Disease"])
    rows = build.scan("entities", ["canonical", "type", "assertion"])
    return rows.filter(scored, pl.col("assertion").cast(pl.String) == "present").select(label="canonical")


def _polarities(build: Build) -> pl.LazyFrame:
    rows = build.scan("findings", ["anatomy", "polarity"]).filter(pl.col("anatomy") == WHOLE_REPORT)
    return rows.select(label=pl.col("polarity").cast(pl.String))
