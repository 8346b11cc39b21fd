"""Terms of an ontology in OBO: names, definitions, exact synonyms, and the ids of what they are kinds of."""

import re
from collections.abc import Iterator
from typing import Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.decoding import REPLACED, text
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, Bad, FileRows

_LISTS: Final = ("synonym", "related", "is_a", "subset", "xref", "alt_id")
_SCHEMA: Final = {
    NUMBER: pl.Int64, "id": pl.String, "name": pl.String, "def": pl.String, "namespace": pl.String,
    **dict.fromkeys(_LISTS, pl.List(pl.String)),
}  # fmt: skip
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(\w*)')
_ESCAPED: Final = re.compile(r"\\(.)")
_SIGNS: Final = {"n": "\n", "t": "\t", "W": " "}
Tags = list[tuple[str, str]]


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The terms of a file; those that are obsolete are bad rows. `is_a` holds ids."""
    rows: list[dict[str, object]] = []
    bad: list[Bad] = []
    for number, tags in enumerate(_terms(text(file.path, file.body())), 1):
        if ("is_obsolete", "true") in tags:
            bad.append((number, "obsolete_term", "the ontology says that it is obsolete"))
        elif any(REPLACED in value for _, value in tags):
            bad.append((number, "not_utf8", "bytes that are not UTF-8"))
        elif not any(key == "id" for key, _ in tags):
            bad.append((number, "missing_id", "a term without an id"))
        else:
            rows.append({NUMBER: number, **_row(tags)})
    return FileRows(pl.DataFrame(rows, schema=_SCHEMA, orient="row"), bad)


def _terms(body: str) -> Iterator[Tags]:
    """The tags of each stanza `[Term]`."""
    for stanza in re.split(r"^(?=\[\w+\]\s*$)", body.replace("\r\n", "\n"), flags=re.MULTILINE):
        if stanza.startswith("[Term]"):
            pairs = (line.partition(":") for line in stanza.split("\n")[1:])
            yield [(key.strip(), value.strip()) for key, colon, value in pairs if colon and not key.startswith("!")]


def _row(tags: Tags) -> dict[str, object]:
    held: dict[str, object] = {key: [] for key in _LISTS}
    for key, value in tags:
        if key == "synonym":
            words, scope = _quoted(value)
            _add(held, "synonym" if scope == "EXACT" else "related", words)
        elif key == "is_a":
            _add(held, "is_a", _plain(value))
        elif key == "def":
            held["def"] = _quoted(value)[0]
        elif key in _LISTS:
            _add(held, key, _plain(value))
        elif key in _SCHEMA and key not in held:
            held[key] = _plain(value)
    return held


def _add(held: dict[str, object], key: str, value: str) -> None:
    values = held[key]
    if isinstance(values, list) and value and value not in values:
        values.append(value)


def _quoted(value: str) -> tuple[str, str]:
    found = _QUOTED.match(value)
    return (_letters(found[1]).strip(), found[2]) if found else (_plain(value), "")


def _plain(value: str) -> str:
    """A value without what stands behind it in braces or as a comment."""
    return _letters(re.split(r"(?<!\\)\s[!{]", value)[0]).strip()


def _letters(value: str) -> str:
    return _ESCAPED.sub(lambda sign: _SIGNS.get(sign[1], sign[1]), value)


def once(frame: pl.DataFrame) -> pl.DataFrame:
    """Each term of several files once, as the first has it, with the lists of all."""
    lists = [name for name in _LISTS if name in frame.columns]
    each = [pl.col(name).list.explode().drop_nulls().unique(maintain_order=True) for name in lists]
    first = [pl.col(name).drop_nulls().first() for name in frame.columns if name not in (*lists, "id")]
    return frame.group_by("id", maintain_order=True).agg(*first, *each).select(frame.columns)
