"""What a labelled corpus is in memory: per split a frame of texts with their entities, and the rules it keeps."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import polars as pl

from schemas.errors import SourceError
from schemas.words import SPLITS

ENTITY: Final = pl.Struct({"start": pl.Int32, "end": pl.Int32, "type": pl.String})
"""Offsets count code points of the text, the end exclusive."""
SCHEMA: Final = {"id": pl.String, "text": pl.String, "entities": pl.List(ENTITY)}
"""Spans of one text ascend, do not overlap, and neither begin nor end on white space."""
SPLIT_NAMES: Final = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "devel": "validation",
    "dev": "validation",
    "test": "test",
}
"""What files of a split are called by those who publish corpora, in lower case, and what the split is called here."""


class Labelled(NamedTuple):
    """One text with its entities as (start, end, type)."""

    id: str
    text: str
    entities: list[tuple[int, int, str]]


def frame(rows: Iterable[Labelled]) -> pl.DataFrame:
    """Rows as a frame of `SCHEMA`, in their order."""
    held = list(rows)
    entities = [[dict(zip(("start", "end", "type"), entity, strict=True)) for entity in row.entities] for row in held]
    columns = {"id": [row.id for row in held], "text": [row.text for row in held], "entities": entities}
    return pl.DataFrame(columns, schema=SCHEMA)


def rows(split: pl.DataFrame) -> Iterable[Labelled]:
    """The rows of a frame, in its order."""
    for name, text, entities in split.select(SCHEMA.keys()).iter_rows():
        yield Labelled(name, text, [(entity["start"], entity["end"], entity["type"]) for entity in entities])


def checked(splits: Mapping[str, pl.DataFrame], where: object) -> dict[str, pl.DataFrame]:
    """The splits in the order train, validation, test; raises `SourceError` at the first text that breaks a rule.

    Ids are unique within a split, and types hold no white space: no format could tell them from what stands beside.
    """
    if strange := sorted(set(splits) - set(SPLITS)):
        raise SourceError(f"{where}: split {strange[0]!r}; expected {', '.join(SPLITS)}")
    for name, split in splits.items():
        for what, bad in _broken(split):
            raise SourceError(f"{where}: {name}, text {bad!r}: {what}; mend the corpus it comes from")
    return {name: splits[name] for name in SPLITS if name in splits}


def _broken(split: pl.DataFrame) -> Iterable[tuple[str, str]]:
    """The rules that are broken, each with the id of a text that does so; offsets are read by code point."""
    doubled = split.filter(pl.col("id").is_duplicated())
    spans = split.filter(pl.col("entities").list.len() > 0).explode("entities").unnest("entities")
    start, end, length = pl.col("start"), pl.col("end"), pl.col("text").str.len_chars().cast(pl.Int64)
    inside = spans.filter((start >= 0) & (start < end) & (end <= length))
    cut = inside.select("id", "type", quote=pl.col("text").str.slice(start, end - start))
    before = end.shift(1).over("id")
    rules = {
        "an id that another text has too": doubled,
        "an entity that lies outside its text": spans.join(inside, on=["id", "start", "end"], how="anti"),
        "entities that overlap or do not ascend": inside.filter(start < before),
        "an entity that begins or ends on white space": cut.filter(edge_is_blank(pl.col("quote"))),
        "a type that is empty or holds white space": cut.filter(~pl.col("type").str.contains(r"^[^\s\x1c-\x1f]+$")),
    }
    return [(rule, found["id"][0]) for rule, found in rules.items() if found.height]


def edge_is_blank(quote: pl.Expr) -> pl.Expr:
    """Whether a text begins or ends on white space as `str.isspace` has it, which counts 1C to 1F too."""
    return quote.str.contains(r"^[\s\x1c-\x1f]|[\s\x1c-\x1f]$")
