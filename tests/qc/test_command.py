"""`medmill qc`: exit codes and what it prints."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders.cli import run as medmill


def test_a_good_build_ends_with_0_and_the_path_of_its_page(good: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert medmill(["qc", str(good.folder)]) == 0
    printed = capsys.readouterr()
    assert "made-up: pass" in printed.out
    assert str(good.folder / "qc" / "report.html") in printed.err


def test_a_failed_check_ends_with_3_and_says_what_to_do(good: Any, capsys: pytest.CaptureFixture[str]) -> None:
    good.file("images").unlink()
    assert medmill(["qc", str(good.folder)]) == 3
    printed = " ".join(capsys.readouterr().out.split())
    assert "1 file cannot be read" in printed
    assert "Run the same medmill build again" in printed


def test_json_is_the_report(good: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert medmill(["qc", str(good.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((good.folder / "qc" / "report.json").read_text("utf-8"))


def test_quiet_prints_nothing(good: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert medmill(["qc", str(good.folder), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_what_is_no_build_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert medmill(["qc", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
