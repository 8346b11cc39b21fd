"""Settings of the command line: `KEY=VALUE` and `NAME.KEY=VALUE`, typed by the dataclass they belong to."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Annotated, Any, TypeVar, get_type_hints

from pydantic import Field, TypeAdapter, ValidationError

from schemas.errors import UsageError

Part = TypeVar("Part")
AtLeastOne = Annotated[int, Field(ge=1)]
NotNegative = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
"""Ranges of settings: a value outside is refused by its name."""


def pairs(tokens: Iterable[str], option: str) -> dict[str, str]:
    """`NAME=VALUE` tokens as a mapping; raises `UsageError` for a token of another form or a name given twice."""
    found: dict[str, str] = {}
    for token in tokens:
        name, equals, value = token.partition("=")
        if not equals or not name:
            raise UsageError(f"{option} {token}: expected NAME=VALUE")
        if not value.strip():
            raise UsageError(f"{option} {token}: expected a value behind the equals sign")
        if name in found:
            raise UsageError(f"{option} {name} is given twice: {found[name]} and {value}")
        found[name] = value
    return found


def for_part(settings: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The settings of one part: `name.key=value` as `key: value`, dashes in keys read as underscores.

    A name may have a dot itself (`sound.web-jsonl`); what is said to that one is not said to `sound`.
    """
    return {_field(key.rpartition(".")[2]): value for key, value in settings.items() if key.rpartition(".")[0] == name}


def for_source(settings: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The settings of the one source a command reads; raises `UsageError` for those of anything else."""
    head = f"{name}."
    if strange := sorted(key for key in settings if not key.startswith(head)):
        raise UsageError(f"--set {', '.join(strange)}: only settings of {name} count here, as in {head}KEY=VALUE")
    return for_part(settings, name)


def for_recipe(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings without a name, or with the name `recipe`."""
    bare = {_field(key): value for key, value in settings.items() if "." not in key}
    return {**bare, **for_part(settings, "recipe")}


def _field(key: str) -> str:
    return key.replace("-", "_")


def names_of(settings: Mapping[str, Any]) -> set[str]:
    """The names of the parts that settings are given for."""
    return {key.rpartition(".")[0] for key in settings if "." in key} - {"recipe"}


def typed(part: type, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the fields of the dataclass `part` declare them; raises `UsageError` for what does not fit."""
    hints = get_type_hints(part, include_extras=True)
    known = [field.name for field in fields(part) if field.init and field.name != "location"]
    if unknown := [key for key in values if key not in known]:
        raise UsageError(f"{name} has no setting {', '.join(unknown)}; it has {', '.join(known) or 'none'}")
    return {key: _typed(hints[key], value, f"{name}.{key}") for key, value in values.items()}


def _typed(kind: Any, value: Any, name: str) -> Any:
    if isinstance(value, str):
        value = _parts(kind, value)
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise UsageError(f"{name}={value}: {error.errors()[0]['msg']}") from None


def _parts(kind: Any, value: str) -> Any:
    """Words separated by commas, where the field holds several values."""
    origin = getattr(kind, "__origin__", kind)
    return tuple(word.strip() for word in value.split(",")) if origin in (tuple, list, frozenset, set) else value


def changed(part: Part, name: str, values: Mapping[str, Any]) -> Part:
    """A copy of a part with other settings."""
    return replace(part, **typed(type(part), name, values)) if values else part  # pyright: ignore[reportArgumentType, reportReturnType]
