"""The file beside another that is of the same document, by its name."""

import re
from functools import lru_cache
from typing import Final

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.files import CorpusFile, found

_WHAT: Final = re.compile(r"[._][A-Z]+$")
"""What a name may say behind the document: `10070506_AGGREGATED`."""


def partner(file: CorpusFile, asked: Asked) -> CorpusFile | None:
    """The file of the option `beside` that has the name of this one; that of its own split first."""
    patterns = asked.options.get("beside", {}).get("files", {})
    held = by_name(file.place.location, tuple(sorted((split, tuple(some)) for split, some in patterns.items())))
    same = held.get(file.stem, ())
    return next((one for one in same if file.split in (None, one.split)), same[0] if same else None)


@lru_cache(maxsize=8)
def by_name(location: str, patterns: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, tuple[CorpusFile, ...]]:
    """Files by the names that they may have."""
    held: dict[str, tuple[CorpusFile, ...]] = {}
    for one in found(location, dict(patterns)):
        for name in dict.fromkeys((one.stem, _WHAT.sub("", one.stem))):
            held[name] = (*held.get(name, ()), one)
    return held
