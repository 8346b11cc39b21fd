"""Which script a language pack of Tesseract is for: packs of several scripts at once read each of them worse."""

from collections.abc import Mapping, Sequence
from typing import Final

_SCRIPTS: Final[Mapping[str, str]] = {
    "Cyrillic": "rus ukr bel bul mkd srp kaz kir mon tgk tat uzb_cyrl aze_cyrl",
    "Han": "chi_sim chi_tra chi_sim_vert chi_tra_vert jpn jpn_vert",
    "Korean": "kor kor_vert",
    "Arabic": "ara fas urd pus uig snd",
    "Greek": "ell grc",
    "Hebrew": "heb yid",
    "Devanagari": "hin mar nep san",
    "Thai": "tha",
}
"""By what Tesseract calls the script of a page; Chinese and Japanese lose nothing by each other. Any other: Latin."""
_SAID: Final[Mapping[str, str]] = {"Japanese": "Han", "Hangul": "Korean", "Fraktur": "Latin"}


def script_of(pack: str) -> str:
    """The script of a pack."""
    return next((script for script, packs in _SCRIPTS.items() if pack in packs.split()), "Latin")


def by_script(packs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Packs of each script, in the order given."""
    scripts = dict.fromkeys(map(script_of, packs))
    return {script: tuple(pack for pack in packs if script_of(pack) == script) for script in scripts}


def same_script(said: str) -> str:
    """The script as `by_script` names it, of what Tesseract says of a page."""
    return _SAID.get(said, said)
