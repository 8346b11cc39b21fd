"""What the wheel holds, and that the five flat names are ours alone."""

import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from builders.installation import PACKAGES, homes, mixture, packages

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("package", PACKAGES)
def test_we_alone_own_the_name(package: str) -> None:
    """An editable install owns names through a path file, so it is not listed; another owner would be."""
    assert set(packages_distributions().get(package, [])) <= {"medmill"}


def test_the_packages_lie_side_by_side() -> None:
    assert mixture(homes()) is None


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names inside a wheel built from the tracked files, as a release would be."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (path,) = folder.glob("medmill-*.whl")
    return zipfile.ZipFile(path).namelist()


def test_the_wheel_holds_the_five_packages_and_nothing_else(wheel: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_holds_every_data_file(wheel: list[str]) -> None:
    """Lexicon, matrices, templates: whatever lies in a package is part of it."""
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - set(wheel) == set()


def test_the_wheel_names_its_licence_and_types(wheel: list[str]) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in wheel)
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(wheel)


def test_the_core_needs_no_heavy_engine() -> None:
    assert not {"torch", "transformers", "vllm", "totalsegmentator", "huggingface_hub"} & set(packages()[""])
