"""What a fingerprint is made of: settings, data files and code, never a path of the machine."""

import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import dataframely as dy

from builders.source_code import code_hash
from schemas.errors import UsageError

HOME = Path(__file__).resolve().parents[1]
"""The folder that holds the five packages."""


def fingerprint(*values: Any) -> str:
    """32 hexadecimal digits that two processes agree on; raises `UsageError` for a value without a stable form."""
    return sha256(json.dumps([describe(value) for value in values]).encode()).hexdigest()[:32]


def describe(value: Any) -> Any:
    """A value as plain JSON values in a fixed order."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Mapping):
        return {str(key): describe(value[key]) for key in sorted(value)}
    if isinstance(value, Set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [describe(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _describe_part(value)
    raise UsageError(f"{type(value).__name__} has no stable form for a fingerprint; use plain values or a dataclass")


def _describe_part(part: Any) -> dict[str, Any]:
    """A stage, source or annotator: its settings, version, data files, code, and what it says of itself."""
    kind = type(part)
    own = getattr(part, "fingerprint", "")
    return {
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "version": getattr(part, "version", 1),
        "settings": {name: describe(value) for name, value in settings_of(part).items()},
        "fingerprint": own() if callable(own) else own,
        "data": data_hash(tuple(getattr(part, "data", ()))),
        "code": code_hash(kind.__module__),
    }


def settings_of(part: Any) -> dict[str, Any]:
    """The fields that change rows: not `location`, and none declared with `repr=False`."""
    return {field.name: getattr(part, field.name) for field in fields(part) if field.repr and field.name != "location"}


def plain_settings(part: Any) -> dict[str, Any]:
    """The settings of a part and its parts as JSON values, for the manifest."""
    return {name: _plain(value) for name, value in settings_of(part).items()}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return plain_settings(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value
    return describe(value)


@cache
def data_hash(patterns: tuple[str, ...]) -> str:
    """Hash over the names and bytes of the data files that match; raises `UsageError` where a pattern has none."""
    total = sha256()
    for pattern in patterns:
        paths = sorted(path for path in HOME.glob(pattern) if path.is_file())
        if not paths:
            raise UsageError(f"{pattern}: no such data file beside the packages; reinstall medmill")
        for path in paths:
            total.update(f"{path.relative_to(HOME).as_posix()}:{sha256(path.read_bytes()).hexdigest()};".encode())
    return total.hexdigest()


def schema_hash(schema: type[dy.Schema]) -> str:
    """Hash over the columns and rules of a schema; descriptions and tags do not count."""
    columns = [(name, str(column.dtype), column.primary_key) for name, column in schema.columns().items()]
    rules = sorted((name, str(rule.expr)) for name, rule in schema._validation_rules(with_cast=False).items())
    return sha256(json.dumps([columns, rules]).encode()).hexdigest()
