"""Nothing is read or embedded twice: entities per sentence and vectors per string, in memory and, if asked, on disk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.ratescore import kept_files
from annotators.ratescore.embedders import Embedder
from annotators.ratescore.mentions import Mention, Recognizer, Told

_MENTIONS: Final = {
    "key": pl.Binary, "start": pl.List(pl.Int32), "end": pl.List(pl.Int32), "type": pl.List(pl.UInt8),
    "words": pl.List(pl.String),
}  # fmt: skip
_LANES: Final = 8


@dataclass
class Entities:
    """The entities of sentences by one recognizer; `asked`: sentences that it read, others were known."""

    recognizer: Recognizer
    folder: Path | None = None
    asked: int = 0
    _fingerprint: str = ""
    _known: dict[bytes, list[Mention]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.folder:
            return
        self._fingerprint = self.recognizer.fingerprint
        for rows in kept_files.kept(self.folder, "entities", self._fingerprint):
            for key, *columns in rows.iter_rows():
                self._known.setdefault(key, [Mention(*one) for one in zip(*columns, strict=True)])

    def of(self, told: Sequence[Told]) -> list[list[Mention]]:
        """The entities of each."""
        keys = [_key(one) for one in told]
        new = {key: one for key, one in zip(keys, told, strict=True) if key not in self._known}
        if new:
            self._add(list(new), self.recognizer.read(list(new.values())))
        return [self._known[key] for key in keys]

    def _add(self, keys: list[bytes], found: list[list[Mention]]) -> None:
        self.asked += len(keys)
        if self.folder:
            columns = [[[mention[place] for mention in own] for own in found] for place in range(4)]
            rows = pl.DataFrame(dict(zip(_MENTIONS, [keys, *columns], strict=True)), _MENTIONS)
            kept_files.add(self.folder, "entities", self._fingerprint, rows)
        self._known.update(zip(keys, found, strict=True))


@dataclass
class Vectors:
    """The vectors of strings by one embedder; `asked`: strings that it embedded, others were known."""

    embedder: Embedder
    folder: Path | None = None
    asked: int = 0
    _fingerprint: str = ""
    _places: dict[str, int] = field(default_factory=dict, repr=False)
    _rows: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32), repr=False)

    def __post_init__(self) -> None:
        if not self.folder:
            return
        self._fingerprint = self.embedder.fingerprint
        for rows in kept_files.kept(self.folder, "vectors", self._fingerprint):
            new = rows.filter(~pl.col("words").is_in(list(self._places))) if self._places else rows
            self._put(new["words"].to_list(), new["vector"].to_numpy())

    @property
    def rows(self) -> NDArray[np.float32]:
        """[place, dimension], of length 1 each, padded with zeros to a multiple of eight."""
        return self._rows

    def places(self, words: Iterable[str]) -> NDArray[np.int32]:
        """The row of each string."""
        words = list(words)
        new = sorted({one for one in words if one not in self._places})
        if new:
            vectors = self.embedder.embed(new)
            self.asked += len(new)
            if self.folder:
                rows = pl.DataFrame({"words": new, "vector": np.ascontiguousarray(vectors, np.float32)})
                kept_files.add(self.folder, "vectors", self._fingerprint, rows)
            self._put(new, vectors)
        return np.array([self._places[one] for one in words], np.int32)

    def _put(self, words: list[str], vectors: NDArray[np.float32]) -> None:
        if not words:
            return
        first, needed = len(self._places), len(self._places) + len(words)
        if needed > len(self._rows):
            grown = np.zeros((max(needed, 2 * len(self._rows)), -(-vectors.shape[1] // _LANES) * _LANES), np.float32)
            grown[:first] = self._rows[:first] if first else 0
            self._rows = grown
        self._rows[first:needed, : vectors.shape[1]] = vectors
        self._places |= {one: first + row for row, one in enumerate(words)}


def _key(told: Told) -> bytes:
    """A hash of what is told: the cache need not hold the sentences."""
    sentence, before = (part.encode("utf-8", "surrogatepass") for part in told)
    return blake2b(b"%d\0%s%s" % (len(sentence), sentence, before), digest_size=16).digest()
