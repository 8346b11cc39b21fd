"""Which question a prompt asks, where a run names no ids: the longest question whose words stand in it."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polars as pl

from schemas.errors import UsageError

_BLANKS: Final = re.compile(r"\s+")


def with_ids(run: pl.DataFrame, questions: pl.DataFrame, path: Path) -> tuple[pl.DataFrame, int]:
    """The rows of a published run with the `id` of their question, and how many ask none of these.

    `questions`: id, language, question, context, options. Of questions with the same words the one whose options stand
    in the prompt too. Raises `UsageError` where no row asks any.
    """
    ids = pl.Series("id", [None] * run.height, pl.String)
    for (language,), own in run.with_row_index("row").group_by("language", maintain_order=True):
        known = questions.filter(pl.col("language") == language)
        ids = ids.scatter(own["row"], list(_asked(own["input"], known))) if known.height else ids
    named = run.with_columns(id=ids)
    found = named.drop_nulls("id")
    if not found.height:
        raise UsageError(f"{path}: no ModelInput holds a question of this dataset; was it another build or split?")
    return found, named.height - found.height


def _asked(inputs: pl.Series, known: pl.DataFrame) -> Iterable[str | None]:
    from ahocorasick_rs import AhoCorasick

    texts: dict[str, list[tuple[str, list[str]]]] = {}
    for row in known.select("id", "question", "options").iter_rows():
        options = [_plain(one["text"]) for one in row[2]]
        texts.setdefault(_plain(row[1]), []).append((row[0], options))
    finder = AhoCorasick(list(texts))
    names = list(texts)
    for prompt in inputs:
        words = _plain(prompt)
        places = {index for index, _, _ in finder.find_matches_as_indexes(words, overlapping=True)}
        found = [(name, one) for name in (names[place] for place in places) for one in texts[name]]
        best = max(found, key=lambda pair: (_options_in(pair[1][1], words), len(pair[0]), pair[1][0]), default=None)
        yield best[1][0] if best else None


def _options_in(options: list[str], words: str) -> int:
    return sum(option in words for option in options)


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
