"""Find recipes, sources and annotators by name: a file name, or an entry point of another distribution."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoints, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from builders.base import Source
from schemas.errors import UsageError

GROUPS = {"recipe": "medmill.recipes", "source": "medmill.sources", "annotator": "medmill.annotators"}
_HOMES = {"recipe": "builders.recipes", "source": "builders.sources"}


def names(kind: str) -> list[str]:
    """All names of a kind (`recipe`, `source`, `annotator`), those of other distributions included."""
    own = [path.stem for path in _home(kind).glob("*.py")] if kind in _HOMES else []
    ours = {stem.replace("_", "-") for stem in own if stem != "__init__" and _declares(kind, stem)}
    return sorted(ours | set(_points(kind).names))


def recipe_module(name: str) -> ModuleType:
    """The module of a dataset; raises `UsageError` for an unknown name or a module without its three parts."""
    module = _module("recipe", name)
    takes = "sources" if hasattr(module, "sources") else "SOURCES"
    if missing := [part for part in ("Options", takes, "recipe") if not hasattr(module, part)]:
        raise UsageError(f"recipe {name}: {module.__name__} has no {', '.join(missing)}; see builders/base.py")
    return module


def sources_of(module: ModuleType, options: Any) -> Mapping[str, Callable[..., Source]]:
    """What makes each source that a recipe accepts; a class of sources where it has settings."""
    if hasattr(module, "sources"):
        return module.sources(options)
    return {name: source_class(name) for name in module.SOURCES}


def source_class(name: str) -> type[Source]:
    """The class of a source; raises `UsageError` for an unknown name."""
    module = _module("source", name)
    if not hasattr(module, "SOURCE"):
        raise UsageError(f"source {name}: {module.__name__} has no line SOURCE = ...; see builders/base.py")
    return module.SOURCE


def _module(kind: str, name: str) -> ModuleType:
    for point in _points(kind).select(name=name):
        return import_module(point.module)
    path = f"{_HOMES[kind]}.{name.replace('-', '_')}"
    if name.replace("-", "_").isidentifier() and find_spec(path):
        return import_module(path)
    raise UsageError(f"no {kind} is called {name}; there are {', '.join(names(kind)) or 'none'}")


@cache
def _points(kind: str) -> EntryPoints:
    """Those of a group, looked up once: it reads a file of every distribution that is installed."""
    return entry_points(group=GROUPS[kind])


def _home(kind: str) -> Path:
    return Path(__file__).parent / f"{kind}s"


def _declares(kind: str, stem: str) -> bool:
    """Whether a file of the folder is what the folder is for: sources have helpers beside them."""
    word = "\nSOURCE = " if kind == "source" else "\ndef recipe("
    return word in (_home(kind) / f"{stem}.py").read_text(encoding="utf-8")
