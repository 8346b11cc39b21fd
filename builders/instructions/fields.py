"""What stands in the slots of a shape and in the options of a layout, checked against what these take."""

import re
from collections.abc import Mapping
from typing import Any, Final

from builders.instructions.keys import Keys
from builders.instructions.layouts import FOR_ALL, LAYOUTS
from builders.instructions.shapes import SHAPES, TABLE, TEMPLATES, WORDS, Kind
from schemas.words import SPLITS

COLUMN: Final = re.compile(r"\{([^{}]+)\}")
"""A column in a template."""
_FILES: Final = (*SPLITS, "all")
_LISTS: Final = ("columns", "languages")


def columns(template: str) -> list[str]:
    """The columns that a template names."""
    return COLUMN.findall(template)


def checked_fields(keys: Keys, shape: str) -> Mapping[str, Any]:
    """The slots of a shape; none where the shape is not known."""
    if not shape:
        keys.only(())
        return {}
    kinds = {**SHAPES[shape].needs, **SHAPES[shape].may}
    keys.only(SHAPES[shape].needs, SHAPES[shape].may)
    return {slot: _slot(keys, slot, kinds[slot]) for slot in keys.values}


def _slot(keys: Keys, slot: str, kind: Kind) -> Any:
    value = keys.values[slot]
    if isinstance(kind, tuple):
        return keys.one_of(slot, kind)
    if kind == TABLE:
        return _words(keys.table(slot))
    if kind == WORDS or (kind == TEMPLATES and isinstance(value, list)):
        found = keys.some(slot)
        return tuple(_template(keys, slot, one) for one in found) if kind == TEMPLATES else found
    return _template(keys, slot, keys.said(slot))


def _template(keys: Keys, slot: str, text: str) -> str:
    if "{" in (rest := COLUMN.sub("", text)) or "}" in rest:
        raise keys.wrong(slot, "braces in pairs around names of columns", "write it like {question}")
    return text


def _words(keys: Keys) -> dict[str, str]:
    return {key: keys.said(key) for key in keys.values}


def checked_options(keys: Keys, layout: str, *, whole: bool = True) -> Mapping[str, Any]:
    """The options of a layout; those of a task need not be all of them."""
    known = LAYOUTS[layout]
    may = [*FOR_ALL, *known.needs, *known.may]
    keys.only(known.needs if whole else (), dict.fromkeys(may))
    return {key: _option(keys, key) for key in keys.values}


def _option(keys: Keys, key: str) -> Any:
    if key == "files":
        return _files(keys.table(key))
    if key == "where":
        table = keys.table(key)
        return {column: table.some(column) for column in table.values}
    if key == "lists":
        table = keys.table(key)
        return {column: table.sign(column) for column in table.values}
    if key == "beside":
        table = keys.table(key)
        table.only(("files",), ("on",))
        return {"files": _files(table.table("files")), "on": table.text("on")}
    if key == "delimiter":
        return keys.sign(key)
    if key in _LISTS:
        return keys.some(key)
    return _template(keys, key, keys.said(key))


def _files(keys: Keys) -> dict[str, tuple[str, ...]]:
    keys.only((), _FILES)
    if not keys.values:
        raise keys.wrong("all", "patterns of names of files", 'write it like all = "*.jsonl"')
    return {split: _patterns(keys, split) for split in keys.values}


def _patterns(keys: Keys, split: str) -> tuple[str, ...]:
    return (keys.said(split),) if isinstance(keys.values[split], str) else keys.some(split)
