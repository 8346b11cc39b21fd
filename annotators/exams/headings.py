"""What kind of examination a heading names: `CT HEAD W/O CONTRAST` is a CT of the brain.

Whole words alone count, so that no `ct` is read in `direct` nor `us` in `sinus`. Letter case, slashes, hyphens and
other marks do not.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from schemas.exams import Exam

_FOLDER: Final = Path(__file__).parent
_MARKS: Final = re.compile(r"[\W_]+")
_LONGEST: Final = 300
"""Characters of a heading that are read; what is longer is no heading but a text."""


class Kind(NamedTuple):
    """`modality` of `schemas.exams.MODALITIES`, `region` of `REGIONS`; None where no word says."""

    modality: str | None
    region: str | None


def kind(heading: str | None) -> Kind:
    """The kind that a heading names; it may be of several lines."""
    return _kind(heading[:_LONGEST]) if heading else Kind(None, None)


def exams(studies: pl.Series, headings: pl.Series) -> pl.DataFrame:
    """Exam rows: what the heading beside each study names."""
    found = pl.DataFrame({"heading": headings.unique().drop_nulls().sort()}, {"heading": pl.String})
    kinds = [kind(heading) for heading in found["heading"]]
    schema = {name: column.dtype for name, column in Exam.columns().items()}
    found = found.with_columns(
        pl.Series(name, [getattr(of, name) for of in kinds], schema[name]) for name in ("modality", "region")
    )
    named = pl.DataFrame({"study": studies, "heading": headings}, {"study": pl.String, "heading": pl.String})
    return named.join(found, on="heading", how="left", maintain_order="left").select(list(schema))


@lru_cache(maxsize=65_536)
def _kind(heading: str) -> Kind:
    words = _MARKS.sub(" ", heading.lower()).strip()
    modalities = _table("modalities").found(words)
    regions = _table("regions").found(words)
    return Kind(min(modalities)[1] if modalities else None, regions[0][1] if regions else None)


@dataclass(frozen=True)
class _Table:
    """Phrases in order; a phrase that begins where another does is found where it is the longer."""

    named: dict[str, tuple[int, str]]
    pattern: re.Pattern[str]

    def found(self, words: str) -> list[tuple[int, str]]:
        """(line, name) of each phrase, in the order of the heading."""
        return [self.named[match[0]] for match in self.pattern.finditer(words)]


@cache
def _table(name: str) -> _Table:
    with (_FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.reader(file, delimiter="\t") if line and not line[0].startswith("#")][1:]
    named = {words: (number, what) for number, (words, what) in enumerate(lines)}
    longest = sorted(named, key=len, reverse=True)
    return _Table(named, re.compile(r"\b(?:" + "|".join(map(re.escape, longest)) + r")\b"))
