"""Texts as they were meant: one form of every letter, no control characters, mojibake undone."""

from typing import Any, Final

import polars as pl

_CONTROLS: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u{feff}\u{200b}\u{2060}\u{fffe}\u{ffff}\u{ad}]"
"""What is no letter and shows nothing: NUL and its kin, the mark of byte order, blanks of no width, soft hyphens."""

_LINE_ENDS: Final = r"\r\n?|[\x85\u{2028}\u{2029}]"
_BLANKS_AT_ENDS: Final = r"[ \t\u{a0}]+\n"
_MANY_LINES: Final = r"\n{3,}"

_SUSPECT: Final = (
    r"[\u{c2}-\u{f4}][\u{80}-\u{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
    r"|[РС][\u{80}-\u{bf}Ѐ-Џѐ-џґ°±„…†‡€‰‹‘’“”•–—™›]"
    r"|[\u{80}-\u{9f}]|&(?:[A-Za-z]{2,8}|#\d{2,5}|#x[0-9A-Fa-f]{2,5});"
)
"""Where UTF-8 may have been read as another encoding, or HTML was left packed. ftfy decides; it is slow."""

NOT_NFC: Final = (
    r"[\pM\u{374}\u{37e}\u{387}\u{958}-\u{95f}\u{9dc}-\u{9df}\u{a33}-\u{a5e}\u{b5c}-\u{b5d}\u{f43}-\u{f69}"
    r"\u{1161}-\u{11c2}\u{1f71}-\u{1ffd}\u{2000}-\u{2001}\u{2126}-\u{212b}\u{2329}-\u{232a}\u{2adc}\u{f900}-\u{fad9}"
    r"\u{fb1d}-\u{fb4e}\u{16d63}-\u{16d6a}\u{1d15e}-\u{1d1c0}\u{2f800}-\u{2fa1d}]"
)
"""A text without any of these is in NFC: marks, and what Unicode's NFC_Quick_Check does not answer with yes (UAX 15).

The ranges hold some that it does: they cost a look, not a letter.
"""

_ODD: Final = f"{NOT_NFC}|{_CONTROLS}|{_LINE_ENDS}|{_SUSPECT}"


def normalised(texts: pl.Series) -> pl.Series:
    """The texts in NFC, lines ended by `\\n`, what ftfy knows to be broken mended; the same when normalised twice.

    Quotes, ligatures and wide letters stay as they are: they are how a language is written. Most texts hold nothing
    that could change but blanks, which one search tells.
    """
    odd = texts.str.contains(_ODD).fill_null(value=False)
    if not odd.any():
        return _without_blanks(texts)
    at = pl.concat([odd.not_().arg_true(), odd.arg_true()])
    both = pl.concat([_without_blanks(texts.filter(~odd)), _mended(texts.filter(odd))])
    return both.gather(at.arg_sort()).alias(texts.name)


def _without_blanks(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(_BLANKS_AT_ENDS, "\n").str.replace_all(_MANY_LINES, "\n\n").str.strip_chars()


def _cleaned(texts: pl.Series) -> pl.Series:
    plain = texts.str.replace_all(_LINE_ENDS, "\n").str.replace_all(_CONTROLS, "")
    return _without_blanks(plain.str.normalize("NFC"))


def _mended(texts: pl.Series) -> pl.Series:
    plain = _cleaned(texts)
    suspect = plain.str.contains(_SUSPECT)
    if not suspect.any():
        return plain
    fixed = [_fixed(text) if bad else text for text, bad in zip(plain, suspect, strict=True)]
    return _cleaned(pl.Series(texts.name, fixed, dtype=pl.String))


def _fixed(text: str) -> str:
    from ftfy import fix_text

    return fix_text(text, _how())


def _how() -> Any:
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html=True,
        uncurl_quotes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        remove_terminal_escapes=True,
        normalization=None,
        explain=False,
    )
