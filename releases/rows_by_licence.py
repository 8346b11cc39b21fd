"""Rows of one table that carry different licences: which leave, in which configuration, and which stay at home."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import polars as pl

from releases.leaving import Leaving
from schemas.licences import UNKNOWN, group, normalised, terms_of
from schemas.manifest import TableRecord
from schemas.release import HeldBack
from schemas.terms import Terms, compose

Keep = Callable[[pl.DataFrame], pl.DataFrame]
"""The rows of a frame that belong to a configuration."""

_WHY = "no licence is given, or none that we know: nothing may be assumed"


def parts_of(leaving: Leaving, table: TableRecord) -> Iterator[tuple[str, Leaving, Keep]]:
    """(configuration, the table on its way out, rows that belong to it); the whole table where rows carry none."""
    column = _licence_column(table)
    if not column:
        yield table.name, leaving, lambda rows: rows
        return
    licences = _licences(leaving, table, column)
    for name in sorted({group(licence) for licence in licences if licence != UNKNOWN}):
        members = [licence for licence in licences if licence != UNKNOWN and group(licence) == name]
        own = leaving.under(table.terms & _together([terms_of(licence) for licence in members]))
        yield f"{table.name}-{name}", own, _carrying(column, members)


def held_back(leaving: Leaving, table: TableRecord) -> list[HeldBack]:
    """Rows that no configuration may hold."""
    column = _licence_column(table)
    if not column:
        return []
    found: dict[str, int] = {}
    for split in table.splits:
        for rows in leaving.built(table, split, [column]):
            for licence, count in rows[column].value_counts().sort(column).iter_rows():
                if normalised(licence) == UNKNOWN:
                    found[licence or "none"] = found.get(licence or "none", 0) + count
    return [HeldBack(table=table.name, licence=name, rows=rows, why=_WHY) for name, rows in sorted(found.items())]


def _together(terms: list[Terms]) -> Terms:
    """Rows side by side, not mixed: licences that exclude each other in one work may stand in one collection."""
    return compose([replace(one, share_alike=frozenset()) for one in terms])


def _licence_column(table: TableRecord) -> str:
    return next((column.name for column in table.columns if column.tag == "licence"), "")


def _licences(leaving: Leaving, table: TableRecord, column: str) -> list[str]:
    found: set[str] = set()
    for split in table.splits:
        for rows in leaving.built(table, split, [column]):
            found |= {normalised(licence) for licence in rows[column].unique()}
    return sorted(found)


def _carrying(column: str, licences: list[str]) -> Keep:
    def keep(rows: pl.DataFrame) -> pl.DataFrame:
        own = pl.Series([normalised(licence) in licences for licence in rows[column]], dtype=pl.Boolean)
        return rows.filter(own)

    return keep
