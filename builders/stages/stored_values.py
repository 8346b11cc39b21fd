"""How often each stored value occurs in a volume, and which of them only fill what was not scanned."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np

_CHUNK: Final = 4 * 2**20
"""Voxels counted at once: the memory beside the volume is 8 bytes for each of these."""
_LOWEST, _HIGHEST = -(2**16), 2**17
"""Values beyond are counted at the ends; no CT value lies there."""
_ON_EDGES: Final = 0.02
"""Share of the voxels on the twelve edges of the box that a padding value has at least."""
_AROUND, _SPIKE = 16, 8
"""A padding value occurs more than 8 times as often as those within 16 of it do on average (their median)."""
_INSIDE, _ALONE, _SCATTERED = 0.005, 50, 0.3
"""One that reaches no edge: its share of all voxels, how many times more often; and the share of what is left."""


@dataclass(frozen=True)
class StoredValues:
    """`counts[n]`: voxels whose value, rounded, is `low + n`. `padding`: values that fill, the most frequent first."""

    low: int
    counts: "np.ndarray"
    padding: tuple[int, ...]

    def without_padding(self) -> "np.ndarray":
        """The counts with those of the padding set to 0."""
        kept = self.counts.copy()
        kept[[value - self.low for value in self.padding]] = 0
        return kept


def stored_values(values: "np.ndarray") -> StoredValues:
    """Count all voxels once, and find the padding: constants that pile up on the edges of the box.

    A scan is round or tilted and its file a box, so what fills the rest reaches the edges, and it is one value
    exactly, where air and tissue scatter: -2000, -3024, -8192, -1024, 0 … There may be two (a filled corner,
    and air cut off at -1024).
    """
    import numpy as np

    low = int(max(np.floor(values.min()), _LOWEST))
    high = int(min(np.ceil(values.max()), _HIGHEST))
    counts = np.zeros(max(high - low, 0) + 1, np.int64)
    for chunk in _chunks(values):
        counts += np.bincount(_places(chunk, low, len(counts)), minlength=len(counts))
    edges = np.concatenate([edge.ravel() for edge in _edges(values)])
    on_edges = np.bincount(_places(edges, low, len(counts)), minlength=len(counts))
    padding = _padding(counts, on_edges)
    filling = [*padding, *_inside(counts, padding)]
    return StoredValues(low, counts, tuple(place + low for place in filling))


def _chunks(values: "np.ndarray") -> "Iterator[np.ndarray]":
    flat = values.ravel(order="K")
    yield from (flat[start : start + _CHUNK] for start in range(0, len(flat), _CHUNK))


def _places(values: "np.ndarray", low: int, size: int) -> "np.ndarray":
    import numpy as np

    whole = np.rint(values) if values.dtype.kind == "f" else values
    if whole.dtype.kind == "f" or whole.dtype.itemsize > 2:
        whole = np.clip(whole, low, low + size - 1)
    return whole.astype(np.int64) - low


def _edges(values: "np.ndarray") -> "Iterator[np.ndarray]":
    """The voxels on the twelve edges of the box; corners are there three times."""
    ends = [0, -1]
    yield values[ends][:, ends]
    yield values[ends][:, :, ends]
    yield values[:, ends][:, :, ends]


def _padding(counts: "np.ndarray", on_edges: "np.ndarray") -> list[int]:
    """Places of the values that fill edges, the most frequent there first."""
    import numpy as np

    many = np.flatnonzero(on_edges >= _ON_EDGES * on_edges.sum())
    ordered = many[np.argsort(-on_edges[many], kind="stable")]
    return [int(place) for place in ordered if _piles_up(counts, int(place), _SPIKE)]


def _inside(counts: "np.ndarray", known: list[int]) -> list[int]:
    """Piles of one value that reach no edge, in a volume whose other values scatter (a phantom's may not)."""
    import numpy as np

    many = np.flatnonzero(counts >= _INSIDE * counts.sum())
    found = [int(place) for place in many if place not in known and _piles_up(counts, int(place), _ALONE)]
    left = counts.sum() - counts[[*known, *found]].sum()
    return found if left >= _SCATTERED * counts.sum() else []


def _piles_up(counts: "np.ndarray", place: int, times: int) -> bool:
    return bool(counts[place] > times * max(_typical(counts, place), 1.0))


def _typical(counts: "np.ndarray", place: int) -> float:
    import numpy as np

    left, right = counts[max(place - _AROUND, 0) : place], counts[place + 1 : place + 1 + _AROUND]
    around = np.concatenate([left, right])
    return float(np.median(around)) if len(around) else 0.0
