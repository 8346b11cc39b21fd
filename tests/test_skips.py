"""The rule of conftest.py, tried in a checkout of its own: CI does not skip what it could run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest
def test_gpu(): pytest.skip("needs a GPU")
def test_browser(): pytest.skip("no Chromium here")
@pytest.mark.xfail(reason="known")
def test_known(): assert False
def test_samples(samples): pass
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    tests = tmp_path / "checkout" / "tests"
    tests.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("conftest.py"), tests)
    (tests / "test_some.py").write_text(TESTS, encoding="utf-8")
    (tests / "test_module.py").write_text(
        "import pytest\npytest.skip('no such library', allow_module_level=True)", encoding="utf-8"
    )
    return tests.parent


def outcome(checkout: Path, ci: str) -> str:
    program = [sys.executable, "-m", "pytest", "-q", "-rsf", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(program, capture_output=True, text=True, cwd=checkout, env={**os.environ, "CI": ci})
    return done.stdout


def test_without_samples_everything_may_skip(checkout: Path) -> None:
    said = outcome(checkout, ci="true")
    assert "4 skipped, 1 xfailed" in said
    assert "docs/samples.md" in said


def test_with_samples_ci_allows_only_a_missing_gpu(checkout: Path) -> None:
    (checkout.parent / "shared" / "data").mkdir(parents=True)
    said = outcome(checkout, ci="true")
    assert "no such library" in said
    assert "only a missing GPU is a reason to skip" in said
    assert "1 error" in said  # a module that skips itself stops the run before its first test

    (checkout / "tests" / "test_module.py").unlink()
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed" in outcome(checkout, ci="true")


def test_outside_ci_everything_may_skip(checkout: Path) -> None:
    (checkout.parent / "shared" / "data").mkdir(parents=True)
    assert "3 skipped" in outcome(checkout, ci="")
