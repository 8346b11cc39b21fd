"""Blocks: every pair of row blocks of one key, then one merge per block."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import polars as pl

from builders.base import Blocks, Stage
from builders.graph import Node
from builders.legs import Leg, Part
from builders.provenance import fingerprint
from builders.shapes.arrange import BUCKETS, Block, Span, arrange_nodes
from builders.shapes.target import Target, joined, missing
from builders.store import Account, read_account, write_rows


@dataclass(frozen=True)
class Pack:
    """All keys of one block, one after the other: each is compared with itself and merged."""

    target: Target
    merge: Stage
    block: Block
    needs: Mapping[str, Path]

    def run(self) -> Account:
        """Returns the account of the partition."""
        rows = self.block.span.read()
        starts = [sum(self.block.sizes[:number]) for number in range(len(self.block.sizes))]
        frames = [rows.slice(start, size) for start, size in zip(starts, self.block.sizes, strict=True)]
        made = [self.merge(self.target.stage(frame, frame, **self.needs)[0], **self.needs) for frame in frames]
        empty = pl.DataFrame(self.target.table.schema.create_empty())
        return self.target.write(joined(made) if made else empty, rows[self.target.table.input_id])


@dataclass(frozen=True)
class Pair:
    """Compare two blocks of one key; what the left and the right get out of it is kept apart."""

    stage: Stage
    left: Span
    right: Span
    paths: tuple[Path, Path]
    fingerprint: str
    needs: Mapping[str, Path]

    def run(self) -> Account:
        """Returns the account of the left rows."""
        left = self.left.read()
        right = left if self.left == self.right else self.right.read()
        made: Sequence[Any] = self.stage(left, right, **self.needs)
        for path, rows in reversed(list(zip(self.paths, made, strict=True))):
            write_rows(path, rows, Account(self.fingerprint, rows=rows.height), scratch=True)
        return Account(self.fingerprint, rows=made[0].height + made[1].height)

    def finished(self) -> bool:
        """Whether both files are there."""
        accounts = [read_account(path) for path in self.paths]
        return all(account is not None and account.fingerprint == self.fingerprint for account in accounts)


@dataclass(frozen=True)
class Merge:
    """Merge all partial rows of one block's queries."""

    target: Target
    merge: Stage
    span: Span
    partials: tuple[Path, ...]
    needs: Mapping[str, Path]

    def run(self) -> Account:
        """Returns the account of the partition."""
        partial = pl.concat([pl.read_parquet(path) for path in self.partials])
        made = self.merge(partial, **self.needs)
        del partial
        return self.target.write(made, self.span.read([self.target.table.input_id]).to_series())


def with_parts(leg: Leg, blocks: Sequence[Block]) -> Leg:
    """The leg with its partitions, now that the size of every key is known."""
    parts = [Part(block.name, fingerprint(leg.total, block.name, block.mark)) for block in blocks]
    return replace(leg, parts=tuple(parts))


def first_nodes(leg: Leg, read: Leg, shape: Blocks, then: Callable[[], None]) -> list[Node]:
    """Bring the rows of every key together; `then` runs when the sizes of all keys are known."""
    arrange = arrange_nodes(leg, read, shape.by, BUCKETS)
    return [*arrange, Node(f"{leg.table.name}/blocks", None, {node.key for node in arrange}, then)]


def nodes(leg: Leg, blocks: Sequence[Block], shape: Blocks, needs: Mapping[str, Path]) -> list[Node]:
    """A task per missing pack; pairs and a merge per missing block of a large key. The largest come first."""
    wanted = {target.part.name: target for target in missing(leg)}
    after = set(leg.table.needs.values())
    made = [
        Node(wanted[block.name].key, Pack(wanted[block.name], shape.merge, block, needs), set(after))
        for block in blocks
        if block.name in wanted and not block.large
    ]
    for key in sorted({block.key for block in blocks if block.large}):
        siblings = [block for block in blocks if block.large and block.key == key]
        made = _large_key(leg, siblings, wanted, shape, needs) + made
    return made


def _large_key(
    leg: Leg, blocks: Sequence[Block], wanted: Mapping[str, Target], shape: Blocks, needs: Mapping[str, Path]
) -> list[Node]:
    pairs = {
        (left.name, right.name): _pair(leg, left, right, needs)
        for left, right in combinations_with_replacement(blocks, 2)
        if left.name in wanted or right.name in wanted
    }
    tasks = {f"{leg.table.name}/pair/{a}-{b}": pair for (a, b), pair in pairs.items() if not pair.finished()}
    after = set(leg.table.needs.values())
    merges = []
    for block in (block for block in blocks if block.name in wanted):
        mine = [
            (f"{leg.table.name}/pair/{a}-{b}", pair.paths[0 if a == block.name else 1])
            for (a, b), pair in _in_order(pairs, block.name, [other.name for other in blocks])
        ]
        merge = Merge(wanted[block.name], shape.merge, block.span, tuple(path for _, path in mine), needs)
        merges.append(Node(wanted[block.name].key, merge, after | {key for key, _ in mine if key in tasks}))
    return [Node(key, pair, set(after)) for key, pair in tasks.items()] + merges


def _in_order(
    pairs: Mapping[tuple[str, str], Pair], name: str, others: Sequence[str]
) -> list[tuple[tuple[str, str], Pair]]:
    """The pairs of one block, in the order of the blocks it is paired with."""
    found = [(other, name) if (other, name) in pairs else (name, other) for other in others]
    return [(pair, pairs[pair]) for pair in found]


def _pair(leg: Leg, left: Block, right: Block, needs: Mapping[str, Path]) -> Pair:
    stage = leg.table.stage
    if stage is None:
        raise RuntimeError(f"table {leg.table.name} has no stage")
    folder = leg.folder.scratch("pairs")
    name = f"{left.name}-{right.name}"
    paths = (folder / f"{name}.left.parquet", folder / f"{name}.right.parquet")
    return Pair(stage, left.span, right.span, paths, fingerprint(leg.total, left.mark, right.mark), needs)
