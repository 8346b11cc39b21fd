"""Reports straight from a source, without a build: for commands that read or check them."""

from collections.abc import Iterator, Mapping
from typing import Any

from builders.base import Kept, Source
from builders.discovery import source_class
from builders.settings import for_source, typed
from schemas.errors import UsageError


def one_source(sources: Mapping[str, str], settings: Mapping[str, str], command: str) -> Source:
    """The source that `--source NAME=VALUE` names, with its settings; raises `UsageError` for none or several."""
    if len(sources) != 1:
        raise UsageError(f"{command} takes one --source NAME=VALUE, got {len(sources)}")
    ((name, location),) = sources.items()
    kind: Any = source_class(name)
    return kind(location=location, **typed(kind, name, for_source(settings, name)))


def reports_of(source: Source) -> Iterator[Kept]:
    """The reports of a source, a shard at a time."""
    for shard in source.shards("reports"):
        yield Kept.of(source.read("reports", shard.name))
