"""Rules of quality after Gopher (Rae et al. 2021, arXiv 2112.11446, appendix A.1.1), that hold for every script.

Gopher's limits of words in a text, letters, bullets, ellipses and repeated lines are kept; where they count English
words, letters are counted here, since Chinese and Japanese have no blanks. Repeated n-grams are told by how small a
text becomes when it is packed: one number for repetition of any length, in any script.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from builders.base import Kept, Stage
from schemas.corpora import QUALITY_FIELDS, SoundDocument

UNSPACED: Final = ("zh", "ja")
"""Languages without blanks between words."""

_PACKED_BYTES: Final = 65_536
_LEAST_BYTES: Final = 1_000
_NO_BLANK: Final = r"\S"
_WORD: Final = r"[\pL\pM\d]+"
_SCRIPT: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_BULLET: Final = r"(?m)^\s*(?:[-*•●▪◦·○■□►→–]|\d{1,2}[.)])\s*\S"
_ELLIPSIS: Final = r"(?m)(?:\.\.\.|…)\s*$"
_LINE: Final = r"(?m)^.*\S.*$"


@dataclass(frozen=True)
class Quality(Stage):
    """SoundDocument rows; what breaks a rule is rejected under the rule's name with its figure."""

    min_words: int = 20
    min_characters: int = 100
    min_mean_word: float = 2.5
    max_mean_word: float = 15.0
    min_letters: float = 0.6
    max_digits: float = 0.25
    max_bullets: float = 0.9
    max_ellipses: float = 0.3
    max_repeated: float = 0.3
    min_packed: float = 0.12

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: MedicalDocument rows."""
        rows = frames[0].hstack(measured(frames[0]))
        rules = self._rules()
        reason = pl.coalesce(pl.when(broken).then(pl.lit(name)) for name, broken in rules.items())
        rows = rows.with_columns(reason=reason, detail=self._detail(rules))
        out = rows.filter(pl.col("reason").is_not_null()).select("id", "reason", "detail")
        return Kept(rows.filter(pl.col("reason").is_null()).select(SoundDocument.column_names()), out)

    def _rules(self) -> dict[str, pl.Expr]:
        of = pl.col("quality").struct.field
        unspaced = pl.col("language").is_in(UNSPACED)
        letters = pl.col("text").str.len_chars()
        return {
            "few_words": pl.when(unspaced).then(letters < self.min_characters).otherwise(of("words") < self.min_words),
            "word_length": ~of("mean_word_length").is_between(self.min_mean_word, self.max_mean_word),
            "few_letters": of("letter_share") < self.min_letters,
            "many_digits": of("digit_share") > self.max_digits,
            "bullet_list": of("bullet_share") > self.max_bullets,
            "cut_lines": of("ellipsis_share") > self.max_ellipses,
            "repeated_lines": of("repeated_share") > self.max_repeated,
            "repetitive": of("compressed_share") < self.min_packed,
        }

    def _detail(self, rules: dict[str, pl.Expr]) -> pl.Expr:
        """All figures, so that another limit can be tried on the rejected rows."""
        of = pl.col("quality").struct.field
        told = [pl.format(f"{name} {{}}", of(name).cast(pl.Float64).round(3).fill_null(-1)) for name in QUALITY_FIELDS]
        return pl.concat_str(told, separator=", ")

    def limits(self) -> dict[str, float]:
        """The settings by name; for the page."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def measured(rows: pl.DataFrame) -> pl.DataFrame:
    """One column, `quality`, of `text` and `language`."""
    text = pl.col("text")
    unspaced = pl.col("language").is_in(UNSPACED)
    counted = rows.select(
        solid=text.str.count_matches(_NO_BLANK).cast(pl.Int64),
        letters=text.str.count_matches(r"[\pL\pM]").cast(pl.Int64),
        digits=text.str.count_matches(r"\pN").cast(pl.Int64),
        runs=text.str.count_matches(_WORD).cast(pl.Int64),
        script=pl.when(unspaced).then(text.str.count_matches(_SCRIPT)).otherwise(0).cast(pl.Int64),
        lines=text.str.count_matches(_LINE).cast(pl.Int64),
        bullets=text.str.count_matches(_BULLET).cast(pl.Int64),
        ellipses=text.str.count_matches(_ELLIPSIS).cast(pl.Int64),
        unspaced=unspaced,
    )
    lines = pl.col("lines").clip(lower_bound=1)
    solid = pl.col("solid").clip(lower_bound=1)
    shares = {
        "words": pl.when("unspaced").then("script").otherwise("runs"),
        "mean_word_length": pl.when(~pl.col("unspaced") & (pl.col("runs") > 0)).then(
            (pl.col("letters") + pl.col("digits")) / pl.col("runs")
        ),
        "letter_share": (pl.col("letters") / solid).clip(0, 1),
        "digit_share": (pl.col("digits") / solid).clip(0, 1),
        "bullet_share": (pl.col("bullets") / lines).clip(0, 1),
        "ellipsis_share": (pl.col("ellipses") / lines).clip(0, 1),
        "repeated_share": pl.Series(_repeated(rows["text"])),
        "compressed_share": pl.Series(_packed(rows["text"]), dtype=pl.Float64),
    }
    types = pl.Struct({name: column.dtype for name, column in QUALITY_FIELDS.items()})
    return counted.select(**shares).select(quality=pl.struct(list(shares)).cast(types))


def _repeated(texts: pl.Series) -> pl.Series:
    """Share of letters in lines that an earlier line of the text repeats."""
    lines = (
        texts.alias("line").str.split("\n").to_frame().with_row_index("text").explode("line")
        .with_columns(pl.col("line").str.strip_chars())
        .with_columns(letters=pl.col("line").str.len_chars().cast(pl.Int64))
    )  # fmt: skip
    again = ~pl.struct("text", "line").is_first_distinct()
    shares = (
        lines.with_columns(again=again)
        .group_by("text", maintain_order=True)
        .agg(
            pl.col("letters").filter("again").sum().alias("twice"),
            pl.col("letters").sum().clip(lower_bound=1).alias("all"),
        )
    )
    return shares.select(pl.col("twice") / pl.col("all")).to_series()


def _packed(texts: pl.Series) -> list[float | None]:
    """Packed size of the head of each text over its size; None below a kilobyte, where packing tells nothing."""
    from zstandard import ZstdCompressor

    packer = ZstdCompressor(level=1)
    found: list[float | None] = []
    for text in texts:
        head = text.encode()[:_PACKED_BYTES]
        found.append(len(packer.compress(head)) / len(head) if len(head) >= _LEAST_BYTES else None)
    return found
