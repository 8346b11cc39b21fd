"""The layout in which RaTE-NER is published: per split the tokens with numbered labels, and the tokens with spans.

Known of `Angelakeke/RaTE-NER` (its file list, and public programs that read it): folders `MIMIC_IV`, `Radiopaedia`
and `all`, each with `{train,dev,test}_{IOB,span}.json`; beside them `label2idx.json`, `idx2label.json` of 201 and
223 bytes, as many as the labels in the order here make, with `O` as number 10. A record of `_IOB.json` has `tokens`
and `ner_tags`, numbers of labels; a line of `_span.json` has `note_id`, `sentences` (one list of tokens) and `ner`
(one list of `[first token, last token, TYPE]`, the last included).

Assumed: that `_IOB.json` is one array (by its size an indented one; lines are read too), and that spans are of upper
case (any case is read). Added here: `id` and `text` in every record, from which offsets come back to the letter. Types
other than RaTE's are written as they are spelt, in the order of the alphabet.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from builders.ner_formats.frames import SPLIT_NAMES, Labelled, checked, frame, rows
from builders.ner_formats.tokens import Offsets, aligned, entities, joined, labels, tokens
from builders.store import drafted, tidy, write_bytes
from schemas.errors import SourceError
from schemas.words import RATE_TYPES, SPLITS

ALL: Final = "all"
FOLDERS: Final = {"mimic-notes": "MIMIC_IV", "articles": "Radiopaedia"}
"""The published folder of a source; every other source has one of its own name."""
PUBLISHED_ORDER: Final = ("Abnormality", "Non-Abnormality", "Disease", "Non-Disease", "Anatomy")
_FILE_NAMES: Final = {"train": "train", "validation": "dev", "test": "test"}


def files(folder: Path) -> dict[str, Path]:
    """The file of each split that is read: spans, which name the note, before numbered labels; in `all` where it is."""
    home = folder / ALL if (folder / ALL).is_dir() else folder
    found: dict[str, Path] = {}
    for kind in ("IOB", "span"):
        for path in home.glob(f"*_{kind}.json"):
            if split := SPLIT_NAMES.get(path.name.removesuffix(f"_{kind}.json").lower()):
                found[split] = path
    return {split: found[split] for split in SPLITS if split in found}


def read(folder: Path) -> dict[str, pl.DataFrame]:
    """The splits of one of the folders, or of `all` below it; raises `SourceError` at a record of no such shape."""
    return checked({split: _split(path, split) for split, path in files(folder).items()}, folder)


def write(folder: Path, splits: Mapping[str, pl.DataFrame]) -> list[Path]:
    """Write the files, in a folder per source and in `all` where there is a column `source`; returns the paths."""
    splits = checked(splits, folder)
    types = _types(splits)
    numbers = {label: number for number, label in enumerate(_label_names(types))}
    written = [folder / "label2idx.json", folder / "idx2label.json"]
    write_bytes(written[0], json.dumps(numbers).encode())
    write_bytes(written[1], json.dumps({str(number): label for label, number in numbers.items()}).encode())
    for home, parts in _homes(folder, splits):
        for split, part in parts.items():
            name = _FILE_NAMES[split]
            written += [home / f"{name}_IOB.json", home / f"{name}_span.json"]
            _write_split(written[-2], written[-1], part, types, numbers)
    return written


def _homes(folder: Path, splits: Mapping[str, pl.DataFrame]) -> Iterator[tuple[Path, dict[str, pl.DataFrame]]]:
    if not any("source" in held.columns for held in splits.values()):
        yield folder, dict(splits)
        return
    named = pl.col("source").replace(FOLDERS)
    splits = {split: held.with_columns(named) for split, held in splits.items()}
    for name in sorted({name for held in splits.values() for name in held["source"]}):
        yield folder / tidy(name), {split: held.filter(pl.col("source") == name) for split, held in splits.items()}
    yield folder / ALL, splits


def _types(splits: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """Each type as it is written: of upper case, where all of them are RaTE's."""
    held = {kind for split in splits.values() for kind in _kinds(split)}
    if held <= set(RATE_TYPES):
        return {kind: kind.upper() for kind in PUBLISHED_ORDER}
    return {kind: kind for kind in sorted(held)}


def _kinds(split: pl.DataFrame) -> list[str]:
    return split["entities"].explode(empty_as_null=False).struct.field("type").unique().to_list()


def _label_names(types: Mapping[str, str]) -> list[str]:
    return [f"{mark}-{kind}" for kind in types.values() for mark in "BI"] + ["O"]


def _write_split(
    tagged: Path, spans: Path, split: pl.DataFrame, types: Mapping[str, str], numbers: Mapping[str, int]
) -> None:
    with drafted(tagged) as draft, drafted(spans) as other, draft.open("w") as tags, other.open("w") as lines:
        before = "[\n"
        for row in rows(split):
            spelt = row._replace(entities=[(start, end, types[kind]) for start, end, kind in row.entities])
            offsets = tokens(spelt)
            words = [row.text[start:end] for start, end in offsets]
            tags.write(before + json.dumps(_tagged(spelt, offsets, words, numbers)))
            lines.write(json.dumps(_spanned(spelt, offsets, words)) + "\n")
            before = ",\n"
        tags.write("[]\n" if before == "[\n" else "\n]\n")


def _tagged(row: Labelled, offsets: Offsets, words: list[str], numbers: Mapping[str, int]) -> dict[str, Any]:
    tags = [numbers[label] for label in labels(row, offsets)]
    return {"id": row.id, "text": row.text, "tokens": words, "ner_tags": tags}


def _spanned(row: Labelled, offsets: Offsets, words: list[str]) -> dict[str, Any]:
    first = {start: place for place, (start, _) in enumerate(offsets)}
    last = {end: place for place, (_, end) in enumerate(offsets)}
    spans = [[first[start], last[end], kind] for start, end, kind in row.entities]
    return {"note_id": row.id, "id": row.id, "text": row.text, "sentences": [words], "ner": [spans]}


def _split(path: Path, split: str) -> pl.DataFrame:
    records = _records(path)
    names = _names(path)
    spelt = {kind.upper(): kind for kind in RATE_TYPES} if _is_rate(names) else {}
    notes = Counter(str(record.get("note_id", "")) for record in records)
    try:
        read_ = [
            _labelled(record, _id(record, split, number, notes), names) for number, record in enumerate(records, 1)
        ]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(
            f"{path}: a record has not the shape of RaTE-NER's ({type(error).__name__}); see its files"
        ) from error
    kinds = {kind: spelt.get(kind.upper(), kind) for row in read_ for _, _, kind in row.entities}
    return frame(
        row._replace(entities=[(start, end, kinds[kind]) for start, end, kind in row.entities]) for row in read_
    )


def _id(record: Mapping[str, Any], split: str, number: int, notes: Counter[str]) -> str:
    """Its own; of a note that has one sentence here the note's; else both with the number of the record."""
    note = str(record.get("note_id", ""))
    if "id" in record or (note and notes[note] == 1):
        return str(record.get("id", note))
    return f"{note or split}/{number}"


def _labelled(record: Mapping[str, Any], name: str, names: Sequence[str]) -> Labelled:
    words = record["tokens"] if "tokens" in record else [word for words in record["sentences"] for word in words]
    text, offsets = joined(words)
    if "text" in record:
        text = record["text"]
        if (found := aligned(text, words)) is None:
            raise ValueError("the tokens are not those of the text")
        offsets = found
    if "tokens" in record:
        return Labelled(name, text, entities(offsets, [str(names[tag]) for tag in record["ner_tags"]]))
    spans = sorted((offsets[first][0], offsets[last][1], kind) for part in record["ner"] for first, last, kind in part)
    return Labelled(name, text, spans)


def _records(path: Path) -> list[dict[str, Any]]:
    try:
        content = path.read_text(encoding="utf-8")
        lines = [content] if content.lstrip()[:1] == "[" else content.split("\n")
        held = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{path}: neither a JSON array nor JSON lines ({type(error).__name__}); get it again"
        ) from error
    records = held[0] if held and isinstance(held[0], list) else held
    if not all(isinstance(record, dict) for record in records):
        raise SourceError(f"{path}: a record has not the shape of RaTE-NER's: it is no JSON object; see its files")
    return records


def _names(path: Path) -> list[str]:
    """The labels by number, from `idx2label.json` beside the file or above it; RaTE's where there is none."""
    for home in (path.parent, path.parent.parent):
        if (home / "idx2label.json").is_file():
            try:
                numbered = json.loads((home / "idx2label.json").read_text(encoding="utf-8"))
                return [numbered[str(number)] for number in range(len(numbered))]
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise SourceError(f"{home / 'idx2label.json'}: expected numbers from 0 with their labels") from error
    return _label_names({kind: kind.upper() for kind in PUBLISHED_ORDER})


def _is_rate(names: Sequence[str]) -> bool:
    return {name.upper() for name in names} == {
        name.upper() for name in _label_names({kind: kind for kind in RATE_TYPES})
    }
