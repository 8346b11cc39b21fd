"""Builds to release: of a tree in the shape of MIMIC-CXR, whose text stays home, and of open synthetic reports."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from builders.api import build
from builders.recipes import mimic_ir
from builders.sources.grammar.tree import write_tree
from qc.run import run
from releases.about import About
from releases.package import Wanted
from releases.package import release as package
from schemas.release import Release

ABOUT = About(mimic_ir.__doc__ or "", mimic_ir.TITLE, tasks=mimic_ir.TASKS)


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source") / "mimic"
    write_tree(folder, 60)
    return folder


@pytest.fixture(scope="session")
def mimic(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checked build of the tree; nobody writes to it."""
    return _built(tmp_path_factory.mktemp("builds") / "mimic", "mimic-cxr", str(tree))


@pytest.fixture(scope="session")
def open_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checked build of open reports; nobody writes to it."""
    return _built(tmp_path_factory.mktemp("builds") / "open", "synthetic", "60")


def _built(out: Path, source: str, location: str) -> Path:
    build("mimic-ir", sources={source: location}, out=out, workers=0)
    run(out)
    return out


Releasing = Callable[..., Release]


@pytest.fixture
def releasing() -> Releasing:
    """Release a build; words of `Wanted` by name."""

    def make(build: Path, out: Path, **words: object) -> Release:
        return package(build, out, Wanted(**{"version": "1.0.0", "about": ABOUT, "allow_failed_qc": True, **words}))  # pyright: ignore[reportArgumentType]

    return make


@pytest.fixture(scope="session")
def released(mimic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the tree's build, for PhysioNet; nobody writes to it."""
    out = tmp_path_factory.mktemp("releases") / "mimic"
    package(mimic, out, Wanted("1.0.0", ABOUT, allow_failed_qc=True))
    return out


@pytest.fixture(scope="session")
def open_release(open_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the open build; nobody writes to it."""
    out = tmp_path_factory.mktemp("releases") / "open"
    package(open_build, out, Wanted("1.0.0", ABOUT, allow_failed_qc=True))
    return out


@pytest.fixture
def own(open_release: Path, tmp_path: Path) -> Path:
    """A copy of the open release to damage."""
    copytree(open_release, tmp_path / "own")
    return tmp_path / "own"
