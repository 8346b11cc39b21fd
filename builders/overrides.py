"""Settings of stages and of what they hold, given by name on the command line, put into a recipe."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from builders.base import Recipe, Stage
from builders.settings import changed, for_part, names_of
from schemas.errors import UsageError


def with_settings(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """The recipe with `NAME.key=value` applied; NAME is a table, or a part that a stage holds (`annotator`).

    The first part of a name with a dot stands for all tables that begin so: `sound` for `sound.openi` and the others,
    unless one is named whole. Names of sources are passed over: they are made with their settings.
    """
    left = names_of(settings) - set(recipe.sources)
    tables = []
    for table in recipe.tables:
        stage = table.stage
        if stage is not None:
            stage = _changed(stage, table.name, settings, left)
            table = replace(table, stage=stage, schema=stage.declared(table.schema))
        tables.append(table)
    if left:
        raise UsageError(f"no part of {recipe.name} is called {', '.join(sorted(left))}; there are {_names(recipe)}")
    return replace(recipe, tables=tables)


def _changed(part: Any, name: str, settings: Mapping[str, Any], left: set[str]) -> Any:
    for one in dict.fromkeys((name.partition(".")[0], name)):
        if values := for_part(settings, one):
            left.discard(one)
            part = changed(part, one, values)
    inner = {held: _changed(value, held, settings, left) for held, value in _held(part).items()}
    return replace(part, **inner) if inner else part


def _held(part: Any) -> dict[str, Any]:
    """The parts of a part, by the field that holds them; a source it reads from is set by the source's name."""
    values = {field.name: getattr(part, field.name) for field in fields(part) if field.init and field.repr}
    return {name: value for name, value in values.items() if is_dataclass(value) and not isinstance(value, type)}


def _names(recipe: Recipe) -> str:
    names = [*recipe.sources]
    for table in recipe.tables:
        if isinstance(table.stage, Stage):
            names += [table.name, *_held(table.stage)]
    return ", ".join(dict.fromkeys(names))
