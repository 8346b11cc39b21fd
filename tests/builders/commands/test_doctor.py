"""What the doctor says of this installation, and of one where something is missing."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from builders.commands import doctor
from builders.machine import gpus, look


def test_json_names_packages_and_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.doctor(as_json=True) == 0
    seen = json.loads(capsys.readouterr().out)
    assert seen["packages"][""]["polars"]
    assert set(seen["packages"]) >= {"", "ct", "llm", "transformers", "text", "hub", "review"}
    assert seen["machine"]["cores"] >= 1
    assert 0 < seen["machine"]["memory_free"] <= seen["machine"]["memory"]


def test_a_missing_extra_is_shown_with_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    seen = doctor.examine()
    doctor._show(replace(seen, packages={"": {"polars": "2.1.0"}, "ct": {"nibabel": None}}))
    assert "missing: nibabel; pip install '.[ct]'" in " ".join(capsys.readouterr().out.split())


def test_a_missing_package_of_the_core_is_a_failure() -> None:
    whole = doctor.examine()
    assert whole.core_is_whole
    assert not replace(whole, packages={"": {"polars": None}}).core_is_whole


def test_every_dataset_is_named_with_the_sources_it_takes() -> None:
    seen = doctor.examine().datasets
    assert "mimic-cxr" in seen["mimic-ir"]
    assert "openi" in seen["openi-ir"]


def test_it_stands_where_a_package_of_the_core_does_not() -> None:
    look_at = "from builders.commands.doctor import examine; print(examine().datasets)"
    program = f"import sys; sys.modules['polars'] = None; {look_at}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "missing: polars" in done.stdout


def driver_tool(folder: Path, script: str) -> None:
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    tool.chmod(0o755)


def test_devices_are_read_from_the_drivers_own_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver_tool(tmp_path, "echo 'NVIDIA H200, 143771, 570.86.15'; echo 'NVIDIA X1, [N/A], 570.86.15'")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    first, second = gpus()
    assert (first.name, first.memory // 2**30, first.driver) == ("NVIDIA H200", 140, "570.86.15")
    assert second.memory == 0


def test_a_driver_that_fails_is_no_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver_tool(tmp_path, "echo 'has failed because it could not communicate with the driver'; exit 9")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert gpus() == ()
    assert look(tmp_path).gpus == ()
