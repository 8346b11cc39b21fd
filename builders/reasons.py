"""Why a table is made again: what of it differs from the last time it was made here."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from builders.legs import Leg
from builders.provenance import describe, schema_hash, settings_of
from builders.store import Store, write_bytes

_NOTE = "about.json"


def note_down(leg: Leg, legs: Mapping[str, Leg], described: Any) -> None:
    """Write what a table is made by into its work folder, for the plans that come after."""
    path = leg.folder.path / _NOTE
    content = json.dumps(about(leg, legs, described), indent=2).encode()
    if not path.exists() or path.read_bytes() != content:
        write_bytes(path, content)


def about(leg: Leg, legs: Mapping[str, Leg], made_by: Any) -> dict[str, Any]:
    """The parts of a chain fingerprint, one by one; `made_by` is the stage or the source."""
    said = describe(made_by)
    upstream = [*leg.table.reads, *leg.table.needs.values()]
    return {
        **{f"setting {name}": value for name, value in said["settings"].items()},
        "version": said["version"],
        "code": said["code"],
        "data files": said["data"],
        "annotator": said["fingerprint"],
        "columns": schema_hash(leg.table.schema),
        "shape": [type(leg.table.shape).__name__, describe(settings_of(leg.table.shape))],
        **{f"table {name}": legs[name].chain for name in upstream},
    }


def why(leg: Leg, legs: Mapping[str, Leg], made_by: Any, store: Store, done: int, parts: int | None) -> str:
    """In a few words, why a table is not finished; empty where it is."""
    if done == parts:
        return ""
    if done:
        return f"{done} of {parts} partitions are there"
    if leg.folder.rows.exists() and any(leg.folder.rows.iterdir()):
        return "its input has changed"
    before = _latest(store, leg.table.name)
    if before is None:
        return "not made yet"
    now = about(leg, legs, made_by)
    changed = [name for name in now if before.get(name) != json.loads(json.dumps(now[name]))]
    return f"changed: {', '.join(changed)}" if changed else "what it reads has changed"


def _latest(store: Store, table: str) -> dict[str, Any] | None:
    """What the newest work folder of a table says of itself."""
    notes = [path for path in store.work.glob(f"{table}-*/{_NOTE}") if _table_of(path.parent) == table]
    newest = max(notes, key=lambda path: path.stat().st_mtime_ns, default=None)
    return json.loads(newest.read_bytes()) if newest else None


def _table_of(folder: Path) -> str:
    return folder.name.rpartition("-")[0]
