"""Masks of several tasks as one label map that keeps what each of them found.

A voxel has one value, but may lie in a lobe, in a vessel and in a nodule at once. No task wins: a voxel that two tasks
claim gets a value of its own, which bears the names of both. So a lobe has no holes where its nodules are, and a nodule
is not cut by the lobe's border.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotators.segmenting.segmenter import Label
from schemas.voxels import VolumeError

Map = NDArray[np.unsignedinteger]
_MOST = np.iinfo(np.uint16).max


@dataclass(frozen=True)
class Found:
    """What one task found: a label map, and the names of all values it may have."""

    task: str
    values: Map
    names: dict[int, str]


def merged(tasks: Sequence[Found]) -> tuple[Map, tuple[Label, ...]]:
    """One label map of all tasks, and its labels.

    The values of the first task stay as they are; each further task's follow those before it, in order of its own, and
    mean the same in every volume. Values of overlaps come last and depend on the volume.
    """
    names, values = _own_values(tasks)
    out = tasks[0].values.astype(np.uint16)
    for task, table in zip(tasks[1:], values[1:], strict=True):
        out = _with(out, table[task.values], names)
    labels = tuple(Label(value, *name) for value in sorted(names) for name in names[value])
    return _smallest(out, max(names, default=0)), labels


Names = dict[int, list[tuple[str, str]]]
"""Names and tasks by value."""


def _own_values(tasks: Sequence[Found]) -> tuple[Names, list[NDArray[np.uint16]]]:
    """Names by value, and per task a table from its own values to those of the merged map."""
    names: Names = {}
    tables = []
    for task in tasks:
        free = max(names, default=0)
        table = np.zeros(max(task.names, default=0) + 1, np.uint16)
        for place, value in enumerate(sorted(task.names), 1):
            table[value] = free + place if names else value
        names |= {int(table[value]): [(name, task.task)] for value, name in task.names.items()}
        tables.append(table)
    return names, tables


def _with(below: NDArray[np.uint16], above: NDArray[np.uint16], names: Names) -> NDArray[np.uint16]:
    """A further task laid over a map; `names` gets the overlaps, in order of the values that meet."""
    out = np.where(below == 0, above, below)
    both = (below > 0) & (above > 0)
    pairs = below[both].astype(np.uint32) << 16 | above[both]
    distinct, place = np.unique(pairs, return_inverse=True)
    free = max(names) + 1
    if free + distinct.size > _MOST:
        raise VolumeError("too_many_labels", f"{free + distinct.size} labels and overlaps, at most {_MOST}")
    for value, pair in enumerate(distinct.tolist(), free):
        names[value] = [*names[pair >> 16], *names[pair & 0xFFFF]]
    out[both] = (free + place).astype(np.uint16)
    return out


def _smallest(values: NDArray[np.uint16], largest: int) -> Map:
    return values.astype(np.uint8) if largest <= np.iinfo(np.uint8).max else values
