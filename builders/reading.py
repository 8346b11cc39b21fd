"""Reports straight from a source, without a build: for commands that read or check them."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Source
from builders.discovery import source_class
from builders.settings import for_part, names_of, typed
from schemas.errors import UsageError


def one_source(sources: Mapping[str, str], settings: Mapping[str, str], command: str) -> Source:
    """The source that `--source NAME=VALUE` names, with its settings; raises `UsageError` for none or several."""
    if len(sources) != 1:
        raise UsageError(f"{command} takes one --source NAME=VALUE, got {len(sources)}")
    ((name, location),) = sources.items()
    if strange := names_of(settings) - {name}:
        raise UsageError(f"--set {', '.join(sorted(strange))}: only settings of {name} count here")
    kind: Any = source_class(name)
    return kind(location=location, **typed(kind, name, for_part(settings, name)))


def reports_of(source: Source) -> Iterator[Kept]:
    """The reports of a source, a shard at a time."""
    nothing = pl.DataFrame(schema=REJECTED_SCHEMA)
    for shard in source.shards("reports"):
        made = source.read("reports", shard.name)
        yield made if isinstance(made, Kept) else Kept(made, nothing)
