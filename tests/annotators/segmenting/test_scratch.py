"""Volumes in the folder for temporary files do not outlive the process that put them there by more than one run."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from annotators.segmenting.scratch import PREFIX, scratch, sweep
from tests.builders.chaos import ROOT, strike

HOLDS = """
import sys, time
from annotators.segmenting.scratch import scratch
with scratch() as folder:
    (folder / "volume.nii").write_bytes(b"a patient")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def held(place: Path) -> "tuple[subprocess.Popen[bytes], Path]":
    env = {"PYTHONPATH": str(ROOT), "TMPDIR": str(place)}
    process = subprocess.Popen([sys.executable, "-c", HOLDS], env=env, stdout=subprocess.PIPE)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().decode().strip())


def test_a_folder_goes_with_its_volume(place: Path) -> None:
    with scratch() as folder, scratch() as other:
        assert folder != other and {folder, other} == set(place.glob(f"{PREFIX}*"))
    assert not list(place.iterdir())


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_is_not(place: Path) -> None:
    """After kill -9 of a build, CTs of its patients lay in /tmp for good."""
    dead, left = held(place)
    alive, used = held(place)
    strike(dead)
    assert dead.wait() == -signal.SIGKILL and (left / "volume.nii").exists()
    sweep(place)
    assert not left.exists() and (used / "volume.nii").exists()
    strike(alive)
    alive.wait()
