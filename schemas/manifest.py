"""The manifest of a build: what was made, from what, by which code, and how much of it (`<out>/manifest.json`)."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, ValidationError

from schemas.errors import MedmillError
from schemas.terms import Terms

FORMAT_VERSION: Final = 1
"""Rises when the build folder or this file changes in a way that older code cannot read."""

MANIFEST: Final = "manifest.json"


def _plain(terms: Terms) -> dict[str, Any]:
    """Sets in sorted order, so that equal terms give equal bytes."""
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(terms).items()}


TermsRecord = Annotated[Terms, PlainSerializer(_plain)]


class Part(BaseModel):
    """Base of all parts: unknown fields are an error, values are not changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceRecord(Part):
    """One source as it was read; its location is left out, since a moved source changes nothing."""

    name: str
    kind: str
    version: int
    settings: dict[str, Any]
    fingerprint: str
    shards: int
    people: str = Field(default="", description="Whose ids these are: sources of one name share subjects and studies.")
    terms: TermsRecord


class StageRecord(Part):
    """One table's making, summed over its partitions. `seconds` adds up the workers' time."""

    table: str
    shape: str
    fingerprint: str
    ids_in: int
    ids_passed: int
    ids_rejected: int
    rows_out: int
    rejected: dict[str, int] = Field(description="Rejected rows by reason.")
    partitions: int
    seconds: float
    peak_rss_bytes: int
    bytes: int


class FileRecord(Part):
    """One Parquet file of a split; `path` is relative to the build folder."""

    path: str
    rows: int
    bytes: int
    sha256: str


class SplitRecord(Part):
    """The files of one split, in order."""

    rows: int
    files: list[FileRecord]


class ColumnRecord(Part):
    """One column: `tag` is one of `schemas.columns.TAGS`, or empty where the schema has none."""

    name: str
    dtype: str
    tag: str
    unit: str
    description: str
    identifies: str = Field(default="", description="One of `schemas.columns.IDENTIFIES`, or empty.")
    cut_from: dict[str, str] = Field(default_factory=dict, description="See `schemas.columns.cut_from`.")


class TableRecord(Part):
    """One published table; `primary_key` is empty where rows have none."""

    name: str
    primary_key: list[str]
    terms: TermsRecord = Field(description="Of the sources that it was made from.")
    columns: list[ColumnRecord]
    splits: dict[str, SplitRecord]


class Manifest(Part):
    """Everything a reader needs to know of a build without our code."""

    format_version: int = FORMAT_VERSION
    dataset: str
    status: Literal["running", "complete", "failed"]
    medmill: str
    created: str = Field(description="UTC, ISO 8601; when the build was last started.")
    limit: int | None = Field(default=None, description="Only the first N studies by id, not the whole source.")
    seed: str = ""
    code_fingerprint: str
    packages: dict[str, str]
    models: dict[str, str] = Field(default_factory=dict)
    sources: list[SourceRecord]
    settings: dict[str, dict[str, Any]] = Field(description="Settings of the recipe (`recipe`) and of every table.")
    terms: TermsRecord
    stages: list[StageRecord]
    tables: list[TableRecord]
    wall_seconds: float
    peak_rss_bytes: int

    def table(self, name: str) -> TableRecord:
        """The published table of this name; raises `KeyError` where there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    def stage(self, table: str) -> StageRecord:
        """How a table was made; raises `KeyError` where it was not."""
        for stage in self.stages:
            if stage.table == table:
                return stage
        raise KeyError(table)


def read_manifest(build: Path) -> Manifest:
    """The manifest of a build folder; one clear line where it is missing, damaged, or of another format."""
    path = build / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MedmillError(f"{build}: no {MANIFEST}, so this is not a build; make one with medmill build") from None
    except (ValueError, OSError) as error:
        raise MedmillError(f"{path}: unreadable ({type(error).__name__}); run the build again") from error
    _refuse_other_format(path, content)
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise MedmillError(f"{path}: damaged at {where}: {error.errors()[0]['msg']}; run the build again") from error


def _refuse_other_format(path: Path, content: Any) -> None:
    made = content.get("format_version") if isinstance(content, dict) else None
    if made == FORMAT_VERSION:
        return
    by = content.get("medmill", "an unknown version") if isinstance(content, dict) else "something else"
    raise MedmillError(
        f"{path}: build format {made}, made by medmill {by}; this medmill reads format {FORMAT_VERSION}; "
        "choose another --out, or install that version"
    )


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as it is written: JSON with an indent of two, one trailing newline."""
    return (manifest.model_dump_json(indent=2) + "\n").encode()
