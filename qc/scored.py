"""What of the findings the rankings were made of: who is ranked for a structure, and what is said of it there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from qc.build import Build
from schemas.words import CHANGES, LATERALITIES, SEVERITIES

VIA: Final = ("explicit", "rolled_up")
"""What is scored where the build has no setting for it."""

ABSENT: Final = ("Non-Abnormality", "Non-Disease")
SCORED: Final = np.uint16(1 << 15)
STRANGE: Final = np.uint16(1 << 14)
"""A word that is none of the closed lists: what is said cannot be judged."""


class Attribute(NamedTuple):
    """What of a finding is compared beside the score: its words as bits, and those bits in a mark."""

    words: Mapping[str, int]
    mask: np.uint16


def _attribute(words: Mapping[str, int], shift: int, width: int) -> Attribute:
    return Attribute({word: bits << shift for word, bits in words.items()}, np.uint16((1 << width) - 1 << shift))


ATTRIBUTES: Final = {
    "laterality": _attribute(dict(zip(LATERALITIES, (1, 2, 3), strict=True)), 0, 2),
    "severity": _attribute({word: 1 << bit for bit, word in enumerate(SEVERITIES)}, 2, len(SEVERITIES)),
    "change": _attribute({word: 1 << bit for bit, word in enumerate(CHANGES)}, 6, len(CHANGES)),
}

FOUNDATIONS: Final = (
    *("keys", "references", "splits", "leakage", "copies"),
    *("entities_offsets", "findings_coverage", "contradictions", "findings_origin"),
)
"""Checks of what the rankings are made of: where one fails, findings are no measure for rankings."""


def marks(build: Build, studies: pl.Series, anatomies: pl.Series) -> np.ndarray:
    """What is scored, as bits by (study, anatomy): `SCORED`, and the words of `ATTRIBUTES`; 0 where nothing is.

    Follows the settings of the build as `builders.stages.finding_sets` does. Two bytes each, 50 MB for the
    227,835 studies and 110 structures of MIMIC-CXR.
    """
    found = np.zeros((len(studies), len(anatomies)), np.uint16)
    coded = {"study": _code("study", studies), "anatomy": _code("anatomy", anatomies)}
    said = {"present": _said(build, absent=False), "absent": _said(build, absent=True)}
    rows = build.scan("findings", ["study", "anatomy", "entities"]).select(**coded, **said)
    rows = rows.collect(engine="streaming").select("study", "anatomy", mark=_mark(build)).drop_nulls()
    found[rows["study"].to_numpy(), rows["anatomy"].to_numpy()] = rows["mark"].to_numpy()
    return found


def _code(column: str, values: pl.Series) -> pl.Expr:
    return pl.col(column).cast(pl.Enum(values), strict=False).to_physical().cast(pl.Int32)


def _mark(build: Build) -> pl.Expr:
    """Of what is said present and absent, what counts."""
    present, absent = pl.col("present"), pl.col("absent")
    normal = build.setting("sets", "normal", "alone")
    alone = pl.when(present == 0).then(absent).otherwise(present)
    mark = {"always": present.or_(absent), "alone": alone}.get(normal, present)
    return mark.or_(pl.lit(SCORED)) if build.setting("sets", "empty", False) else mark


def _said(build: Build, *, absent: bool) -> pl.Expr:
    """All that the scored findings of a row say, which are absent or normal, or else are not."""
    field = pl.element().struct.field
    scored = field("via").cast(pl.String).is_in(list(build.setting("sets", "via", VIA)))
    scored &= field("type").cast(pl.String).is_in(ABSENT) == absent
    word = pl.when(scored).then(_word(field)).otherwise(pl.lit(0, pl.UInt16))
    return pl.col("entities").list.eval(word.bitwise_or()).list.first().fill_null(0)


def _word(field: Callable[[str], pl.Expr]) -> pl.Expr:
    word = pl.lit(SCORED, pl.UInt16)
    for name, attribute in ATTRIBUTES.items():
        bits = field(name).replace_strict(attribute.words, default=int(STRANGE), return_dtype=pl.UInt16)
        word = word.or_(pl.when(field(name).is_null()).then(pl.lit(0, pl.UInt16)).otherwise(bits))
    return word


def anatomies(build: Build, tables: Sequence[str]) -> pl.Series:
    """All structures that these tables name, sorted."""
    found = [
        build.scan(table, ["anatomy"]).select(pl.col("anatomy").cast(pl.String).unique())
        for table in tables
        if build.has(table)
    ]
    return pl.concat(found).unique().sort("anatomy").collect(engine="streaming")["anatomy"]
