"""The import rules of the house, read from the sources; and what starting the program loads."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "schemas": {"schemas"},
    "annotators": {"annotators", "schemas"},
    "qc": {"qc", "schemas"},
    "releases": {"releases", "schemas"},
    "builders": {"schemas", "annotators", "qc", "releases", "builders"},
}
ONLY_IN = {"dask": "builders/engine.py", "distributed": "builders/engine.py", "huggingface_hub": "releases/hub.py"}
INSIDE_FUNCTIONS = {"torch", "transformers", "vllm", "totalsegmentator"}
ENGINE = {f"builders/{name}.py" for name in ("base", "boundary", "engine", "provenance")}
MAY_NAME_RECIPES = {"builders/cli.py", "builders/api.py", "builders/recipes"}
HEAVY_AT_START = {
    "dask",
    "distributed",
    "spacy",
    "polars",
    "pyarrow",
    "numpy",
    "numba",
    "torch",
    "dataframely",
    "pydantic",
}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "core", "misc"}

FILES = sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def at_import(tree: ast.Module) -> Iterator[str]:
    """What importing the module imports: not what stands in functions, nor what only type checkers read."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imports(node)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            is_typing = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            waiting.extend(node.orelse if is_typing else ast.iter_child_nodes(node))


@pytest.fixture(params=FILES, ids=name)
def module(request: pytest.FixtureRequest) -> tuple[str, ast.Module]:
    return name(request.param), parsed(request.param)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_imports_point_one_way(module: tuple[str, ast.Module]) -> None:
    path, tree = module
    package = path.split("/")[0]
    ours = {imported.split(".")[0] for imported in imports(tree)} & set(MAY_IMPORT)
    assert ours <= MAY_IMPORT[package], f"{path}: {package} may import {sorted(MAY_IMPORT[package])} only"


def test_some_libraries_are_imported_in_one_file(module: tuple[str, ast.Module]) -> None:
    path, tree = module
    for imported in imports(tree):
        home = ONLY_IN.get(imported.split(".")[0], path)
        assert path == home, f"{path} imports {imported}: only {home} may"


def test_dataframely_stays_at_the_border(module: tuple[str, ast.Module]) -> None:
    path, tree = module
    if "dataframely" in {imported.split(".")[0] for imported in imports(tree)}:
        assert path.startswith("schemas/") or path in ENGINE


def test_heavy_libraries_are_imported_when_used(module: tuple[str, ast.Module]) -> None:
    path, tree = module
    early = {imported.split(".")[0] for imported in at_import(tree)} & INSIDE_FUNCTIONS
    assert not early, f"{path} imports {sorted(early)} when it is imported; do it inside the function that needs it"


def test_recipes_are_named_by_the_command_line_alone(module: tuple[str, ast.Module]) -> None:
    path, tree = module
    if not any(path.startswith(home) for home in MAY_NAME_RECIPES):
        assert not any(imported.startswith("builders.recipes") for imported in imports(tree))


def test_init_files_are_empty() -> None:
    assert [
        name(path) for path in FILES if path.name == "__init__.py" and path.read_text(encoding="utf-8").strip()
    ] == []


def test_every_folder_of_a_package_is_a_package() -> None:
    assert [name(path) for path in FILES if not (path.parent / "__init__.py").is_file()] == []


def test_names_say_what_a_file_holds() -> None:
    parts = {part for path in FILES for part in Path(name(path)).with_suffix("").parts}
    assert not parts & VAGUE_NAMES


def test_tests_mirror_the_packages() -> None:
    assert [package for package in MAY_IMPORT if not any((ROOT / "tests" / package).rglob("test_*.py"))] == []


def test_starting_loads_nothing_heavy() -> None:
    program = "import sys, builders.cli; builders.cli.run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {module.split(".")[0] for module in done.stderr.split()}
    assert not loaded & (HEAVY_AT_START | INSIDE_FUNCTIONS)
