"""Findings as numbers: what the ranking kernel reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import polars as pl

from builders.base import Stage
from builders.stages.hashing import hex_digest
from schemas.words import CHANGES, LATERALITIES, SEVERITIES, VIA

_SIDES: dict[str, int] = dict(zip(LATERALITIES, (1, 2, 3), strict=True))
_SEVERITIES: dict[str, int] = {word: 1 << bit for bit, word in enumerate(SEVERITIES)}
_CHANGES: dict[str, int] = {word: 1 << bit for bit, word in enumerate(CHANGES)}


@dataclass(frozen=True)
class FindingSets(Stage):
    """One row per study and structure whose findings are scored; the rest has no row, unless `empty` is set.

    `via`: how a finding must have come to its structure to be scored. `normal`: whether what is absent or normal
    is scored: `alone` where nothing is present, `always` (the published way) or `never`. `empty`: also a row,
    without entries, where nothing is left to score: the package scores such pairs, ours leaves them out.
    """

    via: tuple[str, ...] = ("explicit", "rolled_up")
    normal: Literal["alone", "always", "never"] = "alone"
    empty: bool = False

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if unknown := set(self.via) - set(VIA):
            raise ValueError(f"via is one of {', '.join(VIA)}, got {', '.join(sorted(unknown))}")

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: StudyFinding rows; needs `vocabulary` and `studies`. Returns FindingSet rows."""
        findings = frames[0]
        entries = pl.read_parquet(needs["vocabulary"] / "*.parquet", columns=["entry", "term", "type"])
        studies = pl.read_parquet(needs["studies"] / "*.parquet").rename({"id": "study"})
        entries = entries.with_columns(word=_hashes(entries))
        scored = findings.select("id", "entities").explode("entities").drop_nulls().unnest("entities")
        scored = scored.filter(pl.col("via").is_in(self.via)).join(entries, on=["term", "type"], maintain_order="left")
        absent = pl.col("type").cast(pl.String).str.starts_with("Non-")
        if self.normal != "always":
            alone = absent.all().over("id") if self.normal == "alone" else pl.lit(False)
            scored = scored.filter(~absent | alone)
        sets = scored.group_by("id", maintain_order=True).agg(
            set_seed=_in_order(pl.col("word")),
            entries=pl.col("entry"),
            sides=_bits("laterality", _SIDES),
            severities=_bits("severity", _SEVERITIES),
            changes=_bits("change", _CHANGES),
        )
        rows = findings.select("id", "study", "split", "anatomy", "polarity").join(
            studies, on="study", maintain_order="left"
        )
        rows = rows.join(sets, on="id", how="left" if self.empty else "inner", maintain_order="left").drop("study")
        return rows.with_columns(
            pl.col("entries").fill_null([]), pl.col("set_seed", "sides", "severities", "changes").fill_null(0)
        )

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """A third of the rows: 20 sets a study by RadIR's counts of MIMIC-CXR, 9 on Open-i, of 60 structures."""
        sets = rows if self.empty else rows // 3
        return sets, 13 * sets


def _hashes(entries: pl.DataFrame) -> pl.Series:
    """A 64-bit hash per entry, of its words alone."""
    words = entries.select(pl.concat_str("type", "term", separator="\t")).to_series()
    return hex_digest(words, length=16).str.to_integer(base=16, dtype=pl.UInt64)


def _in_order(word: pl.Expr) -> pl.Expr:
    """A hash of a list that depends on the order of its words: each times an odd number of its place, modulo 2^64."""
    odd = 2 * pl.int_range(pl.len(), dtype=pl.UInt64) * pl.lit(0x9E3779B97F4A7C15, pl.UInt64) + 1
    return (word * odd).bitwise_xor()


def _bits(column: str, values: dict[str, int]) -> pl.Expr:
    bits = pl.col(column).replace_strict(values, default=0, return_dtype=pl.UInt8)
    return bits.bitwise_or()
