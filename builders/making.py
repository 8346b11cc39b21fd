"""The making of a dataset: every table of a recipe as nodes of one graph, planned as far as it is known."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from builders.base import Blocks, Collect, Files, Group, Map, Recipe, Table
from builders.graph import Graph, Node
from builders.legs import Leg, plan_leg, source_table
from builders.publish import PublishedFile, publish_nodes, published_files, remove_strays
from builders.reasons import note_down
from builders.shapes import arrange, blocks, collect, group, map, read
from builders.shapes.target import keys, missing
from builders.store import Store


class Making:
    """Plans all tables at once; the graph then says what may run."""

    def __init__(self, recipe: Recipe, store: Store, planned: Callable[[Leg], None] = lambda leg: None) -> None:
        self.recipe, self.store, self.graph = recipe, store, Graph()
        self.legs: dict[str, Leg] = {}
        self.files: dict[str, list[PublishedFile]] = {}
        self._planned = planned
        self._extend()

    def _extend(self) -> None:
        """Plan every table whose input is cut into known partitions."""
        for table in self.recipe.tables:
            if table.name in self.legs or self._waits(table):
                continue
            leg = plan_leg(self.recipe, table, self.legs, self.store)
            if leg is not None:
                self.legs[table.name] = leg
                self._add(leg)

    def _waits(self, table: Table) -> bool:
        """Whether it reads or needs a table that is itself not planned yet."""
        names = [other.name for other in self.recipe.tables]
        earlier = names[: names.index(table.name)]
        return any(name in earlier and name not in self.legs for name in (*table.reads, *table.needs.values()))

    def _add(self, leg: Leg) -> None:
        name = leg.table.name
        if leg.parts is None and (cut := arrange.known_blocks(leg)):
            leg = self.legs[leg.table.name] = blocks.with_parts(leg, cut)
        if leg.parts is None or (isinstance(leg.table.shape, Blocks) and missing(leg)):
            nodes = self._arranging(leg)
        else:
            nodes = self._making(leg)
            self._skip(leg)
        after = {node.key for node in nodes}
        self.graph.add([*nodes, Node(name, None, after, lambda: self._finished(name))])
        if leg.parts is not None:
            self._planned(leg)

    def _skip(self, leg: Leg) -> None:
        self.graph.skip(keys(leg) - {target.key for target in missing(leg)})

    def _making(self, leg: Leg) -> Sequence[Node]:
        table = leg.table
        if table.source:
            source = self.recipe.sources[table.source]
            return read.nodes(leg, source, source_table(self.recipe, table))
        reads, needs, shape = [self.legs[name] for name in table.reads], self._needs(table), table.shape
        if isinstance(shape, Group):
            return group.nodes(leg, reads, needs, shape)
        if isinstance(shape, Collect):
            return collect.nodes(leg, reads, needs, shape)
        if isinstance(shape, Map | Files):
            return map.nodes(leg, reads, needs, self.store.root)
        return []

    def _arranging(self, leg: Leg) -> Sequence[Node]:
        shape, name = leg.table.shape, leg.table.name
        assert isinstance(shape, Blocks)

        def cut() -> None:
            self.legs[name] = known = blocks.with_parts(leg, found := arrange.cut_blocks(leg, shape))
            nodes = blocks.nodes(known, found, shape, self._needs(leg.table))
            self._skip(known)
            self.graph.add(nodes)
            self.graph.hold(name, [node.key for node in nodes])
            self._planned(known)
            self._extend()

        return blocks.first_nodes(leg, self.legs[leg.table.reads[0]], shape, cut)

    def _needs(self, table: Table) -> dict[str, Path]:
        return {name: self.legs[other].folder.rows for name, other in table.needs.items()}

    def _finished(self, name: str) -> None:
        """A table is finished: only its own partitions stay, and it is published."""
        leg = self.legs[name]
        note_down(leg, self.legs, leg.table.stage or self.recipe.sources[leg.table.source])
        self._remove_strays(leg)
        self.files[name] = published_files(leg, self.store)
        self.graph.add(publish_nodes(self.files[name]))

    def _remove_strays(self, leg: Leg) -> None:
        shutil.rmtree(leg.folder.path / "scratch", ignore_errors=True)
        remove_strays(leg.folder.rows, (leg.folder.part(part.name) for part in leg.known))
        accounts = ((part, leg.folder.finished(part.name, part.fingerprint)) for part in leg.known)
        wanted = [leg.folder.rejected(part.name) for part, account in accounts if account and account.rejected]
        remove_strays(leg.folder.path / "rejected", wanted)
