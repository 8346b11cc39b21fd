"""Hashes of source code that comments and docstrings do not change."""

import ast
import sys
from functools import cache
from hashlib import sha256
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("schemas", "annotators", "qc", "releases", "builders")
CONTRACT = ("builders.base", "schemas.errors")
"""Modules that say what things are called, and do not decide any row."""


@cache
def code_hash(module: str) -> str:
    """Hash over a module and everything it imports of the same package or of ours."""
    total = sha256()
    for name in sorted(_closure(module)):
        total.update(f"{name}:{_module(name)[0]};".encode())
    return total.hexdigest()


@cache
def whole_code_hash() -> str:
    """Hash over all modules of the five packages: equal on two machines that run the same medmill."""
    home = Path(__file__).resolve().parents[1]
    total = sha256()
    for path in sorted(path for package in PACKAGES for path in (home / package).rglob("*.py")):
        total.update(f"{path.relative_to(home).as_posix()}:{sha256(path.read_bytes()).hexdigest()};".encode())
    return total.hexdigest()[:32]


def _closure(module: str) -> set[str]:
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [other for other in _module(name)[1] if other not in CONTRACT]
    return seen


@cache
def _module(name: str) -> tuple[str, tuple[str, ...]]:
    """Hash of one module without comments and docstrings, and the modules of ours that it imports."""
    path = _path(name)
    if path is None:
        return "", ()
    tree = _parsed(path)
    imports = tuple(sorted(_imports(tree, name)))
    _drop_docstrings(tree)
    return sha256(ast.dump(tree).encode()).hexdigest(), imports


def _imports(tree: ast.AST, module: str) -> set[str]:
    ours = {*PACKAGES, module.partition(".")[0]}
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parent = _resolved(node, module)
            found |= {parent, *(f"{parent}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.partition(".")[0] in ours and _path(name)}


def _resolved(node: ast.ImportFrom, module: str) -> str:
    """The absolute name of what is imported from."""
    if not node.level:
        return node.module or ""
    package = module.rsplit(".", node.level)[0]
    return f"{package}.{node.module}" if node.module else package


@cache
def _path(name: str) -> Path | None:
    """The source file of a module; None where there is none (a name inside a module, a compiled module)."""
    module = sys.modules.get(name)
    origin = getattr(module, "__file__", None) or _searched(name)
    return Path(origin) if origin and origin.endswith(".py") else None


def _searched(name: str) -> str | None:
    parent, _, last = name.rpartition(".")
    if not parent:
        spec = find_spec(name)
    elif path := _path(parent):
        spec = PathFinder.find_spec(name, [str(path.parent)]) if path.name == "__init__.py" else None
    else:
        return None
    return spec.origin if spec and last else None


def _drop_docstrings(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        node.body = [
            statement
            for statement in node.body
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        ]


def _parsed(path: Path) -> ast.Module:
    """The module's tree. CPython 3.11 may mistake a collection of garbage meanwhile for an error (gh-106905)."""
    for _ in range(4):
        try:
            return ast.parse(path.read_bytes())
        except SystemError:
            continue
    return ast.parse(path.read_bytes())
