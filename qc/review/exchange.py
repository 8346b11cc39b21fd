"""Verdicts of several machines in one place: an export is a list of events, an import adds those that are new."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from pydantic import ValidationError

from qc.build import Build
from qc.review.journal import Journal, in_order, parsed, read, written
from schemas.errors import MedmillError
from schemas.review import EXPORT_VERSION, Event, Exported, Verdict


@dataclass(frozen=True)
class Moved:
    """How many events a file holds, how many of them were new here, and how many carry free text by reviewers."""

    events: int
    new: int
    free_text: int


def export(build: Build, path: Path) -> Moved:
    """Write everything said about a build into one file: ids, labels and what reviewers wrote, no text of reports.

    The same verdicts give the same bytes.
    """
    events = read(build.folder).events
    first = Exported(dataset=build.manifest.dataset, events=len(events)).model_dump_json().encode() + b"\n"
    _write(path, first + b"".join(map(written, events)))
    return Moved(len(events), 0, _free_text(events))


def import_(build: Build, path: Path) -> Moved:
    """Add the events of an export that are not here yet; all or none, in any order, any number of times."""
    events = exported(path, build.manifest.dataset)
    known = {event.id for event in read(build.folder).events}
    new = [event for event in events if event.id not in known]
    if new:
        journal = Journal(build.folder)
        journal.append(new)
        journal.close()
    return Moved(len(events), len(new), _free_text(events))


def exported(path: Path, dataset: str) -> tuple[Event, ...]:
    """The events of an export, in order of time; raises `MedmillError` where it is damaged or of another dataset."""
    lines = path.read_bytes().splitlines(keepends=True)
    try:
        head = Exported.model_validate_json(lines[0] if lines else b"")
    except ValidationError:
        raise MedmillError(f"{path}: no export of verdicts; make one with medmill review DIR --export FILE") from None
    if head.export_version != EXPORT_VERSION:
        raise MedmillError(f"{path}: export version {head.export_version}, expected {EXPORT_VERSION}; export it anew")
    if head.dataset != dataset:
        raise MedmillError(f"{path}: verdicts on {head.dataset}, but this is a build of {dataset}")
    found = []
    for number, line in enumerate(lines[1:], 2):
        try:
            found.append(parsed(line))
        except ValidationError:
            raise MedmillError(f"{path}: line {number} is damaged; nothing was taken over, export it anew") from None
    if len(found) != head.events:
        raise MedmillError(f"{path}: {len(found)} of {head.events} events, so it was cut short; export it anew")
    return in_order(found)


def _free_text(events: Iterable[Event]) -> int:
    return sum(isinstance(event, Verdict) and bool(event.value or event.note) for event in events)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and on the disk."""
    draft = path.with_name(f".{path.name}.{uuid4().hex[:12]}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
