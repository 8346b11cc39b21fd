"""What a dataset is made of: sources, stages, tables and the recipe that joins them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import dataframely as dy
import polars as pl

from schemas.terms import Terms

REJECTED_SCHEMA = {"id": pl.String, "reason": pl.String, "detail": pl.String}


class Kept(NamedTuple):
    """What a stage or a source returns when it rejects rows: `rejected` has id, reason, detail."""

    frame: pl.DataFrame
    rejected: pl.DataFrame


@dataclass(frozen=True)
class Shard:
    """One unit of reading: `name` is stable and readable, `identity` changes when its bytes do."""

    name: str
    identity: str


class Source(ABC):
    """A raw source: a frozen dataclass with a `location` and settings.

    `location` says where this copy lies and is not part of any fingerprint; every other field is.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    terms: ClassVar[Terms]
    tables: ClassVar[Mapping[str, type[dy.Schema]]]
    location: str

    @abstractmethod
    def shards(self, table: str) -> Sequence[Shard]:
        """The shards of a table in a stable order; cheap. Raises `schemas.errors.SourceError` where the folder is wrong."""

    @abstractmethod
    def read(self, table: str, shard: str) -> pl.DataFrame | Kept:
        """The rows of one shard. A bad record is rejected, not fatal."""


class Stage(ABC):
    """A pure function of frames: a frozen dataclass whose fields are its settings.

    `version` rises when the same settings give other rows; `data` names the data files it reads
    (patterns relative to the folder that holds the five packages), whose bytes enter the fingerprint.
    """

    version: ClassVar[int] = 1
    data: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Any:
        """Rows of the table made from `frames` (one per table read, in order); `needs` are finished tables."""


@dataclass(frozen=True)
class Map:
    """Partition in, partition out. `of` is the column of the output that names the input id."""


@dataclass(frozen=True)
class Group:
    """Rows that share `by` arrive together, in every table read; shuffled by `hash(by) % buckets`."""

    by: tuple[str, ...]
    buckets: int = 16


@dataclass(frozen=True)
class Blocks:
    """Pairs of row blocks of one key: `stage(left, right) -> (rows of left, rows of right)`.

    Called once per unordered pair of blocks; on the diagonal `left is right` and the second frame is empty.
    `merge` gets, for one block, the partial rows in fixed order and returns the final ones.
    """

    by: tuple[str, ...]
    rows: int
    merge: Stage


@dataclass(frozen=True)
class Collect:
    """All partitions of the tables read, one output table that must stay under `most_bytes`."""

    most_bytes: int = 2_000_000_000


@dataclass(frozen=True)
class Files:
    """Rows that name large outputs under `<out>/files/<folder>`; the stage gets `folder=Path` to write to."""

    folder: str


Shape = Map | Group | Blocks | Collect | Files


@dataclass(frozen=True)
class Table:
    """One named table: `stage` makes it from `reads`; `stage=None` reads it from the source `source`."""

    name: str
    schema: type[dy.Schema]
    stage: Stage | None = None
    reads: tuple[str, ...] = ()
    source: str = ""
    shape: Shape = field(default_factory=Map)
    needs: Mapping[str, str] = field(default_factory=dict)
    publish: bool = True
    split: str | None = "split"
    """Column that names the split of a row in the published files; None: one split, `all`."""
    input_id: str = "id"
    """Column of the first table read whose values are accounted for: ids in = ids passed + ids rejected."""


@dataclass(frozen=True)
class Recipe:
    """A dataset: its sources by name, its tables in order of making, its terms follow from the sources."""

    name: str
    sources: Mapping[str, Source]
    tables: Sequence[Table]
    terms: Terms
    checks: Sequence[Any] = ()
