"""The data of grounding: words that say how a finding is spread or why a part speaks of nothing, and implied places."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from schemas import anatomy

FOLDER: Final = Path(__file__).parent


def _rows(name: str) -> Iterator[list[str]]:
    """Rows of a file behind its header; lines that begin with # are left out."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]
    return (line.split("\t") for line in lines if line and not line.startswith("#"))


@cache
def words(what: str) -> re.Pattern[str]:
    """The expression of the words that say this, for sentences in lower case."""
    return re.compile("|".join(pattern for pattern, name in _rows("words.tsv") if name == what))


@cache
def spread() -> Mapping[str, str]:
    """The kind of grounding that the nature of a finding gives, by canonical term."""
    return dict(_rows("spread.tsv"))


@cache
def implied() -> Mapping[tuple[str, str], str]:
    """(canonical term or `*`, node that it is said at) to the node that is meant; "": that node itself."""
    found = {(term, at): node for term, places, node in _rows("implied.tsv") for at in places.split(";")}
    for name in {at for _, at in found} | (set(found.values()) - {""}):
        anatomy.node(name)
    return found


@cache
def carried() -> frozenset[str]:
    """Canonical terms of findings that go on about the structure of the sentence before."""
    return frozenset(term for (term,) in _rows("carried.tsv"))
