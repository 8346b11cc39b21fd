"""Small nets, and what the package itself makes with them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from schemas.voxels import Voxels
from tests.annotators.segmenting.nets import random_net

ROOT = Path(__file__).resolve().parents[3]
CASES = {
    "small": ("sm", "total", "fast"),
    "whole": ("whole", "total", "fast"),
    "turned": ("turned", "total", "fast"),
    "coarse": ("turned", "total", "fastest"),
    "effusion": ("turned", "pleural_pericard_effusion", "default"),
}
LONG_CASES = {
    "parts": ("cut", "total", "default"),
    "nodules": ("sm", "lung_nodules", "default"),
    "body": ("sm", "body", "fast"),
}
"""Volume, task, speed: what the package itself is asked for."""


@dataclass(frozen=True)
class Package:
    """Inputs and outputs of TotalSegmentator by the name of a case, and the hosts that it looked for."""

    folder: Path
    lookups: list[str]

    def given(self, case: str) -> Voxels:
        return read(self.folder / f"{(CASES | LONG_CASES)[case][0]}.nii.gz")

    def made(self, case: str) -> np.ndarray:
        return read(self.folder / f"{case}.mask.nii.gz").values


def read(path: Path) -> Voxels:
    import nibabel

    image = nibabel.load(path)  # pyright: ignore[reportPrivateImportUsage]
    return Voxels(np.asanyarray(image.dataobj), image.affine)  # pyright: ignore[reportAttributeAccessIssue]


def save(path: Path, volume: Voxels) -> None:
    import nibabel

    nibabel.save(nibabel.Nifti1Image(volume.values, volume.affine), path)  # pyright: ignore[reportPrivateImportUsage]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of weights as `TOTALSEG_HOME_DIR` names it, with random nets for all cases."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOTALSEG_HOME_DIR", str(folder))
        random_net(folder, 297, "total", "fast")
        random_net(folder, 298, "total", "fastest")
        for number in range(291, 296):
            random_net(folder, number, "total")
        random_net(folder, 913, "lung_nodules", features=(8, 16))
        random_net(folder, 315, "pleural_pericard_effusion", features=(8, 16))
        random_net(folder, 300, "body", "fast", features=(8, 16))
        yield folder


@pytest.fixture(scope="session")
def package(home: Path, samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    return run_package(CASES, home, samples, tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="session")
def package_at_length(home: Path, samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    return run_package(LONG_CASES, home, samples, tmp_path_factory.mktemp("package"))


def run_package(cases: dict[str, tuple[str, str, str]], home: Path, samples: Path, folder: Path) -> Package:
    for name, volume in volumes(samples / "totalsegmentator_ct").items():
        save(folder / f"{name}.nii.gz", volume)
    wanted = [
        {
            "given": str(folder / f"{given}.nii.gz"),
            "made": str(folder / f"{name}.mask.nii.gz"),
            "task": task,
            "speed": speed,
        }
        for name, (given, task, speed) in cases.items()
    ]
    program = [sys.executable, str(Path(__file__).with_name("package_run.py"))]
    env = {**os.environ, "TOTALSEG_HOME_DIR": str(home), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    run = subprocess.run(program, input=json.dumps(wanted), env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return Package(folder, json.loads(run.stdout.rsplit("lookups: ", 1)[1]))


def volumes(folder: Path) -> dict[str, Voxels]:
    """The samples; one with other voxels, axes and a slant; and one cut small."""
    small, whole = read(folder / "example_ct_sm.nii.gz"), read(folder / "example_ct.nii.gz")
    turn = np.array([[-2.1, 0.1, 0, 90], [0.1, -2.1, 0, 70], [0, 0, 5, -30], [0, 0, 0, 1]], np.float64)
    turned = Voxels(small.values[10:100, 10:90:, 2:].astype(np.float32) * 0.98, turn)
    return {
        "sm": small,
        "whole": whole,
        "turned": turned,
        "cut": Voxels(small.values[30:70, 30:70, 5:25], small.affine),
    }
