"""What is looked for in documents to find questions of benchmarks: hashes of runs of their tokens."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
import polars as pl

from annotators.token_hashing.kernel import hash_runs
from annotators.token_hashing.tokens import tokens
from builders.base import Stage

RUNS: Final = "runs.npy"
"""Sorted by size and hash: (size, hash, number of the question)."""

_ENTRY: Final = np.dtype([("size", np.int32), ("hash", np.uint64), ("question", np.int32)])


@dataclass(frozen=True)
class QuestionIndex(Stage):
    """QuestionRuns rows of Question rows; the array `runs.npy` lies beside them.

    A question is looked for by every run of `words` tokens in it (13, as in GPT-3's filter, Brown et al. 2020, appendix
    C), one in letters without blanks by runs of `letters`, which are about as much text. A shorter question is looked
    for whole, and one below `least` tokens only as a whole line of a document: "What is asthma?" is asked everywhere.
    A run that stands in more than `most` questions is their form and tells none of them; 0: any number.
    """

    words: int = 13
    letters: int = 24
    least: int = 8
    most: int = 0

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Question rows; `folder` is where the array goes."""
        rows = frames[0].sort("id")
        found = tokens(rows["text"])
        counts = np.diff(found.offsets)
        longest = np.where(found.lone * 2 > counts, self.letters, self.words)
        sizes = np.clip(counts, 1, longest)
        entries = [self._entries(found.of(number), int(size), number) for number, size in enumerate(sizes)]
        runs = np.concatenate(entries) if entries else np.empty(0, _ENTRY)
        np.save(needs["folder"] / RUNS, self._telling(np.sort(runs, order=("size", "hash", "question"))))
        return rows.select(
            "id",
            number=pl.int_range(pl.len(), dtype=pl.Int32),
            tokens=pl.Series(counts, dtype=pl.Int32),
            size=pl.Series(sizes, dtype=pl.Int32),
        )

    def _telling(self, runs: np.ndarray) -> np.ndarray:
        """The runs without those of too many questions."""
        if not self.most or not len(runs):
            return runs
        _, which, counts = np.unique(runs[["size", "hash"]], return_inverse=True, return_counts=True)
        return runs[counts[which] <= self.most]

    def _entries(self, question: np.ndarray, size: int, number: int) -> np.ndarray:
        """Negative size: the run must be a whole line."""
        hashes = np.unique(hash_runs(question, size))
        found = np.empty(len(hashes), _ENTRY)
        found["size"] = size if size >= self.least else -size
        found["hash"], found["question"] = hashes, number
        return found
