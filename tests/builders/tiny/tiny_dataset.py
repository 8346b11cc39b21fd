"""How long the notes of a hospital are: a dataset outside medmill, in one file.

The first line is what `medmill build --list` shows, all of it is the card. `notes` is a folder of text files; a
note without a word is rejected. One row per note of the dataset says how many words it has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import dataframely as dy
import polars as pl

from builders.base import Kept, Recipe, Shard, Source, Stage, Table
from schemas.columns import tag
from schemas.errors import SourceError
from schemas.terms import OPEN, compose


class Note(dy.Schema):
    """One text file."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    text = dy.String(metadata=tag("source_text"))


class Length(dy.Schema):
    """How long one note is."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    words = dy.Int32(min=0, metadata=tag("count", "words"))
    long = dy.Bool(metadata=tag("label"))


@dataclass(frozen=True)
class Notes(Source):
    """A folder of text files."""

    name = "notes"
    terms = OPEN
    tables = {"notes": Note}  # noqa: RUF012
    location: str

    def shards(self, table: str) -> Sequence[Shard]:
        """One shard a file."""
        files = sorted(Path(self.location).glob("*.txt"))
        if not files:
            raise SourceError(f"{self.location}: no *.txt file; give the folder of the notes: --source notes=FOLDER")
        return [Shard(file.stem, sha256(file.read_bytes()).hexdigest()) for file in files]

    def read(self, table: str, shard: str) -> pl.DataFrame | Kept:
        """The one note of a file; an empty one is rejected."""
        note = pl.DataFrame(
            {"id": [shard], "text": [(Path(self.location) / f"{shard}.txt").read_text("utf-8").strip()]}
        )
        rejected = pl.DataFrame({"id": [shard], "reason": ["empty"], "detail": ["no text"]})
        empty = note["text"].item() == ""
        return Kept(note.clear(), rejected) if empty else note


@dataclass(frozen=True)
class Count(Stage):
    """Words per note; `long_from` words make a long one."""

    long_from: int

    def __call__(self, notes: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """One row per note."""
        words = pl.col("text").str.split(" ").list.len().cast(pl.Int32)
        return notes.select("id", words=words).with_columns(long=pl.col("words") >= self.long_from)


@dataclass(frozen=True)
class Options:
    """Settings of the dataset."""

    long_from: int = 4


SOURCES = ("notes",)
SOURCE = Notes


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """Notes in, their lengths out."""
    tables = (
        Table("notes", Note, source="notes", publish=False, split=None),
        Table("lengths", Length, Count(options.long_from), reads=("notes",), split=None),
    )
    return Recipe("tiny", sources, tables, terms=compose([source.terms for source in sources.values()]))
