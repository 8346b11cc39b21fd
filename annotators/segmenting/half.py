"""Half-precision numbers by their bits, for numba, which has no such type; the results are those of torch."""

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled

_SCALE = np.float32(2.0**112)
"""Between the exponents of single and half precision."""


@compiled
def weigh_and_add(
    total: NDArray[np.uint16], scores: NDArray[np.float32], weight: NDArray[np.float32], z: int, y: int, x: int
) -> None:
    """`total[:, z:, y:, x:] += scores * weight`: product and sum in single precision, then rounded to half.

    `total` and `scores`: [channel, z, y, x]; `weight`: [z, y, x], of the size of a tile.
    """
    channels, depth, height, width = scores.shape
    for channel in range(channels):
        for k in range(depth):
            for j in range(height):
                _add_row(total[channel, z + k, y + j, x : x + width], scores[channel, k, j], weight[k, j])


@compiled
def _add_row(total: NDArray[np.uint16], scores: NDArray[np.float32], weight: NDArray[np.float32]) -> None:
    for i in range(scores.size):
        total[i] = _rounded(_single(np.uint32(total[i])) + scores[i] * weight[i])


@compiled
def _single(word: int) -> np.floating:
    """The number that 16 bits stand for."""
    size = np.uint32((word & np.uint32(0x7FFF)) << np.uint32(13))
    value = np.uint32(size).view(np.float32) * _SCALE
    value = np.float32(np.inf) if size == np.uint32(0x7C00 << 13) else value
    value = np.float32(np.nan) if size > np.uint32(0x7C00 << 13) else value
    return -value if word & np.uint32(0x8000) else value


@compiled
def _rounded(value: np.floating) -> np.unsignedinteger:
    """The bits of the nearest half-precision number, ties to even (F. Giesen, float_to_half_fast3_rtne)."""
    bits = np.float32(value).view(np.uint32)
    size = np.uint32(bits & np.uint32(0x7FFFFFFF))
    tiny = np.uint32(
        np.float32(np.uint32(size).view(np.float32) + np.float32(0.5)).view(np.uint32) - np.uint32(0x3F000000)
    )
    odd = (size >> np.uint32(13)) & np.uint32(1)
    word = np.uint32((size + np.uint32(0xC8000FFF) + odd) >> np.uint32(13))
    word = tiny if size < np.uint32(0x38800000) else word
    word = np.uint32(0x7C00) if size >= np.uint32(0x47800000) else word
    word = np.uint32(0x7E00) if size > np.uint32(0x7F800000) else word
    return np.uint16(word | ((bits >> np.uint32(16)) & np.uint32(0x8000)))


@compiled
def infinite(bits: NDArray[np.uint16]) -> bool:
    """Whether one of the numbers is infinite."""
    found = False
    for word in bits:
        found |= (word & 0x7FFF) == 0x7C00
    return found
