"""Lists of medical keywords with the thresholds that go with them, read from where the user keeps them.

`build mmedc --set filter=published --set filter.keywords=FOLDER`. The folder holds the published table,
`mmedc_keywords_thresholds.json` (languages under `languages`, Japanese as `jp`), or a file per language, `de.json`,
shaped as one language of the table, or both: a file of its own adds a language or replaces it.

    {"min_unique_hits": 4, "min_density": 0.04, "keywords": ["...", "..."]}
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.errors import UsageError

TABLE: Final = "mmedc_keywords_thresholds.json"
UNSPACED: Final = ("zh", "ja", "th", "lo", "km", "my")
"""Languages whose words stand without spaces between them."""
_OTHER_NAMES: Final = {"jp": "ja"}
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class KeywordList:
    """A text is medical from `min_hits` different keywords and `min_density` on (characters of all, per character)."""

    language: str
    keywords: tuple[str, ...]
    min_hits: int
    min_density: float

    def forms(self) -> dict[str, str]:
        """What each keyword matches, as in `matching.FORMS`: a long one anywhere, a short one a whole token.

        A short keyword of two words equals no token, so it is not among them.
        """
        anywhere = {word: "part" for word in self.keywords if self.language in UNSPACED or is_long(word)}
        return anywhere | {word: "token" for word in self.keywords if word not in anywhere and word.split() == [word]}


def is_long(keyword: str) -> bool:
    """More than ten characters, or more than five and several words."""
    return len(keyword) > 10 or (len(keyword) > 5 and len(keyword.split()) > 1)


def keyword_lists(location: str) -> dict[str, KeywordList]:
    """The list of each language, by ISO 639-1. Raises `UsageError` where there is none, or one is not in shape."""
    if not location:
        raise UsageError(
            "filter=published reads the published lists, which are not part of medmill: --set filter.keywords=FOLDER "
            f"with {TABLE} in it"
        )
    folder = Path(location)
    table = folder / TABLE if folder.is_dir() else folder
    entries: dict[str, tuple[Path, Any]] = {}
    if table.is_file():
        entries = {name: (table, entry) for name, entry in _languages(table).items()}
    if folder.is_dir():
        own = [path for path in sorted(folder.glob("*.json")) if _LANGUAGE.fullmatch(path.stem)]
        entries |= {_OTHER_NAMES.get(path.stem, path.stem): (path, _json(path)) for path in own}
    if not entries:
        raise UsageError(
            f"filter.keywords: no list of keywords in {location}; expected {TABLE}, or a file per language (en.json)"
        )
    return {name: _checked(name, path, entry) for name, (path, entry) in sorted(entries.items())}


def _languages(table: Path) -> dict[str, Any]:
    found = _json(table)
    languages = found.get("languages") if isinstance(found, Mapping) else None
    if not isinstance(languages, Mapping) or not languages:
        raise UsageError(f"filter.keywords: {table} has no languages; expected an object `languages`, one entry each")
    return {_OTHER_NAMES.get(str(name), str(name)): entry for name, entry in languages.items()}


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"filter.keywords: cannot read {path}: expected JSON in UTF-8, got {error}") from error


def _checked(language: str, path: Path, entry: Any) -> KeywordList:
    """One entry in shape; keywords in lower case, each once."""
    entry = entry if isinstance(entry, Mapping) else {}
    hits, density, words = (entry.get(name) for name in ("min_unique_hits", "min_density", "keywords"))
    where = f"filter.keywords: {path}, language {language}"
    if not isinstance(hits, int) or isinstance(hits, bool) or hits < 1:
        raise UsageError(f"{where}: expected a whole number from 1 on as `min_unique_hits`, got {hits!r}")
    if not isinstance(density, int | float) or isinstance(density, bool) or not 0 <= density <= 1:
        raise UsageError(f"{where}: expected a number from 0 to 1 as `min_density`, got {density!r}")
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word.strip() for word in words):
        raise UsageError(f"{where}: expected a list of words as `keywords`, none of them blank")
    return KeywordList(language, tuple(dict.fromkeys(word.lower() for word in words)), hits, float(density))
