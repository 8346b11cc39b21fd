"""Sources opened again for a build that is there: to show what its rows are about."""

from collections.abc import Iterable, Mapping
from typing import Any

from builders.base import Source
from builders.discovery import source_class
from builders.settings import typed
from qc.volumes import OpenVolume
from schemas.errors import UsageError
from schemas.manifest import Manifest, SourceRecord

VOLUMES = "volumes"


def reopened(manifest: Manifest, named: Mapping[str, str]) -> list[Source]:
    """The sources that a build was made from, with their settings, at the places that `--source NAME=VALUE` names.

    A build does not say where its sources lay. Raises `UsageError` for a source that it was not made from.
    """
    records = {record.name: record for record in manifest.sources}
    for name in named:
        if name not in records:
            raise UsageError(f"--source {name}: this build was made from {', '.join(records) or 'no source'}")
    return [_opened(records[name], location) for name, location in named.items()]


def voxels_of(sources: Iterable[Source]) -> OpenVolume | None:
    """What opens the volumes of the one source that has any; None where none has."""
    return next((source.voxels for source in sources if VOLUMES in source.tables), None)


def _opened(record: SourceRecord, location: str) -> Source:
    kind: Any = source_class(record.kind)
    return kind(location=location, **typed(kind, record.name, record.settings))
