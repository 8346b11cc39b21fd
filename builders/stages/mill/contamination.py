"""Which questions of benchmarks stand in which documents."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl

from annotators.token_hashing.kernel import hash_runs
from annotators.token_hashing.tokens import Tokens, tokens
from builders.base import Stage
from builders.stages.mill.question_index import RUNS
from schemas.contamination import Overlap


@dataclass(frozen=True)
class Contamination(Stage):
    """Overlap rows of documents with `id` and `text`; needs `questions` (QuestionIndex)."""

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: rows of documents."""
        rows = frames[0].select("id", "licence", "text")
        runs = np.load(needs["questions"] / RUNS, mmap_mode="r")
        questions = pl.read_parquet(needs["questions"] / "*.parquet").sort("number")
        hits = [np.empty((0, 2), np.int64)]
        sizes, starts = np.unique(runs["size"], return_index=True)
        lines = _lines(rows["text"]) if (sizes < 0).any() else None
        whole = tokens(rows["text"])
        for size, wanted in zip(sizes.tolist(), np.split(runs, starts[1:])[: len(sizes)], strict=True):
            text_hits = _hits(whole, size, wanted) if size > 0 else _line_hits(lines, -size, wanted)
            hits.append(text_hits)
        return _overlaps(np.concatenate(hits), rows, questions)


def _hits(text: Tokens, size: int, wanted: np.ndarray) -> np.ndarray:
    """(text, question) for every run of the texts that is wanted, shape (hits, 2)."""
    hashes = hash_runs(text.hashes, size)
    known = np.asarray(wanted["hash"])
    at = np.flatnonzero(_among(hashes, known))
    owner = np.searchsorted(text.offsets, at, side="right") - 1
    inside = at + size <= text.offsets[owner + 1]
    at, owner = at[inside], owner[inside]
    return _pairs(hashes[at], owner, wanted)


def _line_hits(lines: "tuple[Tokens, np.ndarray] | None", size: int, wanted: np.ndarray) -> np.ndarray:
    """The same for runs that are a whole line."""
    assert lines is not None
    text, owner = lines
    exact = np.flatnonzero(np.diff(text.offsets) == size)
    hashes = np.array([hash_runs(text.of(int(line)), size)[0] for line in exact], np.uint64)
    return _pairs(hashes, owner[exact], wanted)


def _among(hashes: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether each hash is known (sorted); a table of their first bits passes by almost all that are not."""
    bits = np.zeros(1 << 20, bool)
    bits[(known >> np.uint64(44)).astype(np.int64)] = True
    maybe = bits[(hashes >> np.uint64(44)).astype(np.int64)]
    found = np.zeros(len(hashes), bool)
    some = hashes[maybe]
    place = np.minimum(np.searchsorted(known, some), len(known) - 1)
    found[maybe] = known[place] == some
    return found


def _pairs(hashes: np.ndarray, owner: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Every question that has a hash, beside the text that has it."""
    known = np.asarray(wanted["hash"])
    first, behind = np.searchsorted(known, hashes, "left"), np.searchsorted(known, hashes, "right")
    counts = behind - first
    place = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    question = np.asarray(wanted["question"])[place]
    triples = np.column_stack([np.repeat(owner, counts), question, np.repeat(hashes, counts).view(np.int64)])
    return np.unique(triples, axis=0)[:, :2]


def _lines(texts: pl.Series) -> tuple[Tokens, np.ndarray]:
    """Tokens of every line, and the text each stands in."""
    lines = texts.alias("line").str.split("\n").to_frame().with_row_index("text").explode("line")
    return tokens(lines["line"].fill_null("")), lines["text"].to_numpy().astype(np.int64)


def _overlaps(hits: np.ndarray, documents: pl.DataFrame, questions: pl.DataFrame) -> pl.DataFrame:
    """One row per document and question; `question` where the whole of it was looked for, and found."""
    pairs = pl.DataFrame({"text": hits[:, 0], "number": hits[:, 1].astype(np.int32)})
    counted = pairs.group_by("text", "number", maintain_order=True).len("runs")
    rows = counted.join(questions, on="number", how="left", maintain_order="left")
    asked = pl.col("tokens") - pl.col("size") + 1
    kind = pl.when(pl.col("runs") >= asked).then(pl.lit("question")).otherwise(pl.lit("run"))
    types = {name: column.dtype for name, column in Overlap.columns().items()}
    return rows.select(
        id=documents["id"].gather(rows["text"]),
        licence=documents["licence"].gather(rows["text"]),
        item=pl.col("id"),
        kind=kind.cast(types["kind"]),
        runs=pl.col("runs").cast(pl.Int32),
    )
