"""The plan as a table a user reads."""

import sys
from typing import Final

import polars as pl
from rich.console import Console
from rich.table import Table

from builders.plan import Plan

_WIDE: Final = 200
"""Columns where nobody looks at a terminal: no row of a mixture is broken."""


def plan_table(plan: Plan) -> None:
    """Print it, with the bytes to be written and what cleaning would free."""
    table = Table(box=None, pad_edge=False)
    for column in ("table", "shape", "partitions", "to write", "why"):
        table.add_column(column, justify="right" if column in ("partitions", "to write") else "left")
    for one in plan.tables:
        parts = f"{one.done}/{'?' if one.partitions is None else one.partitions}"
        table.add_row(one.table, one.shape, parts, _megabytes(one.bytes_to_write), one.why or "finished")
    console = Console()
    console.print(table)
    unknown = sum(one.bytes_to_write is None for one in plan.tables)
    more = f", and {unknown} tables whose size is not known yet" if unknown else ""
    console.print(
        f"to write {_megabytes(plan.bytes_to_write)}{more}; reclaimable by medmill clean "
        f"{_megabytes(plan.reclaimable)}; free {_megabytes(plan.free)}"
    )


def preview_table(name: str, rows: pl.DataFrame) -> None:
    """Print a small table that was made for the plan, with the sums of its counts."""
    shown = [column for column, kind in rows.schema.items() if kind in (pl.String, pl.Int64, pl.Float64)]
    table = Table(box=None, pad_edge=False, title=name, title_justify="left")
    for column in shown:
        table.add_column(column, justify="left" if rows.schema[column] == pl.String else "right", overflow="fold")
    for row in rows.select(shown).iter_rows():
        table.add_row(*map(_cell, row))
    whole = [str(rows[column].sum() or 0) if rows.schema[column] == pl.Int64 else "" for column in shown]
    table.add_row(*[f"{int(one):,}" if one else "" for one in whole], style="bold")
    console = Console() if sys.stdout.isatty() else Console(width=_WIDE)
    console.print(table)


def _cell(value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    return "" if value is None else f"{value:,}" if isinstance(value, int) else value


def _megabytes(size: int | None) -> str:
    return "?" if size is None else f"{size / 1e6:,.1f} MB"
