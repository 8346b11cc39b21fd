"""The published weights of RaTEScore (arXiv 2406.16845, package 0.6.0, MIT): `weights.tsv`, sets `long` and `short`.

Row: type of the entity asked about; column: type of its best match. `polarity_flip` multiplies the similarity
when one of the two is said to be there and the other to be not.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from schemas.words import RATE_TYPES

WeightSet = Literal["long", "short"]
"""`long` was searched on whole reports, `short` on sentences; the package's default is `long`."""

_FILE: Final = Path(__file__).with_name("weights.tsv")
_POSITIVE: Final = np.array([t in ("Abnormality", "Disease") for t in RATE_TYPES])
_NEGATIVE: Final = np.array([t in ("Non-Abnormality", "Non-Disease") for t in RATE_TYPES])


@dataclass(frozen=True)
class Weights:
    """Both 5 x 5, float32, indexed [type asked about, type of its best match] in the order of `RATE_TYPES`.

    `affinity` weighs a match; `signed` is the affinity times the penalty where the polarity flips.
    """

    affinity: NDArray[np.float32]
    signed: NDArray[np.float32]

    @property
    def penalty(self) -> NDArray[np.float32]:
        """What the similarity is multiplied with: below 1 where the polarity flips."""
        return self.signed / self.affinity


@cache
def load(name: WeightSet = "long") -> Weights:
    """The weights of one published set; raises `ValueError` for another name."""
    header, *lines = (line.split("\t") for line in _FILE.read_text(encoding="utf-8").splitlines())
    rows = {line[1]: [float(x) for x in line[2:]] for line in lines if line[0] == name}
    if tuple(header[2:]) != RATE_TYPES or not rows:
        raise ValueError(f"{_FILE.name} has no weights {name!r} over {', '.join(RATE_TYPES)}; expected long or short")
    affinity = np.array([rows[t] for t in RATE_TYPES], np.float32)
    flips = (_POSITIVE[:, None] & _NEGATIVE) | (_NEGATIVE[:, None] & _POSITIVE)
    return Weights(affinity, np.where(flips, affinity * np.float32(rows["polarity_flip"][0]), affinity))
