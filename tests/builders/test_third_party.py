"""A dataset outside the repository: one file, found through entry points, built by the same command."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from schemas.manifest import read_manifest

TINY = Path(__file__).with_name("tiny")
NOTES = {"a": "The heart is enlarged.", "b": "Clear lungs.", "c": " "}


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine where the tiny distribution is installed beside medmill."""
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(TINY, folder / "tiny", ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(folder / "site"), str(folder / "tiny")], check=True, capture_output=True)
    return {**os.environ, "PYTHONPATH": str(folder / "site")}


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in NOTES.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def medmill(env: dict[str, str], *tokens: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from builders.cli import main; main()", *tokens]
    return subprocess.run(program, env=env, capture_output=True, text=True)


def test_the_tiny_dataset_is_one_short_file() -> None:
    assert len((TINY / "tiny_dataset.py").read_text(encoding="utf-8").splitlines()) < 100


def test_it_is_built_by_the_same_command(elsewhere: dict[str, str], notes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = medmill(
        elsewhere, "build", "tiny", "--source", f"notes={notes}", "--set", "recipe.long-from=3", "--out", str(out)
    )
    assert done.returncode == 0, done.stderr
    lengths = pl.read_parquet(out / "lengths" / "*.parquet")
    assert lengths.rows() == [("a", 4, True), ("b", 2, False)]
    assert read_manifest(out).stage("notes").rejected == {"empty": 1}


def test_its_errors_are_one_line_too(elsewhere: dict[str, str], tmp_path: Path) -> None:
    done = medmill(elsewhere, "build", "tiny", "--source", f"notes={tmp_path}", "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "no *.txt file" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_distribution_it_is_an_unknown_dataset(notes: Path, tmp_path: Path) -> None:
    done = medmill({**os.environ}, "build", "tiny", "--source", f"notes={notes}", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "tiny" in done.stderr
    assert done.stderr.count("\n") == 1
