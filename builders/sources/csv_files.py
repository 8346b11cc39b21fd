"""CSV files of a source: every column as text, with errors that name the file and the columns."""

import io
from collections.abc import Sequence

import polars as pl

from builders.sources.place import Place
from schemas.errors import SourceError

REPLACED = "\ufffd"
"""What stands for bytes that are not UTF-8."""


def read_csv(place: Place, name: str, expected: Sequence[str]) -> pl.DataFrame:
    """All rows, all columns as String, null where a cell is empty.

    Bytes that are not UTF-8 become `REPLACED`, so that `undecodable` finds their rows. Raises a `SourceError`
    where the file is damaged or lacks an expected column; the message holds no cell of the file.
    """
    path = place.full(name)
    try:
        frame = pl.read_csv(io.BytesIO(place.read(name)), infer_schema=False, encoding="utf8-lossy")
    except pl.exceptions.NoDataError:
        raise SourceError(f"{path}: the file is empty; download it again") from None
    except pl.exceptions.PolarsError:
        raise SourceError(f"{path}: no CSV that can be read (cut off, or a quote is open); download it again") from None
    demand_columns(path, frame.columns, expected)
    return frame


def demand_columns(path: str, found: Sequence[str], expected: Sequence[str]) -> None:
    """Raise a `SourceError` that names the expected and the found columns unless all expected are there."""
    if missing := [column for column in expected if column not in found]:
        shown = ", ".join(column[:40] for column in found[:30])
        raise SourceError(
            f"{path}: missing column {', '.join(missing)}; expected columns {', '.join(expected)}, found {shown}"
        )


def undecodable(columns: Sequence[str]) -> pl.Expr:
    """Whether a row holds bytes that are not UTF-8 in one of these columns."""
    return pl.any_horizontal(pl.col(column).str.contains(REPLACED, literal=True).fill_null(False) for column in columns)
