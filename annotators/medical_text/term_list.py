"""Lists of medical terms, with how medical each is: ours in `terms/`, or a folder of the user's own.

A file per language, `de.tsv`: `term`, `weight` and `form`, in lower case. A `word` stands alone, a `stem` begins a
word, a `part` is found anywhere: what Chinese and Japanese need, whose words stand without spaces. Weights:

- 4: a disease that whole texts speak of without another word of medicine: what covid-19 did to schools and airlines
  counts as medicine here, as it does in TICO-19 (arXiv 2007.01788);
- 3: hardly ever said outside medicine (myocardial infarction);
- 2: mostly medicine;
- 1: medicine among other things (blood).
"""

import re
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import polars as pl

from annotators.medical_text.matching import Patterns
from schemas.errors import UsageError

FOLDER: Final = Path(__file__).with_name("terms")
WEIGHTS: Final = (1, 2, 3, 4)
FORMS: Final = ("word", "stem", "part")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_COLUMNS: Final = {"term": pl.String, "weight": pl.Int64, "form": pl.String}


@dataclass(frozen=True)
class TermList:
    """The terms of one language, longest first, so that a term stands before all that are part of it."""

    language: str
    terms: tuple[str, ...]
    weights: tuple[int, ...]
    forms: tuple[str, ...]
    ours: bool = True
    """False for a list of the user's: nothing was learned with it."""

    @cached_property
    def patterns(self) -> Patterns:
        """What finds them."""
        return Patterns(self.terms, self.forms)


@cache
def _ours() -> dict[str, TermList]:
    return {path.stem: term_list(path) for path in sorted(FOLDER.glob("*.tsv"))}


def term_lists(keywords: str | None = None) -> dict[str, TermList]:
    """Our lists by language; a user's file, `keywords`/de.tsv, adds a language or takes the place of ours.

    Raises `UsageError` where the folder holds no list, or one is not in shape.
    """
    found = dict(_ours())
    if keywords is not None:
        paths = [path for path in sorted(Path(keywords).glob("*.tsv")) if _LANGUAGE.fullmatch(path.stem)]
        if not paths:
            raise UsageError(f"filter.keywords: no list of terms in {keywords}; expected a file per language (de.tsv)")
        found |= {path.stem: replace(term_list(path), ours=False) for path in paths}
    return dict(sorted(found.items()))


def term_list(path: Path) -> TermList:
    """The list of a file; `UsageError` says what is wrong with it, and where."""
    try:
        table = pl.read_csv(path, separator="\t", quote_char=None, schema_overrides=_COLUMNS)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UsageError(f"filter.keywords: cannot read {path} as a table: {str(error).splitlines()[0]}") from error
    if table.columns != list(_COLUMNS):
        raise UsageError(f"filter.keywords: {path}: expected columns {', '.join(_COLUMNS)}; got {table.columns}")
    _check(path, table)
    table = table.sort(pl.col("term").str.len_bytes(), "term", descending=[True, False])
    term, weight, form = (tuple(table[column].to_list()) for column in _COLUMNS)
    return TermList(path.stem, term, weight, form)


def _check(path: Path, table: pl.DataFrame) -> None:
    """Every line a term of its own, in lower case, with a known weight and form."""
    term = pl.col("term")
    wrong = {
        "a term in lower case without spaces around": term.is_null()
        | (term != term.str.to_lowercase().str.strip_chars())
        | (term == ""),
        "a term once": ~term.is_first_distinct(),
        f"a weight of {WEIGHTS}": ~pl.col("weight").is_in(WEIGHTS).fill_null(False),
        f"a form of {FORMS}": ~pl.col("form").is_in(FORMS).fill_null(False),
    }
    if table.is_empty():
        raise UsageError(f"filter.keywords: {path}: expected at least one term")
    for expected, test in wrong.items():
        lines = table.select(test.arg_true() + 2).to_series()
        if len(lines):
            raise UsageError(f"filter.keywords: {path}, line {lines[0]}: expected {expected}")
