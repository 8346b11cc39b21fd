"""Scores of any pairs of a finished build, from the tables that it keeps and does not publish."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from builders.stages.rank import block_of_rows, entries_of, whole_vocabulary
from builders.store import Store
from qc.build import Build
from schemas.anatomy import slug
from schemas.manifest import Manifest

if TYPE_CHECKING:
    from annotators.ratescore.kernel import Vocabulary

NEEDED: Final = ("sets", "vocabulary", "similarity")


@dataclass(frozen=True)
class ExactScores:
    """What `qc.evaluate.judged.Scorer` asks for. `folders`: of the rows of `NEEDED`; `settings`: of the ranking."""

    folders: Mapping[str, Path]
    settings: Mapping[str, Any]

    def scores(self, split: str, anatomy: str, pairs: pl.DataFrame) -> pl.Series:
        """See there; equal to the bit to what `rankings` stores."""
        from annotators.ratescore.kernel import sets_of
        from annotators.ratescore.listed import score_listed

        rows = self._sets(split, anatomy)
        place = rows.select("study").with_row_index("place")
        found = pairs.with_columns(
            pl.col(name).replace_strict(place["study"], place["place"], default=None) for name in ("query", "candidate")
        )
        both = found.with_row_index("row").drop_nulls()
        entries, size = entries_of(rows, self._words)
        sets = sets_of(entries, np.concatenate(([0], np.cumsum(size))), self._words.term.size)
        made = score_listed(self._words, sets, both["query"].to_numpy(), both["candidate"].to_numpy())
        scores = np.full(pairs.height, np.nan, np.float32)
        scores[both["row"].to_numpy()] = made
        return pl.Series("score", scores, nan_to_null=True)

    def count_above(self, split: str, anatomy: str, queries: pl.Series, bound: float) -> pl.Series:
        """See there."""
        from annotators.ratescore.block_sets import narrowed
        from annotators.ratescore.counts import count_above

        rows = self._sets(split, anatomy)
        mine = rows.filter(pl.col("study").is_in(queries.implode()))
        a, b = block_of_rows(mine, self._words), block_of_rows(rows, self._words)
        words, (asked, others) = narrowed(self._words, a, b)
        counts = count_above(words, asked, others, a.studies, b.studies, bound)
        return queries.replace_strict(mine["study"], pl.Series(counts), default=0)

    @cached_property
    def _words(self) -> "Vocabulary":
        places = self.folders["vocabulary"], self.folders["similarity"]
        return whole_vocabulary(*places, self.settings["weights"], self.settings["empty_score"])

    def _sets(self, split: str, anatomy: str) -> pl.DataFrame:
        """FindingSet rows of one anatomy of one split, and the study of each, in order of id."""
        rows = pl.scan_parquet(self.folders["sets"] / "*.parquet").filter(pl.col("anatomy") == anatomy)
        rows = rows.filter(pl.col("split").cast(pl.String) == split).sort("id").collect()
        return rows.with_columns(study=pl.col("id").str.strip_suffix(f"/{slug(anatomy)}"))


def exact_scores(build: Build) -> ExactScores | None:
    """The scorer of a build; None where the tables that it needs are not there, as in a copy that was downloaded."""
    folders = {name: _rows(Store(build.folder), build.manifest, name) for name in NEEDED}
    there = {name: folder for name, folder in folders.items() if folder is not None}
    settings = build.manifest.settings.get("rankings", {})
    if len(there) < len(NEEDED) or not {"weights", "empty_score"} <= set(settings):
        return None
    return ExactScores(there, settings) if (there["similarity"] / "cosine.npy").is_file() else None


def _rows(store: Store, manifest: Manifest, table: str) -> Path | None:
    """The folder of a table's rows, where all of its partitions are there."""
    stages = [stage for stage in manifest.stages if stage.table == table]
    if not stages:
        return None
    rows = store.folder(table, stages[0].fingerprint).rows
    return rows if 0 < stages[0].partitions == len(list(rows.glob("*.parquet"))) else None
