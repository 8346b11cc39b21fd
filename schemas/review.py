"""What people say of rows: verdicts, undone verdicts, the rounds they belong to, and the columns they become."""

from typing import Annotated, Final, Literal

import dataframely as dy
from pydantic import BaseModel, ConfigDict, Field

from schemas.columns import tag

EXPORT_VERSION: Final = 1
"""Rises when exported verdicts change in a way that older readers cannot follow."""

FREE_TEXT: Final = ("value", "note")
"""Fields of a verdict that reviewers write in their own words; tagged as text adapted from the source."""

Decision = Literal["accept", "reject", "correct", "skip"]
VERIFIED: Final = ("accepted", "rejected", "corrected")

Key = dict[str, str | int]
"""Primary key of what was judged, by column; for a ranking the query and the anatomy."""


class Part(BaseModel):
    """Base of all parts: unknown fields are an error, values are not changed. `id` is random and never used twice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    at: str = Field(
        description="UTC, ISO 8601 with microseconds; never earlier than what the same reviewer said before."
    )
    reviewer: str


class Verdict(Part):
    """What one reviewer says of one item. `value` and `note` are free text by the reviewer."""

    kind: Literal["verdict"] = "verdict"
    table: str
    key: Key
    version: str = Field(description="Keyed hash of the reviewed columns; a verdict on another version is stale.")
    decision: Decision
    value: str = Field(default="", description="What would be right, where the decision is `correct`.")
    note: str = ""


class Undo(Part):
    """Takes back one verdict of the same reviewer."""

    kind: Literal["undo"] = "undo"
    undoes: str


class Round(Part):
    """How the items that a reviewer was shown were drawn; one line per process and reviewer."""

    kind: Literal["round"] = "round"
    table: str
    split: str
    sample: int | None
    stratify: str
    seed: str
    disagreements: bool = Field(default=False, description="Only items on which report and masks disagree.")
    items: int = Field(description="Items in the round.")
    of: int = Field(description="Items in the split.")


Event = Annotated[Verdict | Undo | Round, Field(discriminator="kind")]


class Exported(BaseModel):
    """First line of an export."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["export"] = "export"
    export_version: int = EXPORT_VERSION
    dataset: str
    events: int
    free_text: dict[str, str] = Field(default_factory=lambda: dict.fromkeys(FREE_TEXT, "adapted_text"))


class Verified(dy.Schema):
    """What the reviewers say of a row, beside the original."""

    verified = dy.Enum(VERIFIED, nullable=True, metadata=tag("label"), description="Null: not judged, or unresolved.")
    corrected_value = dy.String(
        nullable=True, metadata=tag("adapted_text"), description="Where corrected: what the reviewers say is right."
    )
