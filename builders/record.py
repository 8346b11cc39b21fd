"""What the manifest says of a build: put together from the plan, the footers of what was made, and the logs."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from builders.base import Recipe, Table
from builders.legs import Leg
from builders.logs import timings
from builders.making import Making
from builders.provenance import fingerprint, plain_settings
from builders.publish import PublishedFile
from builders.source_code import whole_code_hash
from builders.store import Account, read_account
from schemas.checksums import sha256_of
from schemas.manifest import (
    ColumnRecord,
    FileRecord,
    Manifest,
    SourceRecord,
    SplitRecord,
    StageRecord,
    TableRecord,
)

PACKAGES = ("polars", "pyarrow", "numpy", "numba", "scipy", "spacy", "dask", "dataframely")
"""Packages whose version may change a row."""


def record(
    making: Making,
    status: Literal["running", "complete", "failed"],
    *,
    settings: Mapping[str, Any],
    limit: int | None,
    wall_seconds: float = 0.0,
    peak_rss_bytes: int = 0,
) -> Manifest:
    """The manifest of a build as it stands; tables are named only when all is complete."""
    recipe = making.recipe
    complete = status == "complete"
    return Manifest(
        dataset=recipe.name,
        status=status,
        medmill=_version("medmill"),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        limit=limit,
        seed=str(settings.get("seed", "")),
        code_fingerprint=whole_code_hash(),
        packages={name: _version(name) for name in PACKAGES if _version(name)},
        models=_models(recipe),
        sources=_sources(making, complete=complete),
        settings={"recipe": dict(settings), **_stage_settings(recipe)},
        terms=recipe.terms,
        stages=_stages(making),
        tables=_tables(making) if complete else [],
        wall_seconds=round(wall_seconds, 3),
        peak_rss_bytes=peak_rss_bytes,
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _models(recipe: Recipe) -> dict[str, str]:
    """Models by name with their revision, where a source or a stage says which it holds."""
    parts = [*recipe.sources.values(), *(table.stage for table in recipe.tables if table.stage)]
    return {name: revision for part in parts for name, revision in getattr(part, "models", {}).items()}


def _sources(making: Making, *, complete: bool) -> list[SourceRecord]:
    legs = [leg for leg in making.legs.values() if leg.table.source]
    return [
        SourceRecord(
            name=name,
            kind=type(source).name,
            version=type(source).version,
            settings=plain_settings(source),
            fingerprint=fingerprint([leg.total for leg in legs if leg.table.source == name]),
            shards=sum(bool(part.shard) for leg in legs if leg.table.source == name for part in leg.known),
            people=source.people or type(source).name,
            terms=source.terms,
            notes=list(source.notes()) if complete else [],
        )
        for name, source in making.recipe.sources.items()
    ]


def _stage_settings(recipe: Recipe) -> dict[str, dict[str, Any]]:
    return {table.name: plain_settings(table.stage) for table in recipe.tables if table.stage is not None}


def _stages(making: Making) -> list[StageRecord]:
    taken = timings(making.store.root)
    return [_stage(leg, taken) for leg in making.legs.values() if leg.parts is not None]


def _stage(leg: Leg, taken: Mapping[str, tuple[float, int, str]]) -> StageRecord:
    found = [(part, leg.folder.finished(part.name, part.fingerprint)) for part in leg.known]
    accounts = [account for _, account in found if account]
    times = [taken.get(part.fingerprint, (0.0, 0, "")) for part, account in found if account]
    rejected: Counter[str] = Counter()
    for account in accounts:
        rejected.update(account.rejected)
    return StageRecord(
        table=leg.table.name,
        shape="source" if leg.table.source else type(leg.table.shape).__name__.lower(),
        fingerprint=leg.chain,
        ids_in=sum(account.ids_in for account in accounts),
        ids_passed=sum(account.ids_passed for account in accounts),
        ids_rejected=sum(account.ids_rejected for account in accounts),
        rows_out=sum(account.rows for account in accounts),
        rejected=dict(sorted(rejected.items())),
        partitions=len(leg.known),
        seconds=round(sum(seconds for seconds, _, _ in times), 3),
        peak_rss_bytes=max((rss for _, rss, _ in times), default=0),
        bytes=sum(leg.folder.part(part.name).stat().st_size for part, account in found if account),
    )


def _tables(making: Making) -> list[TableRecord]:
    root = making.store.root
    return [
        TableRecord(
            name=leg.table.name,
            primary_key=leg.table.schema.primary_key(),
            terms=making.recipe.terms_of(name),
            columns=columns_of(leg.table),
            splits=_splits(root, [file for file in making.files[name] if file.path.parent == root / name]),
        )
        for name, leg in making.legs.items()
        if leg.table.publish
    ]


def columns_of(table: Table) -> list[ColumnRecord]:
    """The columns of a table as its schema declares them."""
    return columns_of_schema(table.schema)


def columns_of_schema(schema: Any) -> list[ColumnRecord]:
    """The columns that a schema declares."""
    return [
        ColumnRecord(
            name=name,
            dtype=str(column.dtype),
            tag=(column.metadata or {}).get("tag", ""),
            unit=(column.metadata or {}).get("unit", ""),
            description=getattr(column, "description", None) or "",
            identifies=(column.metadata or {}).get("identifies", ""),
            cut_from=(column.metadata or {}).get("cut_from", {}),
        )
        for name, column in schema.columns().items()
    ]


def _splits(root: Path, files: list[PublishedFile]) -> dict[str, SplitRecord]:
    splits: dict[str, SplitRecord] = {}
    for file in files:
        record = _file(root, file)
        others = splits[file.split].files if file.split in splits else []
        splits[file.split] = SplitRecord(rows=sum(f.rows for f in [*others, record]), files=[*others, record])
    return splits


def _file(root: Path, file: PublishedFile) -> FileRecord:
    path = file.path.relative_to(root).as_posix()
    account = read_account(file.path) or Account("")
    return FileRecord(path=path, rows=account.rows, bytes=file.path.stat().st_size, sha256=sha256_of(file.path))
