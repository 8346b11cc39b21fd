"""A round of review without its page: which item is next for whom, and verdicts that are saved before it shows."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from qc.build import Build
from qc.review import journal
from qc.review.item import Shown
from qc.review.items import rows_of
from qc.review.journal import Journal
from qc.review.reviewable import Reviewable
from qc.review.sampling import Drawing, draw
from qc.review.scenes import Scene, scene
from qc.review.shown import shown
from qc.review.verdicts import named, standing
from qc.review.versions import versions
from qc.volumes import OpenVolume, Volumes
from schemas.manifest import MANIFEST
from schemas.review import Decision, Event, Key, Round, Undo, Verdict


class ChangedError(Exception):
    """The item is no longer as the reviewer saw it, so the verdict was not taken."""


@dataclass(frozen=True)
class Progress:
    """What one reviewer has said so far: current verdicts by position, and positions of stale ones."""

    items: int
    said: dict[int, Verdict]
    stale: dict[int, Verdict]

    def next(self, after: int = 0) -> int | None:
        """Position of the next item without a verdict, behind `after` first, then from the start; None at the end."""
        places = [*range(after + 1, self.items + 1), *range(1, after + 1)]
        return next((place for place in places if place not in self.said), None)

    def counts(self) -> Counter[str]:
        """Verdicts by decision."""
        return Counter(verdict.decision for verdict in self.said.values())


@dataclass
class Desk:
    """The items of a round, in order, and everything said about them; positions count from 1.

    `voxels` opens volumes of the source, where somebody said where it lies.
    """

    folder: Path
    what: Reviewable
    how: Drawing
    voxels: OpenVolume | None = None
    _build: Build = field(init=False)
    _seen: int = field(init=False)
    _journal: Journal = field(init=False)
    _versions: dict[str, str] = field(default_factory=dict, init=False)
    _announced: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._seen, self._build = _stamp(self.folder), Build.open(self.folder)
        self._journal = Journal(self.folder)
        drawn = draw(self._build, self.what, self.how)
        self.keys: pl.DataFrame = drawn.keys
        self.of = drawn.of
        self._why = drawn.why
        self._places = {named(key): place for place, key in enumerate(drawn.keys.to_dicts(), 1)}

    @property
    def build(self) -> Build:
        """The build, opened again where it was made anew meanwhile."""
        if (stamp := _stamp(self.folder)) != self._seen:
            self._seen, self._build = stamp, Build.open(self.folder)
            self._versions.clear()
        return self._build

    def item(self, place: int) -> Shown | None:
        """What is shown at a position; None where the build has lost it."""
        item = shown(self.build, self.what, self.key(place))
        why = self._why.get(str(self.key(place).get("id")))
        return replace(item, facts=[("disagreement", why), *item.facts]) if item and why else item

    def scene(self, place: int) -> Scene | None:
        """The volume and the masks of an item; None where it has none."""
        if not self.what.of_volumes:
            return None
        rows = rows_of(self.build, self.what, [self.key(place)])
        return scene(self.volumes, self.what.table, rows.row(0, named=True)) if rows.height else None

    @property
    def volumes(self) -> Volumes:
        """The volumes of the build as it is now."""
        return Volumes(self.build, self.voxels)

    def key(self, place: int) -> Key:
        """The key at a position."""
        return self.keys.row(place - 1, named=True)

    def progress(self, reviewer: str) -> Progress:
        """Where a reviewer stands; nobody sees what others say."""
        mine = [v for v in standing(self._events()) if v.reviewer == reviewer and self._place(v)]
        now = self._now_of(mine)
        said = {self._place(v): v for v in mine if now.get(named(v.key)) == v.version}
        last = {self._place(v): v for v in mine}
        return Progress(len(self._places), said, {place: v for place, v in last.items() if place not in said})

    def decide(
        self, place: int, reviewer: str, id: str, version: str, decision: Decision, value: str = "", note: str = ""
    ) -> None:
        """Put a verdict on the disk; the same `id` is taken once. Raises `ChangedError`, `OSError`."""
        key = self.key(place)
        events = self._events()
        if any(event.id == id for event in events):
            return
        if versions(self.build, self.what, [key]).get(named(key)) != version:
            raise ChangedError
        at = self._now(events, reviewer)
        verdict = Verdict(
            id=id,
            at=at,
            reviewer=reviewer,
            table=self.what.table,
            key=key,
            version=version,
            decision=decision,
            value=value if decision == "correct" else "",
            note=note,
        )
        self._journal.append([*self._opening(reviewer, at), verdict])
        self._announced.add(reviewer)

    def undo(self, reviewer: str) -> int | None:
        """Take back the reviewer's last verdict in this round and name its position; None where there is none."""
        said = self.progress(reviewer).said
        if not said:
            return None
        place, verdict = max(said.items(), key=lambda item: (item[1].at, item[1].id))
        at = self._now(self._events(), reviewer)
        self._journal.append([Undo(id=journal.new_id(), at=at, reviewer=reviewer, undoes=verdict.id)])
        return place

    def faults(self) -> tuple[str, ...]:
        """Lines of journals that could not be read."""
        return journal.read(self.folder).faults

    def close(self) -> None:
        """Let go of the journal."""
        self._journal.close()

    def _events(self) -> tuple[Event, ...]:
        return journal.read(self.folder).events

    def _place(self, verdict: Verdict) -> int:
        """Position of what a verdict speaks of; 0 where the round does not have it."""
        return self._places.get(named(verdict.key), 0) if verdict.table == self.what.table else 0

    def _now_of(self, verdicts: list[Verdict]) -> dict[str, str]:
        """Versions of what verdicts speak of, read once for each build."""
        build = self.build
        unread = [verdict.key for verdict in verdicts if named(verdict.key) not in self._versions]
        if unread:
            self._versions |= versions(build, self.what, unread)
        return self._versions

    def _now(self, events: tuple[Event, ...], reviewer: str) -> str:
        return journal.now(event.at for event in events if event.reviewer == reviewer)

    def _opening(self, reviewer: str, at: str) -> list[Event]:
        """How the round was drawn, before a reviewer's first verdict in it."""
        if reviewer in self._announced:
            return []
        how = self.how
        return [
            Round(
                id=journal.new_id(),
                at=at,
                reviewer=reviewer,
                table=self.what.table,
                split=how.split,
                sample=how.sample,
                stratify=how.stratify,
                seed=how.seed,
                disagreements=how.disagreements,
                items=len(self._places),
                of=self.of,
            )
        ]


def _stamp(folder: Path) -> int:
    return (folder / MANIFEST).stat().st_mtime_ns
