"""One table of a dataset before the rest: what `--plan` shows of a mixture."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from builders.base import Recipe, Table
from builders.lock import locked
from builders.logs import new_log
from builders.making import Making
from builders.run import Orders, asked, interruptible, refuse_other, report, run_missing
from builders.store import Store, in_one_line
from builders.tally import Tally
from schemas.errors import MedmillError


def ahead(recipe: Recipe, table: str, out: Path, orders: Orders) -> pl.DataFrame:
    """The rows of one table, made with all that it hangs on in the work folder of `out`; nothing is published.

    A build with the same settings goes on from there. Raises `MedmillError` where it cannot be made.
    """
    out = out.absolute()
    refuse_other(out, recipe.name)
    part = replace(recipe, tables=[replace(one, publish=False) for one in _below(recipe.tables, table)])
    with locked(out), interruptible() as interruption, in_one_line():
        store = Store(out)
        store.remove_drafts()
        tally = Tally(new_log(store.root))
        making = Making(asked(part, orders), store, tally.planned)
        for one in part.tables:
            if one.stage is not None:
                one.stage.check()
        failures = run_missing(making, orders, tally, interruption) if making.graph.anything() else []
        if failures or making.graph.unfinished:
            raise MedmillError(report(failures, making, orders))
        leg = making.legs[table]
        return pl.concat([pl.read_parquet(leg.folder.part(own.name)) for own in leg.known])


def _below(tables: Sequence[Table], name: str) -> list[Table]:
    """The tables that one is made of, and itself, in their order."""
    wanted = {name}
    for table in reversed(tables):
        if table.name in wanted:
            wanted |= {*table.reads, *table.needs.values()}
    return [table for table in tables if table.name in wanted]
