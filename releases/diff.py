"""What changed between two releases: columns, rows by key, and how labels are spread."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import polars as pl
from pydantic import BaseModel, Field

from schemas.manifest import ColumnRecord
from schemas.release import Config, Release, read_release
from schemas.versions import Bump, Version

MOST_VALUES: Final = 50
"""Columns with more values are no closed lists, so nothing is said of their spread."""

DRIFT: Final = 0.01
"""A value whose share of the rows moved by more than this is told."""

_PIECE: Final = 500_000


class Drift(BaseModel):
    """A value of a label whose share of all rows moved."""

    column: str
    value: str
    before: float
    after: float


class ConfigDifference(BaseModel):
    """What changed in one configuration. Rows are the same row where their keys are equal."""

    name: str
    columns_added: list[str] = Field(default_factory=list)
    columns_removed: list[str] = Field(default_factory=list)
    columns_changed: list[str] = Field(default_factory=list, description="`name: type before to type after`.")
    key_changed: bool = False
    rows_added: int = 0
    rows_removed: int = 0
    rows_changed: int = 0
    rows_same: int = 0
    drift: list[Drift] = Field(default_factory=list)

    @property
    def breaks(self) -> bool:
        """Whether a reader's code may break."""
        return bool(self.columns_removed or self.columns_changed or self.key_changed)

    @property
    def differs(self) -> bool:
        """Whether anything is different at all."""
        return self.breaks or bool(self.columns_added or self.rows_added or self.rows_removed or self.rows_changed)


class Difference(BaseModel):
    """What changed from one release to another, and which kind of version that is."""

    before: str
    after: str
    configs_added: list[str]
    configs_removed: list[str]
    configs: list[ConfigDifference]
    terms_changed: bool
    bump: Bump
    next_version: str = Field(description="The version before, raised by `bump`.")


def diff(before: Path, after: Path) -> Difference:
    """Compare two release folders; reads them a piece at a time, 16 bytes a row are held."""
    return difference(before, read_release(before), after, read_release(after))


def difference(before: Path, old: Release, after: Path, new: Release) -> Difference:
    """The same for releases that were read already."""
    names_old, names_new = {c.name for c in old.configs}, {c.name for c in new.configs}
    both = [config.name for config in old.configs if config.name in names_new]
    configs = [_config(before, old.config(name), after, new.config(name)) for name in both]
    removed, added = sorted(names_old - names_new), sorted(names_new - names_old)
    terms = old.terms != new.terms
    bump = _bump(configs, added, removed, terms=terms)
    return Difference(
        before=f"{old.name} {old.version}",
        after=f"{new.name} {new.version}",
        configs_added=added,
        configs_removed=removed,
        configs=configs,
        terms_changed=terms,
        bump=bump,
        next_version=str(Version.of(old.version).raised(bump)),
    )


def _bump(configs: list[ConfigDifference], added: list[str], removed: list[str], *, terms: bool) -> Bump:
    if removed or terms or any(config.breaks for config in configs):
        return "major"
    return "minor" if added or any(config.differs for config in configs) else "patch"


def _config(before: Path, old: Config, after: Path, new: Config) -> ConfigDifference:
    a, b = ({column.name: column for column in config.columns} for config in (old, new))
    shared = [name for name in a if name in b]
    changed = [f"{name}: {_kind(a[name])} to {_kind(b[name])}" for name in shared if _kind(a[name]) != _kind(b[name])]
    made = ConfigDifference(
        name=new.name,
        columns_added=[name for name in b if name not in a],
        columns_removed=[name for name in a if name not in b],
        columns_changed=changed,
        key_changed=old.primary_key != new.primary_key,
        drift=_drift(before, old, after, new),
    )
    if made.key_changed or not set(old.primary_key) <= set(shared):
        return made.model_copy(update={"rows_removed": old.rows, "rows_added": new.rows})
    return made.model_copy(update=_rows(before, old, after, new, shared))


def _kind(column: ColumnRecord) -> str:
    return f"{column.dtype} {column.unit}".strip()


def _rows(before: Path, old: Config, after: Path, new: Config, shared: list[str]) -> dict[str, int]:
    """Counts of rows by key, over the columns that both have."""
    a, b = _hashed(before, old, shared), _hashed(after, new, shared)
    same_key = a.join(b, on="key", how="inner", suffix="_after")
    changed = int((same_key["row"] != same_key["row_after"]).sum())
    return {
        "rows_removed": a.height - same_key.height,
        "rows_added": b.height - same_key.height,
        "rows_changed": changed,
        "rows_same": same_key.height - changed,
    }


def _hashed(folder: Path, config: Config, columns: list[str]) -> pl.DataFrame:
    """A hash of the key and one of the whole row; without a key the row is its own."""
    key = config.primary_key or columns
    parts = [
        pl.DataFrame({"key": rows.select(key).hash_rows(), "row": rows.select(columns).hash_rows()})
        for rows in pieces(folder, config, columns)
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema={"key": pl.UInt64, "row": pl.UInt64})


def pieces(folder: Path, config: Config, columns: list[str]) -> Iterator[pl.DataFrame]:
    """The rows of a configuration, some hundred thousand at a time."""
    for path in _paths(folder, config):
        rows = pl.scan_parquet(path).select(columns)
        height = pl.scan_parquet(path).select(pl.len()).collect().item()
        for start in range(0, height, _PIECE):
            yield rows.slice(start, _PIECE).collect()


def _paths(folder: Path, config: Config) -> Iterable[Path]:
    return (folder / file.path for split in config.splits.values() for file in split.files)


def _drift(before: Path, old: Config, after: Path, new: Config) -> list[Drift]:
    """Labels whose spread moved."""
    a, b = _labels(old), _labels(new)
    found = []
    for column in sorted(a & b):
        was, now = _shares(before, old, column), _shares(after, new, column)
        if was and now:
            values = sorted(set(was) | set(now))
            moved = [(value, was.get(value, 0.0), now.get(value, 0.0)) for value in values]
            found += [
                Drift(column=column, value=value, before=round(one, 4), after=round(other, 4))
                for value, one, other in moved
                if abs(one - other) > DRIFT
            ]
    return found


def _labels(config: Config) -> set[str]:
    return {c.name for c in config.columns if c.tag == "label" and (c.dtype.startswith(("String", "Boolean", "Enum")))}


def _shares(folder: Path, config: Config, column: str) -> dict[str, float]:
    """Share of the rows by value; empty where the column is no closed list."""
    counts: Counter[str] = Counter()
    for path in _paths(folder, config):
        found = pl.scan_parquet(path).group_by(pl.col(column).cast(pl.String)).len().collect(engine="streaming")
        counts.update({str(value): n for value, n in found.iter_rows()})
        if len(counts) > MOST_VALUES:
            return {}
    total = sum(counts.values())
    return {value: n / total for value, n in counts.items()}
