"""The boundary of a stage: columns, duplicate keys and rules are checked here, and every input id is accounted for."""

from copy import copy
from dataclasses import dataclass
from functools import cache

import dataframely as dy
import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Table
from builders.store import Account
from schemas.errors import MedmillError


class StageError(MedmillError):
    """A stage broke its contract: the code is wrong, not a record."""


@dataclass(frozen=True)
class Accepted:
    """Rows as they are written, what was rejected (id, stage, reason, detail), and the account of both."""

    frame: pl.DataFrame
    rejected: pl.DataFrame
    account: Account


def accept(table: Table, made: pl.DataFrame | Kept, ids: pl.Series | None, fingerprint: str) -> Accepted:
    """Check what a stage made of the input `ids` (None: read from a source, so it brings its own ids).

    Raises `StageError` for columns other than the schema's, and for ids lost or made up.
    """
    frame, rejected = Kept.of(made)
    frame = _same_columns(table, frame)
    if missing := set(REJECTED_SCHEMA) - set(rejected.columns):
        raise StageError(f"table {table.name}: {maker(table)} rejected rows without {', '.join(sorted(missing))}")
    rejected = rejected.select(pl.col(name).cast(dtype) for name, dtype in REJECTED_SCHEMA.items())
    by_stage = rejected["id"]
    for check in (_without_invalid, _without_duplicates):
        frame, more = check(table, frame)
        rejected = rejected.vstack(more)
    counts = _count_ids(table, frame, by_stage, rejected["id"], ids)
    account = Account(
        fingerprint,
        rows=frame.height,
        ids_in=counts[0],
        ids_passed=counts[0] - counts[1],
        ids_rejected=counts[1],
        rejected=dict(sorted(rejected["reason"].value_counts().iter_rows())),
        splits=_count_splits(table, frame),
    )
    rejected = rejected.select("id", pl.lit(table.name).alias("stage"), "reason", "detail").sort(pl.all())
    return Accepted(frame, rejected, account)


def _same_columns(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    wanted = list(table.schema.columns())
    missing, extra = sorted(set(wanted) - set(frame.columns)), sorted(set(frame.columns) - set(wanted))
    if missing or extra:
        said = [f"{word} {', '.join(names)}" for word, names in (("without", missing), ("with", extra)) if names]
        raise StageError(
            f"table {table.name}: {maker(table)} gave rows {' and '.join(said)}; expected the columns of "
            f"{table.schema.__name__}: {', '.join(wanted)}"
        )
    return frame.select(wanted)


def maker(table: Table) -> str:
    """Who makes a table, for messages."""
    return f"stage {type(table.stage).__name__}" if table.stage else f"source {table.source}"


@cache
def _keyless(schema: type[dy.Schema]) -> type[dy.Schema]:
    """The schema without its rule of unique keys, which costs memory and throws out both twins."""
    keys = {name: copy(column) for name, column in schema.columns().items() if column.primary_key}
    for column in keys.values():
        column.primary_key = False
    return type(schema.__name__, (schema,), keys)


def _without_invalid(table: Table, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    schema = _keyless(table.schema)
    wanted = {name: column.dtype for name, column in table.schema.columns().items()}
    if dict(frame.schema) == wanted and schema.is_valid(frame):
        return frame, _rejected(table, frame.clear(), "", "")
    good, failures = schema.filter(frame, cast=True)
    good = pl.DataFrame(good).select(list(wanted))
    if good.height == frame.height:
        return good, _rejected(table, frame.clear(), "", "")
    details = failures.details()
    broken = [
        pl.when(pl.col(rule) == "invalid").then(pl.lit("invalid_" + rule.replace("|", "_")))
        for rule in details.columns
        if rule not in wanted
    ]
    rows = details.with_columns(__broken__=pl.concat_list(broken).list.drop_nulls())
    rules = pl.col("__broken__").list
    return good, _rejected(table, rows, rules.first(), pl.lit("broken: ") + rules.join(", "))


def _without_duplicates(table: Table, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows in the order of the key; of equal keys the first stays."""
    key = table.schema.primary_key()
    if not key:
        return frame, _rejected(table, frame.clear(), "", "")
    frame = frame.sort(key, maintain_order=True)
    twin = frame.select(pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in key)).to_series()
    twin = pl.Series([False]).extend(twin[1:]) if frame.height else twin
    if not twin.any():
        return frame, _rejected(table, frame.clear(), "", "")
    said = pl.lit(f"a row with the same {', '.join(key)} came before")
    return frame.filter(~twin), _rejected(table, frame.filter(twin), "duplicate_id", said)


def owner(table: Table) -> str:
    """The column of the output that names the input id; empty where there is none."""
    key = table.schema.primary_key()
    of = getattr(table.shape, "of", "")
    if of or table.source:
        return of or (table.input_id if table.input_id in table.schema.columns() else key[0])
    return table.input_id if key == [table.input_id] else ""


def _rejected(table: Table, rows: pl.DataFrame, reason: str | pl.Expr, detail: str | pl.Expr) -> pl.DataFrame:
    """Rejected rows under the id they belong to: the input id where the output names it, else their key."""
    key = table.schema.primary_key() or list(table.schema.columns())[:1]
    named = [owner(table)] if owner(table) else key
    id_ = pl.concat_str((pl.col(name).cast(pl.String) for name in named), separator="/", ignore_nulls=True)
    rejected = rows.select(id=id_, reason=_said(reason), detail=_said(detail))
    return rejected.select(pl.col(name).cast(dtype) for name, dtype in REJECTED_SCHEMA.items())


def _said(value: str | pl.Expr) -> pl.Expr:
    return pl.lit(value) if isinstance(value, str) else value


def _count_ids(
    table: Table, frame: pl.DataFrame, by_stage: pl.Series, rejected: pl.Series, ids: pl.Series | None
) -> tuple[int, int]:
    """Ids in, and how many of them are rejected: those with a rejected row and no row that passed."""
    of = owner(table)
    out = frame[of].cast(pl.String).unique() if of else pl.Series([], dtype=pl.String)
    rejected = rejected.drop_nulls().unique()
    if ids is None:
        ids = pl.concat([out, rejected]).unique()
    elif getattr(table.stage, "selects", False):
        ids = pl.concat([out, by_stage]).unique()
    else:
        ids = ids.cast(pl.String).unique()
    gone = rejected.filter(rejected.is_in(ids.implode()) & ~rejected.is_in(out.implode()))
    _refuse(table, "made up the ids", by_stage.filter(~by_stage.is_in(ids.implode())))
    _refuse(table, "made up the ids", out.filter(~out.is_in(ids.implode())))
    if of and table.schema.primary_key() == [of]:
        kept = pl.concat([out, gone])
        _refuse(table, "neither passed nor rejected the ids", ids.filter(~ids.is_in(kept.implode())))
    return len(ids), len(gone)


def _refuse(table: Table, did: str, ids: pl.Series) -> None:
    if len(ids):
        few = ", ".join(ids.sort().head(3).to_list())
        raise StageError(f"table {table.name}: {maker(table)} {did} {few} ({len(ids)} in all); every id in must be "
                         "passed or rejected")  # fmt: skip


def _count_splits(table: Table, frame: pl.DataFrame) -> dict[str, int]:
    if not table.publish or table.split is None:
        return {"all": frame.height} if frame.height else {}
    splits = frame[table.split]
    if splits.null_count():
        raise StageError(f"table {table.name}: {maker(table)} left the split of {splits.null_count()} rows empty")
    return dict(sorted(splits.cast(pl.String).value_counts().iter_rows()))
