"""Build a dataset from Python: `build("mimic-ir", sources={"synthetic": "300"}, out="out/demo")`."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from builders.base import Recipe, Source
from builders.discovery import names, recipe_module, sources_of
from builders.overrides import with_settings
from builders.provenance import plain_settings
from builders.run import Orders, make
from builders.settings import for_part, for_recipe, typed
from schemas.errors import UsageError
from schemas.manifest import Manifest


def build(
    dataset: str,
    *,
    sources: Mapping[str, str],
    out: str | Path,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    limit: int | None = None,
    quiet: bool = True,
) -> Manifest:
    """Build a dataset and return its manifest; the same call goes on where an interrupted one stopped.

    Args:
        dataset: Name of a recipe.
        sources: Where each source lies, by the source's name: folder, file, URL, or a count for a synthetic one.
        out: The build folder.
        settings: `key` for the recipe's options, `NAME.key` for a source, a table's stage, or a part it holds.
        workers: Processes on this machine, one per core by default; 0 runs everything in this process.
        scheduler: Address of a Dask scheduler to use instead.
        limit: Only the first so many studies by id.
        quiet: Show no progress.

    Raises:
        MedmillError: With one line that says what, where and what to do.
    """
    recipe, options = resolve(dataset, sources, settings or {})
    orders = Orders(workers, scheduler, limit, quiet, plain_settings(options))
    return make(recipe, Path(out), orders)


def resolve(dataset: str, sources: Mapping[str, str], settings: Mapping[str, Any]) -> tuple[Recipe, Any]:
    """The recipe and its options, with sources and settings in place; raises `UsageError` for what does not fit."""
    module = recipe_module(dataset)
    options = module.Options(**typed(module.Options, dataset, for_recipe(settings)))
    accepted = sources_of(module, options)
    for name in sources:
        if name not in accepted:
            raise UsageError(f"{dataset} takes no source {name}; {_why_not(module, options, name, accepted)}")
    found = {name: _source(accepted, name, value, settings) for name, value in sources.items()}
    if not found:
        raise UsageError(f"{dataset} needs --source NAME=VALUE; it takes {', '.join(accepted)}")
    return with_settings(module.recipe(found, options), settings), options


def _why_not(module: ModuleType, options: Any, name: str, accepted: Iterable[str]) -> str:
    """What a recipe that knows the source says of it (`why_not`), else what it takes."""
    if hasattr(module, "why_not") and (why := module.why_not(name, options)):
        return why
    known = "it is a source of other datasets; " if name in names("source") else ""
    return f"{known}it takes {', '.join(accepted)}"


def _source(
    accepted: Mapping[str, Callable[..., Source]], name: str, value: str, settings: Mapping[str, Any]
) -> Source:
    kind, told = accepted[name], for_part(settings, name)
    if not isinstance(kind, type) and told:
        raise UsageError(f"{name} has no settings here, and got {', '.join(told)}; what it reads is declared")
    known = typed(kind, name, told) if isinstance(kind, type) else {}
    return kind(location=_absolute(value), **known)


def _absolute(location: str) -> str:
    """A path as workers with another working directory find it; anything else as it is, and so a number of studies."""
    if location.replace("_", "").replace(",", "").isdigit():
        return location
    path = Path(location).expanduser()
    return str(path.absolute()) if path.exists() else location
