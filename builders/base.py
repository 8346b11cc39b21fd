"""What a dataset is made of: sources, stages, tables and the recipe that joins them.

How they are found: the recipe of dataset `my-set` is `builders/recipes/my_set.py`, with a frozen dataclass
`Options` (its settings), `SOURCES` (names of the sources it accepts) and `recipe(sources, options) -> Recipe`. Where
its sources are declared elsewhere, a function `sources(options)` stands for `SOURCES`: name to what makes it of a
location; a function `why_not(name, options)` may say why a source is none of a build, and what to do.
The source `my-source` is `builders/sources/my_source.py` with a line `SOURCE = MySource`, a frozen dataclass
made as `MySource(location=VALUE, **settings)`. Other distributions add theirs by entry points of the groups
`medmill.recipes` and `medmill.sources`, whose values name modules of the same shape.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import dataframely as dy
import polars as pl

from schemas.terms import Terms, compose
from schemas.voxels import VolumeError, Voxels

REJECTED_SCHEMA = {"id": pl.String, "reason": pl.String, "detail": pl.String}


class Kept(NamedTuple):
    """What a stage or a source returns when it rejects rows: `rejected` has id, reason, detail."""

    frame: pl.DataFrame
    rejected: pl.DataFrame

    @staticmethod
    def of(made: "pl.DataFrame | Kept") -> "Kept":
        """What was returned, with nothing rejected where it is rows alone."""
        return made if isinstance(made, Kept) else Kept(made, pl.DataFrame(schema=REJECTED_SCHEMA))


@dataclass(frozen=True)
class Shard:
    """One unit of reading: `name` is stable and readable, `identity` changes when its bytes do.

    `rows` and `bytes` are about how much it holds, where that is cheap to say (0: unknown); only `--plan` and
    the check of free disk read them.
    """

    name: str
    identity: str
    rows: int = 0
    bytes: int = 0


class Source(ABC):
    """A raw source: a frozen dataclass with a `location` and settings.

    `location` says where this copy lies and is not part of any fingerprint; every other field is, unless it is
    declared with `repr=False`.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    people: ClassVar[str] = ""
    """Whose ids the source has, where other sources have them too (`mimic`); default: its own name."""
    shows: ClassVar[tuple[str, str] | None] = None
    """Modality and region (`schemas.exams`) of all its studies, where they are of one kind."""
    terms: ClassVar[Terms]
    tables: ClassVar[Mapping[str, type[dy.Schema]]]
    location: str

    @abstractmethod
    def shards(self, table: str) -> Sequence[Shard]:
        """The shards of a table in a stable order; cheap. Raises `SourceError` where the folder is wrong.

        None for a table that this copy does not hold (labels): the table has no rows then.
        """

    @abstractmethod
    def read(self, table: str, shard: str) -> pl.DataFrame | Kept:
        """The rows of one shard. A bad record is rejected, not fatal."""

    def voxels(self, path: str) -> Voxels:
        """The volume at a `path` of the table `volumes`, as its file stores it.

        Raises `schemas.voxels.VolumeError` for one that cannot be used; a source without volumes has none.
        """
        raise VolumeError("no_volumes", f"the source {self.name} holds no volumes")

    def notes(self) -> Sequence[str]:
        """What a user should know of this copy and no row can say, one line each: ids and counts, no text.

        Asked for once, when a build is complete; for the terminal, the manifest and the report page.
        """
        return ()


class Stage(ABC):
    """A pure function of frames: a frozen dataclass whose fields are its settings.

    `version` rises when the same settings give other rows; `data` names the data files it reads
    (patterns relative to the folder that holds the five packages), whose bytes enter the fingerprint, as do
    the settings, the annotator's own `fingerprint`, and the code (comments and docstrings apart) of the
    stage's module and of what it imports of ours. `resources` is what a worker must offer (`{"GPU": 1}`).
    `selects`: what the stage leaves out was never asked for, so only what it passes counts as ids in.
    `reads_files`: the rows it reads name files of the build; it gets the build folder as the keyword `root`.

    A need is the folder of a finished table: its rows are `folder / "*.parquet"`, and what its stage wrote to
    `folder` (a keyword argument that stages of shape Collect and Files get) lies beside them.
    """

    version: ClassVar[int] = 1
    data: ClassVar[tuple[str, ...]] = ()
    resources: ClassVar[Mapping[str, float]] = {}
    selects: ClassVar[bool] = False
    reads_files: ClassVar[bool] = False

    @abstractmethod
    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Any:
        """Rows of the table made from `frames` (one per table read, in order); `needs` are finished tables."""

    def check(self) -> None:
        """Raise `MedmillError` where it cannot run here (weights, packages); asked once, before anything is made."""
        return

    def declared(self, schema: type[dy.Schema]) -> type[dy.Schema]:
        """The schema of its rows: the table's, unless a setting changes what a column holds, and so its tag."""
        return schema

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """About how many rows and bytes come of so many rows and bytes in; for `--plan` and the check of free disk."""
        return rows, size


@dataclass(frozen=True)
class Map:
    """Partition in, partition out; several tables read must be cut into the same partitions.

    `of` is the column of the output that names the input id. Where it is the whole primary key, every id must
    come out or be rejected; elsewhere an id without rows has passed. Default: the input id where it is the key.
    """

    of: str = ""


@dataclass(frozen=True)
class Group:
    """Rows that share `by` arrive together, in every table read; shuffled by `hash(by) % buckets`.

    A key of more than `most_rows` rows in one table is an error that names it. `of` as in `Map`.
    """

    by: tuple[str, ...]
    buckets: int = 16
    most_rows: int = 1_000_000
    of: str = ""


@dataclass(frozen=True)
class Blocks:
    """Pairs of row blocks of one key: `stage(left, right) -> (rows of left, rows of right)`.

    A key's rows, in the order of the primary key of the table read, are cut into equal blocks of at most
    `rows`. Called once per unordered pair of blocks of one key; on the diagonal `left is right` and the second
    frame returned is empty. The partial rows are the stage's own business, the same columns every time.
    `merge` gets, for one block, the partial rows of its queries in fixed order (its pairs with block 0, 1, ...)
    and returns the final ones. Both get the needs. Keys of one block share tasks.
    """

    by: tuple[str, ...]
    rows: int
    merge: Stage


@dataclass(frozen=True)
class Collect:
    """All partitions of the tables read, one output table that must stay under `most_bytes`.

    The stage gets `folder=Path` too, for arrays (`.npy`): they are kept beside the rows, for those who need them.
    `columns`: read only these, where a table has them; default all.
    """

    columns: tuple[str, ...] = ()
    most_bytes: int = 2_000_000_000


@dataclass(frozen=True)
class Files:
    """Rows that name large outputs under `<out>/files/<folder>`; the stage gets `folder=Path` to write to.

    Otherwise as Map. The stage writes each file with `builders.files.keep_file(folder, name, write)`, and its
    rows hold what that returns: columns `path` (relative to the build folder), `bytes` and `sha256`.
    """

    folder: str
    of: str = ""


Shape = Map | Group | Blocks | Collect | Files


@dataclass(frozen=True)
class Table:
    """One named table: `stage` makes it from `reads`, or it is read from the source `source`.

    With both a source and a stage, the stage makes the rows of each shard from what was read of it, and that itself is
    not kept.
    """

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
    leaves_out: tuple[str, ...] = ()
    """Needs that only say which rows are left out: nothing of them gets into the rows, nor do their terms."""
    input_id: str = "id"
    """Column of the first table read whose values are accounted for: ids in = ids passed + ids rejected."""

    def carried(self) -> list[str]:
        """Tables that are needed and of which something may get into the rows."""
        return [table for need, table in self.needs.items() if need not in self.leaves_out]


@dataclass(frozen=True)
class Recipe:
    """A dataset: its sources by name, its tables in order of making, its terms follow from the sources."""

    name: str
    sources: Mapping[str, Source]
    tables: Sequence[Table]
    terms: Terms
    checks: Sequence[Any] = ()
    notes: Sequence[str] = ()
    """What a user should know before it is made, one line each."""
    previews: str = ""
    """A small table that a plan shows: it is made for that, with what it hangs on, and not published."""

    def terms_of(self, table: str) -> Terms:
        """The terms of the sources that a table was made from, whichever way; see `schemas.terms`."""
        tables = {made.name: made for made in self.tables}
        seen: dict[str, Table] = {}
        waiting = [table]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen[name] = tables[name]
                waiting += [*seen[name].reads, *seen[name].carried()]
        sources = sorted({made.source for made in seen.values() if made.source})
        return compose([self.sources[name].terms for name in sources])
