"""What the kernel keeps, as those read it who do not run it: places, strata, and arrays per query. Loads no numba."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

SCALE: Final = 1 << 20
"""Steps per unit of score (resolution 9.5e-7)."""

MOST: Final = 16
"""Scores are cut off here. Where similarities are negative, 2PR / (P + R) has a pole at P = -R; else it ends at 1."""

N_STRATA: Final = 4
"""Score bands high, middle, low, and `random` (any score); see `schemas.retrieval.STRATA`."""

TIE_BITS: Final = np.uint64(39)
"""Bits of a place that hold the hash; the 25 above hold the score."""


class Chosen(NamedTuple):
    """What each study kept: [study, k] the best, [study, stratum * draws] the drawn; place 0 where there is none.

    `bar` and `tied`: see `selection.Kept`; `key`: hash of (own set, drawn set); `*_agree`: bits of agreement.
    """

    place: NDArray[np.uint64]
    number: NDArray[np.uint32]
    agree: NDArray[np.uint8]
    bar: NDArray[np.uint64]
    tied: NDArray[np.int32]
    drawn_key: NDArray[np.uint32]
    drawn_place: NDArray[np.uint64]
    drawn_number: NDArray[np.uint32]
    drawn_agree: NDArray[np.uint8]
