"""CSV files of a source: every column as text, with errors that name the file and the columns."""

import re
from collections import Counter
from collections.abc import Sequence

import polars as pl

from builders.sources.byte_ranges import first_line, separator_of
from builders.sources.csv_rows import BadRow, columns_of, csv_rows
from builders.sources.place import Place
from schemas.errors import SourceError

REPLACED = "\ufffd"
"""What stands for bytes that are not UTF-8."""
WRONG = "_wrong"
"""Column of `read_csv`: why a record is no row, null for every row; no other column of such a record is known."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SENTENCE = re.compile(r"[.:;!?,]$|[\n\r]|^[\d.,/ -]+$")
_LONGEST_NAME, _MOST_WORDS = 40, 3


def read_csv(place: Place, name: str, expected: Sequence[str]) -> pl.DataFrame:
    """All rows, all columns as String, null where a cell is empty, and the column `WRONG`.

    Bytes that are not UTF-8 become `REPLACED`, so that `undecodable` finds their rows. Raises a `SourceError`
    where the file is damaged or lacks an expected column; the message holds no cell of the file.
    """
    path = place.full(name)
    raw = place.read(name)
    demand_text(path, raw[:4096])
    head = first_line(raw[: 2**16])
    separator = separator_of(head)
    demand_columns(path, columns_of(head, separator), expected)
    rows = csv_rows(raw, separator)
    wrong = pl.DataFrame({WRONG: [_told(raw, row) for row in rows.bad]}, schema={WRONG: pl.String})
    return pl.concat([rows.frame.with_columns(pl.lit(None, pl.String).alias(WRONG)), wrong], how="diagonal")


def _told(raw: bytes, row: BadRow) -> str:
    line = raw.count(b"\n", 0, row.byte) + 1
    return f"line {line}: {row.why}"


def demand_text(path: str, head: bytes) -> None:
    """Raise a `SourceError` for a file that is empty, or whose encoding or line ends are not those of CSV."""
    if not head.strip():
        raise SourceError(f"{path}: the file is empty; make or download it again")
    if head.startswith(_UTF_16) or head[:4].count(0) >= 2:
        raise SourceError(f"{path}: this is UTF-16; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)")
    if b"\n" not in head and head.rstrip(b"\r").count(b"\r"):
        raise SourceError(f"{path}: lines end in CR alone; make them end in LF (tr '\\r' '\\n')")


def demand_columns(path: str, found: Sequence[str], expected: Sequence[str]) -> None:
    """Raise a `SourceError` that names the expected and the found columns unless all expected are there.

    What does not look like names may be the first report of a table without a header, and is not shown.
    """
    if missing := [column for column in expected if column not in found]:
        raise SourceError(
            f"{path}: missing column {', '.join(missing)}; expected columns {', '.join(expected)}, "
            f"{shown(found, 'found')}"
        )


def shown(found: Sequence[str], word: str) -> str:
    """The names found, behind a word; another word where they may be no names but the cells of a report."""
    if not _are_names(found):
        return "but the first line does not look like a header; put the names of the columns there"
    return f"{word} {', '.join(name for name in found[:30] if name)}"


def _are_names(found: Sequence[str]) -> bool:
    """Whether these are short, of few words, not numbers, and each there once."""
    short = all(len(name) <= _LONGEST_NAME and len(name.split()) <= _MOST_WORDS for name in found)
    printed = all(name.isprintable() and REPLACED not in name for name in found)
    return (
        short and printed and not any(map(_SENTENCE.search, found)) and any(found) and max(Counter(found).values()) == 1
    )


def undecodable(columns: Sequence[str]) -> pl.Expr:
    """Whether a row holds bytes that are not UTF-8 in one of these columns."""
    return pl.any_horizontal(pl.col(column).str.contains(REPLACED, literal=True).fill_null(False) for column in columns)
