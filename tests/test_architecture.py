"""The import rules of the house, read from the sources; and what starting the program loads."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
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


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.Module]:
    """All modules by their path: a test per module and rule would be half of all tests, and say no more."""
    return {name(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def tops(imported: Iterable[str]) -> set[str]:
    """The packages that are imported from."""
    return {one.split(".")[0] for one in imported}


def test_imports_point_one_way(modules: dict[str, ast.Module]) -> None:
    assert len(modules) > 300
    wrong = {
        path: sorted(beyond)
        for path, tree in modules.items()
        if (beyond := (tops(imports(tree)) & set(MAY_IMPORT)) - MAY_IMPORT[path.split("/")[0]])
    }
    assert not wrong, f"a package may import only {MAY_IMPORT}"


def test_some_libraries_are_imported_in_one_file(modules: dict[str, ast.Module]) -> None:
    wrong = {
        (path, imported)
        for path, tree in modules.items()
        for imported in tops(imports(tree))
        if ONLY_IN.get(imported, path) != path
    }
    assert not wrong, f"only {ONLY_IN} may"


def test_dataframely_stays_at_the_border(modules: dict[str, ast.Module]) -> None:
    users = {path for path, tree in modules.items() if "dataframely" in tops(imports(tree))}
    assert {path for path in users if not path.startswith("schemas/")} <= ENGINE


def test_heavy_libraries_are_imported_when_used(modules: dict[str, ast.Module]) -> None:
    early = {path: found for path, tree in modules.items() if (found := tops(at_import(tree)) & INSIDE_FUNCTIONS)}
    assert not early, "do it inside the function that needs it"


def test_recipes_are_named_by_the_command_line_alone(modules: dict[str, ast.Module]) -> None:
    naming = {
        path
        for path, tree in modules.items()
        if any(imported.startswith("builders.recipes") for imported in imports(tree))
    }
    assert {path for path in naming if not any(path.startswith(home) for home in MAY_NAME_RECIPES)} == set()


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
