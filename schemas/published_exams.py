"""What the published MMedBench holds (arXiv 2402.13963): its languages, their sources, and how many questions."""

from typing import Final, NamedTuple


class Published(NamedTuple):
    """One language: `name` as its files are called, `source` as ours is, questions in train and in test."""

    name: str
    source: str
    train: int
    test: int


PUBLISHED: Final = {
    "en": Published("English", "medqa-usmle", 10178, 1273),
    "zh": Published("Chinese", "medqa-mcmle", 27400, 3426),
    "ja": Published("Japanese", "igakuqa", 1590, 199),
    "fr": Published("French", "frenchmedmcqa", 2171, 622),
    "ru": Published("Russian", "rumeddanet", 1052, 256),
    "es": Published("Spanish", "headqa", 2657, 2742),
}
"""By ISO 639-1. Sums: 45,048 and 8,518.

The Japanese split is not known question by question; 1,590 and 199 are 80 % and 10 % of the 1,988 questions of IgakuQA
that have choices.
"""


def published(source: str, split: str) -> int | None:
    """Questions of a source in a split; None where the table says nothing."""
    found = next((line for line in PUBLISHED.values() if line.source == source), None)
    return {"train": found.train, "test": found.test}.get(split) if found else None
