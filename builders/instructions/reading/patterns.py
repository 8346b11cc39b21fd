"""Patterns of file names in declarations: `*` and `?` stay in a folder, `**/` is any folders or none."""

import re
from functools import lru_cache
from typing import Final

_PACKED: Final = (".gz", ".zip")
_SIGNS: Final = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_MEANING: Final = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_ENDINGS: Final = re.compile(r"(?:\.[A-Za-z][A-Za-z0-9]*)+$")
"""`10070506.AGGREGATED.ann` has two endings; the number of `patient.1.txt` is none."""


def unpacked_name(name: str) -> str:
    """A name without `.gz` or `.zip` behind it."""
    return next((name[: -len(end)] for end in _PACKED if name.lower().endswith(end)), name)


def is_zip(name: str) -> bool:
    """Whether a file is a zip, by its name."""
    return name.lower().endswith(".zip")


def stem(name: str) -> str:
    """The name of a file without folder and endings."""
    last = unpacked_name(name.rpartition("/")[2])
    return _ENDINGS.sub("", last) or last


def label(pattern: str, name: str, above: str) -> str:
    """What of a name a pattern says itself, folders that it leaves open cut off; nothing where the name does not fit.

    So ids that are made of it are the same whichever folder a user names. `above`: the folders that the place lies in,
    for patterns that begin with `**/`: one that asks for a folder finds it where the place is that folder.
    """
    open_ = pattern.startswith("**/")
    where = f"{above}/{name}" if open_ and above else name
    fits = _compiled(pattern)
    found = fits.fullmatch(unpacked_name(where)) or fits.fullmatch(where)
    return unpacked_name(found[1]) if found else ""


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    begin = "**/" if pattern.startswith("**/") else ""
    return re.compile(f"{_translated(begin)}({_translated(pattern[len(begin) :])})")


def _translated(pattern: str) -> str:
    return "".join(_MEANING.get(piece) or re.escape(piece) for piece in _SIGNS.findall(pattern))
