"""This installation: whether the five packages lie side by side, and which optional engines are there."""

import re
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("schemas", "annotators", "qc", "releases", "builders")


def homes() -> dict[str, Path | None]:
    """The folder that holds each of the five packages, found without importing them."""
    specs = {name: find_spec(name) for name in PACKAGES}
    return {name: Path(spec.origin).parent.parent if spec and spec.origin else None for name, spec in specs.items()}


def mixture(homes: dict[str, Path | None]) -> str | None:
    """What is wrong where the packages do not lie side by side, as when another project's `schemas` hides ours."""
    ours = homes["builders"]
    for name, home in homes.items():
        if home != ours:
            return (
                f"the package `{name}` is not medmill's (found in {home}, expected in {ours}): another project "
                "installed the same name here; give medmill an environment of its own, e.g. with uv tool install"
            )
    return None


def packages() -> dict[str, list[str]]:
    """The distributions of each extra as this medmill declares them; those of the core under the name ``""``."""
    from importlib.metadata import requires

    found: dict[str, list[str]] = {}
    for line in requires("medmill") or []:
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", line)
        name = re.match(r"[\w.-]+", line)
        if name:
            found.setdefault(extra[1] if extra else "", []).append(name[0])
    return found


def installed(distribution: str) -> str | None:
    """The version of a distribution in this environment; None where it is not installed. Imports nothing of it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def install(extra: str) -> str:
    """How to install an extra, or the core under the name ``""``; there is no copy on a package index."""
    return f"pip install '.{f'[{extra}]' if extra else ''}' in the checkout"


def extra_bringing(module: str) -> str | None:
    """The first extra that brings a module (`torch` → `transformers`); None where no extra does."""
    top = _normal(module.split(".")[0])
    brings = (extra for extra, names in packages().items() if extra and top in map(_normal, names))
    return next(brings, None)


def missing_extra(error: ImportError) -> str | None:
    """What to tell a user whose command needs an extra that is not installed; None for any other failed import."""
    cause: BaseException | None = error
    while cause is not None:
        name = cause.name if isinstance(cause, ModuleNotFoundError) else None
        extra = extra_bringing(name) if name else None
        if extra:
            return f"{name} is not installed; this needs the extra `{extra}`: {install(extra)}"
        cause = cause.__cause__
    return None


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
