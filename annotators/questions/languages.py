"""Whether a few sentences are written in a language: by their letters, and between Latin scripts by small words."""

import re
from typing import Final

_SCRIPTS: Final = {
    "zh": re.compile(r"[\u3400-\u9fff]"),
    "ja": re.compile(r"[\u3040-\u30ff\u3400-\u9fff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
}
_KANA: Final = re.compile(r"[\u3040-\u30fa\u30fc-\u30ff]")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_SMALL: Final = {
    "en": "the of and is are was with which that this to in for not by from as because an it be",
    "fr": "le la les des du une est et dans pour qui que par sur avec ce cette pas sont au",
    "es": "el la los las del una es y en para que por con se no su este esta son al como",
}
"""Words that most sentences of a language have some of."""
_FEWEST: Final = 4
"""Small words from which they can tell a language."""
_SHARE: Final = 0.3
"""Of the letters that are of the script: names of drugs and units are often Latin."""


def written_in(text: str, language: str) -> bool:
    """False where the text is clearly in another language; true for one that this does not know."""
    letters = len(_LETTERS.findall(text))
    if language in _SCRIPTS and letters:
        own = len(_SCRIPTS[language].findall(text)) / letters >= _SHARE
        return own and bool(_KANA.search(text)) == (language == "ja") if language in ("zh", "ja") else own
    if language in _SMALL and letters:
        return not _in_another_script(text, letters) and _most_small_words(text, language)
    return True


def _in_another_script(text: str, letters: int) -> bool:
    return any(len(script.findall(text)) / letters >= _SHARE for script in _SCRIPTS.values())


def _most_small_words(text: str, language: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {name: sum(word in small.split() for word in words) for name, small in _SMALL.items()}
    return max(counts.values()) < _FEWEST or counts[language] == max(counts.values())
