"""The entities of many reports as flat arrays; each different sentence is read once, duplicates stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotators.ratescore.mentions import Mention, Told
from annotators.ratescore.remembered import Entities

Bounds = list[tuple[int, int]]
"""Begin and end of the sentences of a text, in order."""


class Places(NamedTuple):
    """Where sentences stand: report, number and first character of each place, and which distinct one it is."""

    report: list[int]
    number: list[int]
    begin: list[int]
    which: list[int]


@dataclass(frozen=True)
class ReadReports:
    """Entities `first[r]:first[r + 1]` are those of report r, in its order; `start`, `end`: characters of its text."""

    first: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    type: NDArray[np.int64]
    words: list[str]

    @property
    def report(self) -> NDArray[np.int64]:
        """The report of each entity."""
        return np.repeat(np.arange(self.first.size - 1), np.diff(self.first))


def occurrences(texts: Sequence[str], bounds: Sequence[Bounds]) -> tuple[list[str], Places]:
    """The distinct sentences, and where they stand."""
    known: dict[str, int] = {}
    places = Places([], [], [], [])
    for report, (text, own) in enumerate(zip(texts, bounds, strict=True)):
        for number, (begin, end) in enumerate(own):
            places.report.append(report)
            places.number.append(number)
            places.begin.append(begin)
            places.which.append(known.setdefault(text[begin:end], len(known)))
    return list(known), places


def told(entities: Entities, sentences: list[str], places: Places) -> list[Told]:
    """What the recognizer is told; `places` then say which of it stands where."""
    return entities.recognizer.told(sentences, places.which, places.number)


def read(n_reports: int, places: Places, found: Sequence[Sequence[Mention]]) -> ReadReports:
    """Put the entities of distinct sentences where these stand in the reports."""
    flat = list(chain.from_iterable(found))
    sizes = np.array([len(own) for own in found], np.int64)
    before = np.cumsum(sizes) - sizes
    which = np.array(places.which, np.int64)
    count = sizes[which] if which.size else which
    place = np.repeat(np.arange(which.size), count)
    own = np.arange(place.size) - np.repeat(np.cumsum(count) - count, count) + np.repeat(before[which], count)
    numbers = np.array([mention[:3] for mention in flat], np.int64).reshape(-1, 3)[own]
    begin = np.array(places.begin, np.int64)[place]
    per_report = np.bincount(np.array(places.report, np.int64)[place], minlength=n_reports)
    return ReadReports(
        np.concatenate(([0], np.cumsum(per_report))),
        numbers[:, 0] + begin,
        numbers[:, 1] + begin,
        numbers[:, 2],
        [flat[i].words for i in own.tolist()],
    )
