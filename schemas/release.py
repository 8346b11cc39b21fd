"""What a release is: which tables left a build, in which form, and what stayed at home and why (`release.json`)."""

import json
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from schemas.errors import MedmillError
from schemas.manifest import ColumnRecord, Part, SplitRecord, TermsRecord
from schemas.quality import Verdict

RELEASE: Final = "release.json"
RELEASE_FORMAT: Final = 1
"""Rises when older code cannot read a release folder; golden releases of every format stay in the tests."""

Target = Literal["local", "hub", "physionet"]
Treatment = Literal["kept", "referenced", "numbered", "withheld"]
"""`referenced`: text gave way to a hash of it; `numbered`: a hash of text to a name of its group."""


class Treated(Part):
    """What became of one column that did not leave as it is."""

    table: str
    column: str
    tag: str
    treatment: Treatment
    why: str


class HeldBack(Part):
    """Rows that stayed at home, by the licence they carry."""

    table: str
    licence: str
    rows: int
    why: str


class Config(Part):
    """One table as it left: what `datasets` calls a configuration. `path` of files is relative to the release."""

    name: str
    table: str
    primary_key: list[str]
    columns: list[ColumnRecord]
    splits: dict[str, SplitRecord]

    @property
    def rows(self) -> int:
        """Rows of all splits."""
        return sum(split.rows for split in self.splits.values())


class Quality(Part):
    """The verdict of the report that was made of exactly this build."""

    verdict: Verdict | Literal["missing"]
    failed: list[str] = Field(description="Titles of the checks that failed.")
    checks: int


class Release(Part):
    """Everything a reader needs to know of a release without our code."""

    format_version: int = RELEASE_FORMAT
    name: str = Field(description="Name of the folder that is published, e.g. MIMIC-CXR-Ext-MIMIC-IR.")
    dataset: str
    version: str
    target: Target
    gated: bool
    licence: str = Field(description="Licence id as the Hub spells it, or `other`.")
    medmill: str
    created: str = Field(description="When the build was made; UTC, ISO 8601.")
    manifest_sha256: str = Field(description="Of the build's manifest.json.")
    limit: int | None = Field(default=None, description="Set where only a part of the source was built.")
    quality: Quality
    confirmed: str = Field(default="", description="What a person said to publish outside a required place.")
    terms: TermsRecord
    configs: list[Config]
    treated: list[Treated]
    held_back: list[HeldBack]

    def config(self, name: str) -> Config:
        """The configuration of this name; raises `KeyError` where there is none."""
        for config in self.configs:
            if config.name == name:
                return config
        raise KeyError(name)


def read_release(folder: Path) -> Release:
    """The manifest of a release folder; one clear line where it is missing, damaged, or of another format."""
    path = folder / RELEASE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MedmillError(f"{folder}: no {RELEASE}, so this is not a release; make one with medmill release") from None
    except (ValueError, OSError) as error:
        raise MedmillError(f"{path}: unreadable ({type(error).__name__}); make or download the release again") from None
    made = content.get("format_version") if isinstance(content, dict) else None
    if not isinstance(made, int) or not 1 <= made <= RELEASE_FORMAT:
        raise MedmillError(
            f"{path}: release format {made}; this medmill reads 1 to {RELEASE_FORMAT}; install a newer one"
        )
    try:
        return Release.model_validate(content)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise MedmillError(f"{path}: damaged at {where}; make or download the release again") from None


def release_bytes(release: Release) -> bytes:
    """The manifest as it is written: JSON with an indent of two, one trailing newline."""
    return (release.model_dump_json(indent=2) + "\n").encode()
