"""Legs: every table of a recipe with its partitions and fingerprints, known before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from builders.base import Blocks, Collect, Files, Group, Map, Recipe, Table
from builders.provenance import fingerprint, schema_hash, settings_of
from builders.store import LAYOUT_VERSION, Store, WorkFolder, tidy
from schemas.errors import UsageError


@dataclass(frozen=True)
class Part:
    """One partition: `name` is part of its file name, `fingerprint` changes with all that it is made from.

    Those of a source know their shard, and about what it holds.
    """

    name: str
    fingerprint: str
    shard: str = ""
    rows: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Leg:
    """One table to be made.

    `chain` is the fingerprint of settings and code up to here, and names the work folder; `total` holds the
    data too. `origin`: legs of equal origin are cut into the same partitions. `parts` is None for blocks
    whose number is not known before their input is there.
    """

    table: Table
    folder: WorkFolder
    chain: str
    total: str
    origin: str
    parts: tuple[Part, ...] | None

    @property
    def known(self) -> tuple[Part, ...]:
        """The partitions; only where they are known."""
        if self.parts is None:
            raise RuntimeError(f"the blocks of {self.table.name} are not known yet")
        return self.parts


def plan_leg(recipe: Recipe, table: Table, legs: Mapping[str, Leg], store: Store) -> Leg | None:
    """The leg of a table; None while the partitions of what it reads are not known."""
    if table.source:
        return _source_leg(recipe, table, store)
    reads = [_upstream(table, name, legs) for name in table.reads]
    needs = {name: _upstream(table, other, legs) for name, other in sorted(table.needs.items())}
    if any(leg.parts is None for leg in reads):
        return None
    _check(table, reads)
    upstream = [*reads, *needs.values()]
    own = fingerprint(LAYOUT_VERSION, table.stage, _shape(table), schema_hash(table.schema), sorted(table.needs))
    own = fingerprint(own, table.input_id, table.split if table.publish else None)
    chain = fingerprint(own, [leg.chain for leg in upstream])
    total = fingerprint(own, [leg.total for leg in upstream])
    parts, origin = _parts(table, reads, own, total, [leg.total for leg in needs.values()])
    return Leg(table, store.folder(table.name, chain), chain, total, origin, parts)


def _source_leg(recipe: Recipe, table: Table, store: Store) -> Leg:
    source = recipe.sources[table.source]
    held = f"{table.source}.{source_table(recipe, table)}"
    own = [source, held, schema_hash(table.schema), table.split if table.publish else None]
    chain = fingerprint(LAYOUT_VERSION, *own, *([table.stage] if table.stage else []))
    shards = source.shards(source_table(recipe, table))
    parts = tuple(
        Part(tidy(one.name), fingerprint(chain, one.name, one.identity), one.name, one.rows, one.bytes)
        for one in shards
    ) or (Part("none", fingerprint(chain, "no shards")),)
    if len({part.name for part in parts}) < len(parts):
        raise UsageError(f"source {table.source}: two shards of {table.name} have the same name")
    total = fingerprint(chain, [part.fingerprint for part in parts])
    return Leg(table, store.folder(table.name, chain), chain, total, f"source {held}", parts)


def source_table(recipe: Recipe, table: Table) -> str:
    """The name the source knows the table by: `reports` for a table `reports` or `first-reports`."""
    tables = recipe.sources[table.source].tables
    found = [name for name in tables if table.name == name or table.name.startswith((f"{name}.", f"{name}-"))]
    if not found:
        raise UsageError(f"source {table.source} has no table {table.name}; it has {', '.join(tables)}")
    return found[0]


def _upstream(table: Table, name: str, legs: Mapping[str, Leg]) -> Leg:
    if name not in legs:
        raise UsageError(f"table {table.name} reads or needs {name}, which no earlier table of the recipe makes")
    return legs[name]


def _check(table: Table, reads: list[Leg]) -> None:
    if not reads:
        raise UsageError(f"table {table.name} has a stage, but reads no table")
    columns = set(reads[0].table.schema.columns())
    wanted = [table.input_id, *getattr(table.shape, "by", ())]
    if missing := [name for name in wanted if name not in columns]:
        raise UsageError(f"table {table.name}: {reads[0].table.name} has no column {', '.join(missing)}")
    if table.publish and table.split is not None and table.split not in table.schema.columns():
        raise UsageError(f"table {table.name}: its schema has no column {table.split}; say split=None or publish=False")
    if isinstance(table.shape, Map | Files) and len({leg.origin for leg in reads}) > 1:
        names = " and ".join(leg.table.name for leg in reads)
        raise UsageError(f"table {table.name}: {names} are cut into different partitions; use the shape Group")


def _shape(table: Table) -> list[object]:
    """What of a shape decides rows; polars' hash and with it the buckets may change with its version."""
    shuffled = pl.__version__ if isinstance(table.shape, Group | Blocks) else ""
    return [type(table.shape).__name__, shuffled, settings_of(table.shape)]


def _parts(
    table: Table, reads: list[Leg], own: str, total: str, needs: list[str]
) -> tuple[tuple[Part, ...] | None, str]:
    shape = table.shape
    if isinstance(shape, Map | Files):
        rows = zip(*(leg.known for leg in reads), strict=True)
        parts = [Part(row[0].name, fingerprint(own, needs, [part.fingerprint for part in row])) for row in rows]
        return tuple(parts), reads[0].origin
    if isinstance(shape, Group):
        names = [f"bucket-{number:04d}" for number in range(shape.buckets)]
        return tuple(Part(name, fingerprint(total, name)) for name in names), f"{shape.by} % {shape.buckets}"
    if isinstance(shape, Collect):
        return (Part("all", fingerprint(total, "all")),), f"all of {table.name}"
    return None, f"blocks of {table.name}"
