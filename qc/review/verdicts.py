"""Which verdicts stand: the last one of each reviewer on each version of an item that was not taken back."""

import json
from collections.abc import Iterable, Mapping

from schemas.review import Event, Key, Undo, Verdict

Versions = Mapping[str, str]
"""Version of each item as it is now, by `named(key)`."""


def named(key: Key) -> str:
    """The key as one string, whatever the order of its columns."""
    return json.dumps(key, sort_keys=True, ensure_ascii=False)


def standing(events: Iterable[Event]) -> list[Verdict]:
    """In order of time; `events` are in that order. One per (table, key, version, reviewer)."""
    events = list(events)
    undone = {(e.undoes, e.reviewer) for e in events if isinstance(e, Undo)}
    found: dict[tuple[str, str, str, str], Verdict] = {}
    for event in events:
        if isinstance(event, Verdict) and (event.id, event.reviewer) not in undone:
            place = (event.table, named(event.key), event.version, event.reviewer)
            found.pop(place, None)
            found[place] = event
    return list(found.values())


def current(verdicts: Iterable[Verdict], versions: Versions) -> list[Verdict]:
    """Those on the items as they are now."""
    return [verdict for verdict in verdicts if versions.get(named(verdict.key)) == verdict.version]


def stale(verdicts: Iterable[Verdict], versions: Versions) -> list[Verdict]:
    """The last verdict of each reviewer on an item that changed since, or is gone, and was not judged again."""
    verdicts = list(verdicts)
    judged = {(named(v.key), v.reviewer) for v in current(verdicts, versions)}
    last = {(named(v.key), v.reviewer): v for v in verdicts}
    return [verdict for place, verdict in last.items() if place not in judged]
