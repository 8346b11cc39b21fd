"""Which texts nearly repeat each other: MinHash signatures and banding (Broder 1997; Leskovec et al., MMDS ch. 3)."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

WORDS: Final = 3
"""Words per shingle."""

BANDS: Final = 12
ROWS: Final = 6
"""Pairs with a Jaccard similarity of 0.8 share a band with probability 0.97, pairs of 0.5 with 0.17."""

ALIKE: Final = 0.8
"""Estimated Jaccard similarity of the word shingles from which two texts nearly repeat each other."""

_TEXTS_AT_ONCE: Final = 10_000

_NEIGHBOURS: Final = 63
"""How many of those behind it in its bucket a text is compared with, beside the first; buckets are rarely larger."""
_NUMBERS: Final = r"\d+|_{2,}|\b[Xx]{3,}\b"
"""Numbers and masks, which do not make a sentence another one."""


def plain_words(texts: pl.Series) -> pl.Series:
    """The words of each text in lower case, one blank apart, with every number and mask as `0`."""
    words = pl.col("text").str.replace_all(_NUMBERS, "0").str.to_lowercase().str.extract_all(r"\w+").list.join(" ")
    return texts.alias("text").to_frame().select(words).to_series()


def signatures(texts: pl.Series) -> np.ndarray:
    """MinHash signatures, shape (texts, BANDS * ROWS), 32 bit; equal word sequences have equal signatures."""
    parts = [_signatures(texts[i : i + _TEXTS_AT_ONCE]) for i in range(0, len(texts), _TEXTS_AT_ONCE)]
    return np.concatenate(parts) if parts else np.empty((0, BANDS * ROWS), np.uint32)


def groups(signature: np.ndarray) -> np.ndarray:
    """Number of the group of near-duplicates each text belongs to; a text without any is alone in its group."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(signature)
    left, right = (np.concatenate(side) for side in zip(*_links(signature), strict=True))
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(n, n))
    return connected_components(graph, directed=False)[1]


def _links(signature: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of a bucket that really are alike: each with the first, and with those next to it."""
    for band in range(BANDS):
        rows = np.ascontiguousarray(signature[:, band * ROWS : (band + 1) * ROWS])
        _, first, bucket = np.unique(rows.view(f"V{4 * ROWS}").ravel(), return_index=True, return_inverse=True)
        member = np.argsort(bucket, kind="stable")
        yield _alike(signature, first[bucket], np.arange(len(signature)))
        for step in range(1, min(_NEIGHBOURS, len(member) - 1) + 1):
            left, right = member[:-step], member[step:]
            together = bucket[left] == bucket[right]
            if not together.any():
                break
            yield _alike(signature, left[together], right[together])


def _alike(signature: np.ndarray, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    alike = (signature[left] == signature[right]).mean(axis=1) >= ALIKE
    return left[alike], right[alike]


def _signatures(texts: pl.Series) -> np.ndarray:
    words = texts.str.to_lowercase().str.extract_all(r"\w+").list.eval(pl.element().hash(seed=1))
    counts = words.list.len().to_numpy().astype(np.int64)
    flat = words.explode(keep_nulls=False, empty_as_null=False).to_numpy()
    shingles, starts, empty = _shingles(flat, counts)
    draws = np.random.default_rng(1).integers(1, 2**63, size=(BANDS * ROWS, 2), dtype=np.uint64)
    found = np.empty((len(counts), BANDS * ROWS), np.uint32)
    for i, (factor, shift) in enumerate(draws | np.uint64(1)):
        mixed = ((shingles ^ shift) * factor) >> np.uint64(32)
        found[:, i] = np.minimum.reduceat(mixed, starts)
    found[empty] = 0
    return found


def _shingles(words: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hashes of all word triples, where each text's begin, and which texts have no words.

    A text of fewer words has one shingle of what there is: texts are padded to at least one shingle.
    """
    padded = np.maximum(counts, WORDS)
    ends = np.cumsum(padded)
    place = np.arange(len(words)) + np.repeat(ends - padded - (np.cumsum(counts) - counts), counts)
    line = np.zeros(int(padded.sum()) + WORDS, np.uint64)
    line[place] = words
    mixed = line[:-WORDS].copy()
    for k in range(1, WORDS):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + line[k : len(line) - WORDS + k]
    mixed ^= mixed >> np.uint64(29)
    keep = np.ones(len(mixed), bool)
    for k in range(1, WORDS):
        keep[ends - k] = False
    lengths = padded - (WORDS - 1)
    return mixed[keep], np.cumsum(lengths) - lengths, counts == 0
