"""How far reviewers agree, and how sure a rate is: Cohen's kappa, Krippendorff's alpha, the Wilson interval."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import sqrt
from typing import Final

Z95: Final = 1.959963984540054
Votes = Mapping[str, Mapping[str, str]]
"""Decision by item, by reviewer."""


def wilson(hits: float, of: int, z: float = Z95) -> tuple[float, float]:
    """Score interval of a proportion (Wilson 1927), 95 % unless told; (0, 1) where nothing was counted.

    `hits` is a whole number, or one and a half where ties count half.
    """
    if not of:
        return 0.0, 1.0
    rate, shrink = hits / of, 1 + z * z / of
    centre = (rate + z * z / (2 * of)) / shrink
    width = z * sqrt(rate * (1 - rate) / of + z * z / (4 * of * of)) / shrink
    return max(0.0, centre - width), min(1.0, centre + width)


def kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Cohen's kappa of two lists of decisions on the same items; None where chance alone would agree always."""
    n = len(first)
    if not n:
        return None
    seen = sum(a == b for a, b in zip(first, second, strict=True)) / n
    left, right = Counter(first), Counter(second)
    chance = sum(left[word] * right[word] for word in left) / (n * n)
    return None if chance == 1 else (seen - chance) / (1 - chance)


def kappas(votes: Votes) -> list[tuple[float | None, int]]:
    """(kappa, shared items) of every pair of reviewers that share an item."""
    found = []
    for a, b in combinations(sorted(votes), 2):
        shared = sorted(votes[a].keys() & votes[b].keys())
        if shared:
            found.append((kappa([votes[a][i] for i in shared], [votes[b][i] for i in shared]), len(shared)))
    return found


def alpha(votes: Votes) -> float | None:
    """Krippendorff's alpha over all reviewers, decisions as names; None where only one decision was ever made.

    Raises `ImportError` where the package `krippendorff` (extra `review`) is not installed.
    """
    import numpy as np
    from krippendorff import alpha as alpha_of

    items = sorted({item for mine in votes.values() for item in mine})
    words = sorted({word for mine in votes.values() for word in mine.values()})
    if len(words) < 2:
        return None
    table = [[words.index(mine[i]) if i in mine else np.nan for i in items] for mine in votes.values()]
    found = float(alpha_of(reliability_data=np.array(table), level_of_measurement="nominal"))
    return None if np.isnan(found) else found
