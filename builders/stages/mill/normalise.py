"""Texts as they were meant: one form of every letter, no control characters, mojibake undone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import polars as pl

from builders.base import Kept, Stage

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


@dataclass(frozen=True)
class Normalise(Stage):
    """Document rows with their text in NFC, lines ended by `\\n`, what ftfy knows to be broken mended.

    Quotes, ligatures and wide letters stay as they are: they are how a language is written. Texts of nothing but
    blanks are rejected as `empty_text`, what is shorter than `min_characters` as `too_short`.
    """

    min_characters: int = 50

    version: ClassVar[int] = 1

    def check(self) -> None:
        """Raise where ftfy is not installed."""
        import ftfy  # noqa: F401  # pyright: ignore[reportUnusedImport]

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Document rows."""
        rows = frames[0].with_columns(text=normalised(frames[0]["text"]))
        rows = rows.with_columns(letters=pl.col("text").str.len_chars())
        empty = pl.col("letters") == 0
        short = pl.col("letters") < self.min_characters
        said = pl.format("{} characters, at least {} are asked for", "letters", pl.lit(self.min_characters))
        reason = pl.when(empty).then(pl.lit("empty_text")).otherwise(pl.lit("too_short"))
        rejected = rows.filter(empty | short).select("id", reason=reason, detail=said)
        return Kept(rows.filter(~(empty | short)).drop("letters"), rejected)


def normalised(texts: pl.Series) -> pl.Series:
    """The texts, normalised; the same again when normalised twice."""
    plain = _cleaned(texts)
    suspect = plain.str.contains(_SUSPECT)
    if not suspect.any():
        return plain
    mended = [_mended(text) if bad else text for text, bad in zip(plain, suspect, strict=True)]
    return _cleaned(pl.Series(texts.name, mended, dtype=pl.String))


def _cleaned(texts: pl.Series) -> pl.Series:
    return (
        texts.str.replace_all(_LINE_ENDS, "\n")
        .str.replace_all(_CONTROLS, "")
        .str.normalize("NFC")
        .str.replace_all(_BLANKS_AT_ENDS, "\n")
        .str.replace_all(_MANY_LINES, "\n\n")
        .str.strip_chars()
    )


def _mended(text: str) -> str:
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
