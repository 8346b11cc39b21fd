"""Annotators that are sent to workers without what they have read: lists and weights are read where they are used."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class SentLight:
    """Base of dataclasses with cached properties: pickled as their settings alone.

    Lists of megabytes would be sent with every task else.
    """

    def __getstate__(self) -> dict[str, Any]:
        """Its settings."""
        return {one.name: getattr(self, one.name) for one in fields(self)}
