"""kill -9 while a release is written: what lies there is whole or not at all, and the next run gives the same bytes."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from releases.sums import read_sums
from releases.verify import verify

pytestmark = pytest.mark.chaos
SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 30))]


def command(build: Path, out: Path) -> list[str]:
    medmill = str(Path(sys.executable).with_name("medmill"))
    return [medmill, "release", str(build), "--version", "1.0.0", "--out", str(out), "--allow-failed-qc", "--quiet"]


@pytest.fixture(scope="module")
def undisturbed(open_build: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], float]:
    """The sums of a release that nobody killed, and the seconds it took."""
    out = tmp_path_factory.mktemp("undisturbed") / "release"
    start = time.monotonic()
    subprocess.run(command(open_build, out), check=True)
    return read_sums(out), time.monotonic() - start


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_release_is_written_anew(
    seed: int, open_build: Path, tmp_path: Path, undisturbed: tuple[dict[str, str], float]
) -> None:
    sums, seconds = undisturbed
    out = tmp_path / "release"
    process = subprocess.Popen(command(open_build, out), start_new_session=True)
    time.sleep(random.Random(seed).uniform(0.2, 1.1) * seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not out.exists() or verify(out) == []
    subprocess.run(command(open_build, out), check=True)
    assert verify(out) == [] and read_sums(out) == sums
    assert [path.name for path in tmp_path.iterdir()] == ["release"], "no draft is left"
