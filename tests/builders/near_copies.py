"""Invented documents with near copies planted among them, and the truth about them: exact Jaccard over all pairs."""

import re
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

SYLLABLES = [first + second for first in "bcdfghklmn" for second in "aeiou"]
WIDTHS = (5, 7)
"""Words, and Chinese characters, per shingle."""

Words = list[str]


@dataclass(frozen=True)
class Planted:
    """Texts in the order of planting; `group` is equal for what was made from one text."""

    texts: list[str]
    group: list[int]


class Garden:
    """Draws texts and changes them."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        self.spaced = ["".join(self.draw.choices(SYLLABLES, k=self.draw.randint(1, 4))) for _ in range(8000)]
        self.dense = [chr(0x4E00 + code) for code in range(3000)]
        self.other = ["".join(self.draw.choices("бвгдеж", k=5)) for _ in range(8000)]
        self.headers = [self.words(self.spaced, 40) for _ in range(5)]

    def words(self, vocabulary: list[str], length: int) -> Words:
        """Words of a text, common ones more often."""
        return [vocabulary[int(len(vocabulary) * self.draw.random() ** 2)] for _ in range(length)]

    def edited(self, words: Words, vocabulary: list[str], edits: int) -> Words:
        """A copy with words replaced, left out and put in, and now and then two passages that change places."""
        copy = list(words)
        for _ in range(edits):
            at = self.draw.randrange(len(copy))
            kind = self.draw.randrange(20)
            if kind < 12:
                copy[at] = self.draw.choice(vocabulary)
            elif kind < 15:
                del copy[at]
            elif kind < 19:
                copy.insert(at, self.draw.choice(vocabulary))
            else:
                copy = copy[at:] + copy[:at]
        return copy

    def said(self, words: Words, vocabulary: list[str]) -> str:
        """A text: Chinese without blanks, the rest with case and punctuation that do not count."""
        if vocabulary is self.dense:
            return "".join(word + ("，" if self.draw.random() < 0.1 else "") for word in words)
        return " ".join(
            (word.title() if self.draw.random() < 0.2 else word) + (", " if self.draw.random() < 0.1 else "")
            for word in words
        )


def plant(seed: int, bases: int, longest: int = 600) -> Planted:
    """`bases` different texts, some with near copies of a similarity from 0.6 to 1, twins, chains, and translations."""
    garden = Garden(seed)
    draw, texts, group = garden.draw, [], []
    for number in range(bases):
        vocabulary = garden.dense if number % 4 == 3 else garden.spaced
        words = garden.words(vocabulary, int(40 * (longest / 40) ** draw.random()))
        if number % 3 == 0 and vocabulary is garden.spaced:
            words = draw.choice(garden.headers) + words
        made = [words]
        width = WIDTHS[vocabulary is garden.dense]
        if number % 2 == 0:
            for _ in range(draw.randint(1, 3)):
                wanted = draw.uniform(0.6, 1.0)
                edits = len(words) * (1 - wanted) / (1 + wanted) / width
                made.append(garden.edited(words, vocabulary, round(edits)))
        if number % 10 == 1:  # a chain: each is near to the next, the ends are not near to each other
            for _ in range(3):
                made.append(garden.edited(made[-1], vocabulary, max(1, len(words) // (14 * width))))
        if number % 7 == 0:
            made.append(list(words))
        texts += [garden.said(one, vocabulary) for one in made]
        group += [number] * len(made)
        if number % 6 == 0:
            translated = [garden.other[hash_of(word) % len(garden.other)] for word in words]
            texts.append(garden.said(translated, garden.other))
            group.append(-number - 1)
    return Planted(texts, group)


def crowd(seed: int, size: int) -> list[str]:
    """Pages of one site, of a similarity of 0.66 to each other; one pair in many thousands is above 0.8."""
    garden = Garden(seed)
    template, texts = garden.words(garden.spaced, 400), []
    for _ in range(size):
        words = list(template)
        for at in range(0, len(words), 20):
            words[at] = garden.draw.choice(garden.spaced) if garden.draw.random() < 0.6 else words[at]
        texts.append(" ".join(words))
    return texts


def hash_of(word: str) -> int:
    """A number that stays the same in every process."""
    return int.from_bytes(word.encode(), "big")


def shingles(text: str) -> set[tuple[str, ...]]:
    """As the documentation says: runs of five words, of seven characters where those are Chinese."""
    words = re.findall(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+", text.lower())
    found = set()
    for end in range(1, len(words) + 1):
        width = WIDTHS["\u4e00" <= words[end - 1] <= "\u9fff"]
        if end >= width:
            found.add(tuple(words[end - width : end]))
    return found or ({tuple(words)} if words else set())


def jaccard(texts: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """All pairs (left < right) that share a shingle, and their exact similarity."""
    numbers: dict[tuple[str, ...], int] = {}
    rows, columns = [], []
    for row, text in enumerate(texts):
        for shingle in shingles(text):
            rows.append(row)
            columns.append(numbers.setdefault(shingle, len(numbers)))
    holds = csr_array((np.ones(len(rows), np.int32), (rows, columns)), shape=(len(texts), len(numbers)))
    sizes = np.asarray(holds.sum(axis=1)).ravel()
    shared = coo_array(holds @ holds.T)
    left, right, both = shared.coords[0], shared.coords[1], shared.data
    upper = left < right
    left, right, both = left[upper], right[upper], both[upper]
    return left.astype(np.int64), right.astype(np.int64), both / (sizes[left] + sizes[right] - both)


def components(left: NDArray[np.int64], right: NDArray[np.int64], size: int) -> NDArray[np.int32]:
    """Number of the component of each of `size` texts."""
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    return connected_components(graph, directed=False)[1]


def pairs_within(number: NDArray[np.int32]) -> set[tuple[int, int]]:
    """All pairs of texts of one component."""
    found: set[tuple[int, int]] = set()
    order = np.argsort(number, kind="stable")
    for run in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
        members = sorted(run.tolist())
        found |= {(a, b) for at, a in enumerate(members) for b in members[at + 1 :]}
    return found


@dataclass(frozen=True)
class Figures:
    """How well clusters found agree with the exact truth.

    `recall`: of all pairs whose similarity is at least the threshold, how many are in one cluster. `precision`: of all
    pairs in one cluster, how many the exact similarities connect, directly or through others.
    """

    positives: int
    together: int
    recall: float
    precision: float


def compare(texts: list[str], found: NDArray[np.int32], threshold: float = 0.8) -> Figures:
    """Clusters found, against the exact similarities of all pairs."""
    left, right, similarity = jaccard(texts)
    near = similarity >= threshold
    positive = set(zip(left[near].tolist(), right[near].tolist(), strict=True))
    connected = pairs_within(components(left[near], right[near], len(texts)))
    together = pairs_within(found)
    recall = len(positive & together) / max(len(positive), 1)
    return Figures(len(positive), len(together), recall, len(connected & together) / max(len(together), 1))
