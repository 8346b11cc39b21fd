"""Every study against every other one, per structure: two blocks of finding sets in, what both keep out."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.ratescore.places import Chosen
from annotators.ratescore.weights import WeightSet, load
from builders.base import Stage
from builders.settings import AtLeastOne, NotNegative, Share
from schemas.retrieval import STRATA
from schemas.words import RATE_TYPES

if TYPE_CHECKING:
    from annotators.ratescore.block_sets import Block
    from annotators.ratescore.kernel import Vocabulary

_SPARE = 4
"""Sets drawn beyond the wanted number, since some of them will turn out to be among the best."""


@dataclass(frozen=True)
class Rank(Stage):
    """Exact RaTEScore of all pairs of two blocks; each pair is scored once, for both sides.

    `top_k`: candidates kept per query; `sample`: candidates per stratum beside them (`schemas.retrieval.STRATA`);
    `weights`: the published set, `long` or `short`. `empty_score`: what a study scores with every other one of
    whose report nothing is scored; without it there are no such rows (`FindingSets`).
    """

    top_k: AtLeastOne = 100
    sample: NotNegative = 8
    weights: WeightSet = "long"
    empty_score: Share | None = None

    version: ClassVar[int] = 1
    data: ClassVar[tuple[str, ...]] = ("annotators/ratescore/weights.tsv",)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
        """`frames`: two blocks of FindingSet rows of one key; needs `vocabulary` and `similarity`.

        Returns the partial rows of each, see `MergeRanks`; on the diagonal the second is empty.
        """
        from annotators.ratescore.block_sets import chosen, narrowed
        from annotators.ratescore.blocks import rank_between, rank_within
        from annotators.ratescore.selection import nothing_kept

        left, right = frames
        words = whole_vocabulary(needs["vocabulary"], needs["similarity"], self.weights, self.empty_score)
        a = block_of_rows(left, words)
        kept_a = nothing_kept(a.studies, self.top_k, self.sample + _SPARE)
        if left is right:
            words, (sets,) = narrowed(words, a)
            rank_within(words, sets, a.studies, kept_a)
            rows = _partial(left, chosen(a, a, kept_a))
            return rows, rows.clear()
        b = block_of_rows(right, words)
        kept_b = nothing_kept(b.studies, self.top_k, self.sample + _SPARE)
        words, (sets_a, sets_b) = narrowed(words, a, b)
        rank_between(words, sets_a, sets_b, a.studies, b.studies, kept_a, kept_b)
        return _partial(left, chosen(a, b, kept_a)), _partial(right, chosen(b, a, kept_b))

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """At most all that is kept; 5 bytes a candidate, measured on Open-i."""
        kept = rows * (self.top_k + len(STRATA) * self.sample)
        return kept, 5 * kept


def stamp(*folders: Path) -> tuple[tuple[str, int], ...]:
    """Changes when a file of the folders does."""
    return tuple((p.name, p.stat().st_mtime_ns) for folder in folders for p in sorted(folder.iterdir()))


def whole_vocabulary(vocabulary: Path, similarity: Path, name: WeightSet, empty_score: float | None) -> "Vocabulary":
    """The cosines stay in their file, mapped as copy-on-write.

    They are mapped anew each time, which takes milliseconds: pages that have been read count as memory of the
    process as long as it holds the map, and merging needs the room.
    """
    from annotators.ratescore.kernel import vocabulary_of, with_nothing

    w = load(name)
    cosine = np.asarray(np.load(similarity / "cosine.npy", mmap_mode="c"))
    words = vocabulary_of(cosine, *_entries(vocabulary, stamp(vocabulary)), w.affinity, w.signed)
    return words if empty_score is None else with_nothing(words, empty_score)


def entries_of(sets: pl.DataFrame, words: "Vocabulary") -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The vocabulary entries of FindingSet rows, flat, and how many each has; an empty one has the last."""
    nothing = pl.lit([words.term.size - 1], pl.List(pl.UInt32))
    entries = sets.select(pl.when(pl.col("entries").list.len() == 0).then(nothing).otherwise("entries")).to_series()
    return entries.explode().to_numpy(), entries.list.len().to_numpy().astype(np.int64)


@cache
def _entries(vocabulary: Path, _: object) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Row in the cosines and type of every entry; read once per process, until the file changes."""
    rows = pl.read_parquet(vocabulary / "*.parquet", columns=["entry", "row", "type"]).sort("entry")
    kind = rows["type"].cast(pl.String).replace_strict(list(RATE_TYPES), range(len(RATE_TYPES)), return_dtype=pl.Int32)
    return rows["row"].to_numpy(), kind.to_numpy()


def block_of_rows(rows: pl.DataFrame, words: "Vocabulary") -> "Block":
    """FindingSet rows of one key as the kernel wants them; studies stay in their order."""
    from annotators.ratescore.block_sets import block_of

    columns = {name: rows[name].to_numpy() for name in ("set_seed", "number", "seed", "patient", "group")}
    marks = rows.select("sides", "severities", "changes").to_numpy()
    return block_of(columns, *entries_of(rows, words), marks)


def _partial(queries: pl.DataFrame, found: Chosen) -> pl.DataFrame:
    """One row per query, in the order of the queries: what it is, and what it kept."""
    fields = {name: pl.Series(name, values) for name, values in found._asdict().items()}
    return queries.select("split", "anatomy", "polarity", query="number").with_columns(**fields)
