"""From the scores of a network to a label map: the voxels of nnU-Net's own export, in less time and memory.

nnU-Net brings all channels to the shape of the image, keeps them all, and takes the first largest of each voxel. Here
each channel is brought to that shape by nnU-Net's own function, compared with the best so far, and forgotten.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled

Half = NDArray[np.float16]
Bits = NDArray[np.uint16]
"""Numba knows no half precision, so it gets the bits."""


def first_largest(logits: Half, resample: Callable[[Half], Half]) -> NDArray[np.unsignedinteger]:
    """The first largest channel of each voxel: `resample(logits).argmax(0)`; logits are [channel, z, y, x].

    A channel that nowhere exceeds channel 0 is not resampled: linear weights are the same for all channels and none
    is negative, and product, sum and rounding keep order, so it exceeds channel 0 nowhere after resampling either, and
    ties go to the first.
    """
    low, best = _order(_bits(logits[0])), _order(_bits(resample(logits[:1])[0]))
    out: NDArray[np.unsignedinteger] = np.zeros(best.shape, np.uint8 if len(logits) <= 256 else np.uint16)
    for channel in range(1, len(logits)):
        if _exceeds(_bits(logits[channel]).reshape(-1), low.reshape(-1)):
            scores = _bits(resample(logits[channel : channel + 1])[0])
            _raise(scores.reshape(-1), best.reshape(-1), out.reshape(-1), channel)
    return out  # pyright: ignore[reportReturnType]


def _bits(values: Half) -> Bits:
    return np.ascontiguousarray(values).view(np.uint16)


def _order(bits: Bits) -> Bits:
    out = np.zeros(bits.shape, np.uint16)
    _raise(bits.reshape(-1), out.reshape(-1), np.zeros(bits.size, np.uint8), 0)
    return out


@compiled
def _place_of(word: int) -> np.unsignedinteger:
    """Half-precision numbers by their bits, in their order; both zeros are equal, NaN exceeds all, as in argmax."""
    if (word & 0x7FFF) > 0x7C00:
        return np.uint16(0xFFFF)  # pyright: ignore[reportReturnType]
    if word == 0x8000:
        return np.uint16(0x8000)  # pyright: ignore[reportReturnType]
    return np.uint16(word ^ 0xFFFF) if word & 0x8000 else np.uint16(word | 0x8000)  # pyright: ignore[reportReturnType]


@compiled
def _exceeds(bits: Bits, order: Bits) -> bool:
    """Whether any number exceeds the one of the same place."""
    found = False
    for place in range(bits.size):
        found |= _place_of(bits[place]) > order[place]
    return found


@compiled
def _raise(bits: Bits, best: Bits, out: NDArray[np.uint8], channel: int) -> None:
    """Where a channel exceeds the best so far, it is the best; nothing is below the 0 that `best` starts with."""
    for place in range(bits.size):
        order = _place_of(bits[place])
        if order > best[place]:
            best[place] = order
            out[place] = channel
