"""How far the words of a question give its answer away: naive Bayes over word n-grams that sees no image."""

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import numpy as np
import polars as pl

_WORD: Final = re.compile(r"\w+")
_MOST: Final = 3
_PIECE: Final = 200_000
SMOOTHING: Final = 1.0


class Figures(NamedTuple):
    """Shares of right answers, and how many questions were answered."""

    questions: int
    bayes: float
    majority: float


def half(keys: Sequence[str]) -> np.ndarray:
    """Which half of the data each key (a scan, a patient) is in, by its hash: False or True."""
    return np.array([blake2b(key.encode(), digest_size=8, key=b"shortcut").digest()[0] < 128 for key in keys], bool)


def shortcut(
    texts: Sequence[str], answers: Sequence[str], choices: Sequence[Sequence[str]], keys: Sequence[str]
) -> Figures:
    """Learn on one half of the keys and answer the other, both ways.

    Multinomial naive Bayes over words, pairs and triples of words (Manning, Raghavan, Schuetze 2008, ch. 13), with
    Laplace smoothing. Only a question's own choices are answers to it; the majority baseline takes the commonest of
    them.
    """
    second = half(keys)
    right = most = 0
    for test in (second, ~second):
        if not test.any() or test.all():
            continue
        guessed, commonest = _answered(texts, answers, choices, test)
        truth = [answers[at] for at in np.flatnonzero(test).tolist()]
        right += sum(map(str.__eq__, truth, guessed))
        most += sum(map(str.__eq__, truth, commonest))
    n = len(texts) if second.any() and not second.all() else 0
    return Figures(n, right / max(n, 1), most / max(n, 1))


def grams(text: str) -> list[str]:
    """Words, pairs and triples of them."""
    words = _WORD.findall(text.lower())
    return [" ".join(words[at : at + n]) for n in range(1, _MOST + 1) for at in range(len(words) - n + 1)]


def _answered(
    texts: Sequence[str], answers: Sequence[str], choices: Sequence[Sequence[str]], test: np.ndarray
) -> tuple[list[str], list[str]]:
    """The answers to the test rows by naive Bayes, and by majority."""
    names = sorted({name for row in choices for name in row} | set(answers))
    number = {name: at for at, name in enumerate(names)}
    long = _long(texts)
    given = np.array([number[answer] for answer in answers])
    weights, prior = _learnt(long, given, ~test, len(names))
    scores = np.tile(prior, (len(texts), 1))
    for start, stop in _pieces(long["row"].to_numpy()):
        rows, grams = long["row"][start:stop].to_numpy(), long["gram"][start:stop].to_numpy()
        first = np.flatnonzero(np.diff(rows, prepend=-1))
        scores[rows[first]] += np.add.reduceat(weights[grams], first, axis=0)
    allowed = np.zeros(scores.shape, bool)
    for at, row in enumerate(choices):
        allowed[at, [number[name] for name in row]] = True
    best = np.where(allowed, scores, -np.inf)[test].argmax(1)
    often = np.where(allowed, prior, -np.inf)[test].argmax(1)
    return [names[at] for at in best], [names[at] for at in often]


def _pieces(rows: np.ndarray) -> Iterator[tuple[int, int]]:
    """Where whole rows begin and end, about `_PIECE` entries at a time."""
    start = 0
    while start < len(rows):
        stop = int(np.searchsorted(rows, rows[min(start + _PIECE, len(rows)) - 1], side="right"))
        yield start, stop
        start = stop


def _long(texts: Sequence[str]) -> pl.DataFrame:
    """row, gram (a number), one row per occurrence."""
    frame = pl.DataFrame(
        {"row": np.arange(len(texts)), "gram": pl.Series([grams(text) for text in texts], dtype=pl.List(pl.String))}
    )
    long = frame.explode("gram").drop_nulls()
    return long.with_columns(gram=pl.col("gram").rank("dense").cast(pl.Int64) - 1)


def _learnt(long: pl.DataFrame, given: np.ndarray, learn: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Log probability of each gram under each answer, and of each answer."""
    seen = long.filter(pl.Series(learn)[long["row"]])
    kinds = int(long["gram"].max() or 0) + 1  # pyright: ignore[reportArgumentType]
    cells = seen["gram"].to_numpy() * classes + given[seen["row"].to_numpy()]
    counts = np.bincount(cells, minlength=kinds * classes).reshape(kinds, classes) + SMOOTHING
    prior = np.bincount(given[learn], minlength=classes) + SMOOTHING
    return np.log(counts / counts.sum(0)).astype(np.float32), np.log(prior / prior.sum()).astype(np.float32)
