"""The plan of a build: what is there, what would be made and why, and how large it gets."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from builders.base import Files
from builders.legs import Leg
from builders.making import Making
from builders.reasons import why
from schemas.errors import MedmillError
from schemas.manifest import Manifest

SPARE = 1.1
LEAST_FREE = 100_000_000
"""Free disk demanded for every byte that is expected, and where nothing is known of the size."""


@dataclass(frozen=True)
class Planned:
    """One table: partitions done and in all, why it is made, bytes to be written; None: not known yet."""

    table: str
    shape: str
    done: int
    partitions: int | None
    why: str
    bytes_to_write: int | None


@dataclass(frozen=True)
class Plan:
    """All tables in order, bytes that cleaning would free, and bytes that are free on the disk."""

    tables: tuple[Planned, ...]
    reclaimable: int
    free: int

    @property
    def bytes_to_write(self) -> int:
        """As far as it is known."""
        return sum(table.bytes_to_write or 0 for table in self.tables)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "bytes_to_write": self.bytes_to_write}


def plan_of(making: Making, before: Manifest | None) -> Plan:
    """The plan as it stands; nothing is made or written."""
    sizes: dict[str, tuple[int, int] | None] = {}
    tables = []
    for table in making.recipe.tables:
        leg = making.legs.get(table.name)
        sizes[table.name], to_write, done = _sizes(making, table.name, sizes, before)
        parts = len(leg.known) if leg and leg.parts is not None else None
        shape = "source" if table.source else type(table.shape).__name__.lower()
        tables.append(Planned(table.name, shape, done, parts, _why(making, leg, done, parts), to_write))
    return Plan(tuple(tables), reclaimable(making), free_bytes(making.store.root))


def _why(making: Making, leg: Leg | None, done: int, parts: int | None) -> str:
    if leg is None:
        return "waits for the blocks of what it reads"
    made_by = leg.table.stage or making.recipe.sources[leg.table.source]
    return why(leg, making.legs, made_by, making.store, done, parts)


def _sizes(
    making: Making, name: str, sizes: Mapping[str, tuple[int, int] | None], before: Manifest | None
) -> tuple[tuple[int, int] | None, int | None, int]:
    """(rows, bytes) of a table, bytes still to be written, partitions done."""
    table = next(table for table in making.recipe.tables if table.name == name)
    leg = making.legs.get(name)
    parts = leg.known if leg and leg.parts is not None else ()
    accounts = {part.name: leg.folder.finished(part.name, part.fingerprint) for part in parts if leg}
    there = [part for part, account in accounts.items() if account]
    if leg and parts and len(there) == len(parts):
        rows = sum(account.rows for account in accounts.values() if account)
        return (rows, sum(leg.folder.part(part).stat().st_size for part in there)), 0, len(there)
    expected = _before(name, before) or _expected(making, name, sizes)
    if expected is None:
        return None, None, len(there)
    missing = 1 - len(there) / len(parts) if parts else 1.0
    copies = 2 if table.publish and not isinstance(table.shape, Files) else 1  # large files lie in one place
    return expected, int(expected[1] * missing * copies), len(there)


def _before(name: str, before: Manifest | None) -> tuple[int, int] | None:
    """What the table had in the last complete build."""
    if before is None or before.status != "complete":
        return None
    found = [stage for stage in before.stages if stage.table == name]
    return (found[0].rows_out, found[0].bytes) if found else None


def _expected(making: Making, name: str, sizes: Mapping[str, tuple[int, int] | None]) -> tuple[int, int] | None:
    table = next(table for table in making.recipe.tables if table.name == name)
    if table.source:
        parts = making.legs[name].known
        held = sum(part.rows for part in parts), sum(part.bytes for part in parts)
        given = held if all(held) else None
    else:
        given = sizes[table.reads[0]]
    return table.stage.expected(*given) if given and table.stage else given


def reclaimable(making: Making) -> int:
    """Bytes of work folders that this plan does not use."""
    used = {leg.folder.path for leg in making.legs.values()}
    if not making.store.work.exists():
        return 0
    return sum(size_of(folder) for folder in making.store.work.iterdir() if folder not in used)


def size_of(folder: Path) -> int:
    """Bytes of all files under a folder, or of a file."""
    files = folder.rglob("*") if folder.is_dir() else [folder]
    return sum(path.stat().st_size for path in files if path.is_file())


def free_bytes(folder: Path) -> int:
    """Free bytes of the disk that a folder is, or will be, on."""
    while not folder.exists():
        folder = folder.absolute().parent
    return shutil.disk_usage(folder).free


def demand_room(plan: Plan, root: Path) -> None:
    """Raise `MedmillError` where the disk is too small for what is expected."""
    needed = max(int(plan.bytes_to_write * SPARE), LEAST_FREE)
    if needed > plan.free and any(table.why for table in plan.tables):
        hint = f"; medmill clean {root} frees {_size(plan.reclaimable)}" if plan.reclaimable else ""
        why = " at least" if needed == LEAST_FREE else ""
        raise MedmillError(
            f"{root}: {_size(needed)} are needed{why}, {_size(plan.free)} are free; choose another --out{hint}"
        )


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
