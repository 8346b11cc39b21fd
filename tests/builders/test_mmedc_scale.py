"""Twenty gigabytes of web text go through `mmedc` in the memory that two take."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.soak
def test_twenty_gigabytes_take_less_than_two_of_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ["--gigabytes", "20", "--input", str(tmp_path / "input")]
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.mill_memory", *sizes], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr[-3000:] + found.stdout
    with capsys.disabled():
        print(f"\n{found.stdout}")
    megabytes = float(found.stdout.partition(" GB: ")[2].partition(" MB")[0])
    assert megabytes < 2000, found.stdout
