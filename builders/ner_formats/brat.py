"""BRAT standoff: a folder per split with NAME.txt, NAME.ann and annotation.conf; offsets count code points.

A name is the number of the text and its id, percent-encoded, so that ids and order come back; files of others have
their name as id. An entity that a line ends within is written in pieces, as BRAT does, and comes back whole. On reading
entities are flat and continuous, as the guideline wants them: what has words between its pieces, and what overlaps a
longer entity, is left out, counted and told. Relations, events, attributes and notes are passed over.
"""

import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, unquote
from uuid import uuid4

import polars as pl

from builders.ner_formats.frames import SPLIT_NAMES, Labelled, checked, frame, rows
from builders.store import in_one_line
from schemas.errors import SourceError
from schemas.words import SPLITS

_OURS: Final = re.compile(r"\d{6,}_(.*)")
_BREAKS: Final = re.compile(r"\s*[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]\s*")
"""What programs take for the end of a line; none may stand in an .ann line."""
_ENTITY: Final = re.compile(r"(T\S+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)", re.DOTALL)
_LONGEST_NAME: Final = 200
"""Bytes; file systems allow 255."""

Found = tuple[int, int, str]


def files(folder: Path) -> dict[str, Path]:
    """The folder of each split: one called like a split that holds annotation.conf or .ann files."""
    named = {
        SPLIT_NAMES[path.name.lower()]: path for path in sorted(folder.iterdir()) if path.name.lower() in SPLIT_NAMES
    }
    held = {split: path for split, path in named.items() if path.is_dir() and _is_brat(path)}
    return {split: held[split] for split in SPLITS if split in held}


def _is_brat(folder: Path) -> bool:
    return (folder / "annotation.conf").is_file() or any(folder.glob("*.ann"))


def read(folder: Path) -> dict[str, pl.DataFrame]:
    """The splits of a folder; raises `SourceError` where an .ann file does not fit its text."""
    return checked({split: _split(path) for split, path in files(folder).items()}, folder)


def write(folder: Path, splits: Mapping[str, pl.DataFrame]) -> list[Path]:
    """Write a folder per split in place of what BRAT files it held, whole or not at all; returns the folders."""
    for split, texts in checked(splits, folder).items():
        draft = folder / f".{split}.{uuid4().hex[:12]}.draft"
        try:
            with in_one_line(folder / split):
                draft.mkdir(parents=True)
                _write_split(draft, texts)
                if (folder / split).exists():
                    shutil.rmtree(folder / split)
                draft.replace(folder / split)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return [folder / split for split in splits]


def _write_split(folder: Path, texts: pl.DataFrame) -> None:
    types = texts["entities"].explode(empty_as_null=False).struct.field("type").unique().sort()
    sections = ["[entities]", *types, "[relations]", "[events]", "[attributes]"]
    (folder / "annotation.conf").write_text("\n".join(sections) + "\n", encoding="utf-8")
    for number, row in enumerate(rows(texts), 1):
        name = f"{number:06d}_{quote(row.id, safe='')}"
        if len(name) > _LONGEST_NAME:
            raise SourceError(
                f"{folder.parent}: id {row.id[:40]!r}… is too long for a file name; give texts shorter ids"
            )
        (folder / f"{name}.txt").write_bytes(row.text.encode())
        lines = (_line(place, row.text, entity) for place, entity in enumerate(row.entities, 1))
        (folder / f"{name}.ann").write_bytes("".join(lines).encode())


def _line(place: int, text: str, entity: Found) -> str:
    start, end, kind = entity
    breaks = [found.span() for found in _BREAKS.finditer(text, start, end)]
    starts, ends = [start, *(stop for _, stop in breaks)], [*(begin for begin, _ in breaks), end]
    pieces = list(zip(starts, ends, strict=True))
    offsets = ";".join(f"{begin} {stop}" for begin, stop in pieces)
    return f"T{place}\t{kind} {offsets}\t{' '.join(text[begin:stop] for begin, stop in pieces)}\n"


def _split(folder: Path) -> pl.DataFrame:
    paths = sorted(folder.glob("*.txt"))
    ours = all(_OURS.fullmatch(path.stem) for path in paths)
    left_out = {"discontinuous": 0, "overlapping": 0}
    read_ = frame(_text(path, unquote(path.stem.split("_", 1)[1]) if ours else path.stem, left_out) for path in paths)
    if any(left_out.values()):
        told = ", ".join(f"{count} {why}" for why, count in left_out.items() if count)
        print(f"{folder}: entities left out, since they are flat and continuous here: {told}", file=sys.stderr)
    return read_


def _text(path: Path, name: str, left_out: dict[str, int]) -> Labelled:
    try:
        text = path.read_bytes().decode("utf-8")
        annotated = path.with_suffix(".ann")
        lines = annotated.read_bytes().decode("utf-8").split("\n") if annotated.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: not readable as UTF-8 text ({type(error).__name__}); get it again") from error
    found = [entity for entity in entities(str(annotated), lines, text) if _counted(entity, text, left_out)]
    spans = [(entity.pieces[0][0], entity.pieces[-1][1], entity.kind) for entity in found]
    return Labelled(name, text, _flat(spans, left_out))


class Entity(NamedTuple):
    """A text-bound annotation: its name (`T1`), its type, and where its pieces stand, in order."""

    name: str
    kind: str
    pieces: list[tuple[int, int]]


def entities(where: str, lines: Iterable[str], text: str) -> Iterator[Entity]:
    """The entities of the lines of standoff; raises `SourceError` that begins with `where` and holds no words."""
    for number, line in enumerate(lines, 1):
        if not line.startswith("T"):
            continue
        match = _ENTITY.fullmatch(line.removesuffix("\r"))
        if match is None:
            raise SourceError(f"{where}, line {number}: expected T1, type and offsets, and the words, apart by tabs")
        pieces = [(int(start), int(end)) for start, end in (piece.split() for piece in match[3].split(";"))]
        words = " ".join(text[start:end] for start, end in pieces)
        if _BREAKS.sub(" ", words) != _BREAKS.sub(" ", match[4]):
            raise SourceError(f"{where}, line {number}: other words stand at its offsets; was the text changed?")
        yield Entity(match[1], match[2], sorted(pieces))


def is_continuous(entity: Entity, text: str) -> bool:
    """Whether nothing but white space stands between its pieces."""
    return not any(text[end:start].strip() for (_, end), (start, _) in pairwise(entity.pieces))


def _counted(entity: Entity, text: str, left_out: dict[str, int]) -> bool:
    whole = is_continuous(entity, text)
    left_out["discontinuous"] += not whole
    return whole


def _flat(spans: list[Found], left_out: dict[str, int]) -> list[Found]:
    kept: list[Found] = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        if all(span[1] <= start or end <= span[0] for start, end, _ in kept):
            kept.append(span)
        else:
            left_out["overlapping"] += 1
    return sorted(kept)
