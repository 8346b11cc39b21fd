"""How to say of several networks which device they ran on."""

from collections.abc import Sequence

from annotators.segmenting.segmenter import Ran


def worst(ran: Sequence[Ran]) -> Ran:
    """Of several networks the one that fell back the furthest: to the CPU, to the smallest tile."""
    return min(ran, key=lambda one: (one.device != "cpu", _voxels(one)), default=Ran())


def _voxels(ran: Ran) -> int:
    total = 1
    for size in ran.tile or ():
        total *= size
    return total
