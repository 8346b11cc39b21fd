"""TotalSegmentator on a model that stays loaded, against the package itself: random nets, real volumes."""

import socket
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotators.segmenting.network import Network
from annotators.segmenting.tasks import tasks
from annotators.segmenting.total_segmentator import TotalSegmentator
from schemas.errors import MedmillError, UsageError
from schemas.voxels import VolumeError, Voxels
from tests.annotators.segmenting.conftest import CASES, LONG_CASES, Package, read

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(600)]


@pytest.mark.real
@pytest.mark.parametrize("case", CASES)
def test_voxels_are_those_of_the_package(case: str, package: Package) -> None:
    assert_same(case, package)


@pytest.mark.real
@pytest.mark.soak
@pytest.mark.parametrize("case", LONG_CASES)
def test_so_are_those_of_parts_crops_and_cleaned_bodies(case: str, package_at_length: Package) -> None:
    assert_same(case, package_at_length)


def assert_same(case: str, package: Package) -> None:
    _, task, speed = (CASES | LONG_CASES)[case]
    made = TotalSegmentator((task,), speed, "cpu").segment(package.given(case), case)
    wanted = package.made(case)
    assert np.unique(wanted).size > 1
    assert np.array_equal(made.mask.values, wanted)
    assert np.array_equal(made.mask.affine, package.given(case).affine)


@pytest.mark.real
def test_the_package_looks_for_no_host_with_the_configuration_of_small_nets(package: Package) -> None:
    assert package.lookups == []


def test_no_host_is_looked_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *host, **_: asked.append(host))
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    before = (home / "config.json").read_bytes()
    TotalSegmentator(speed="fast", device="cpu").segment(noise(), "n")
    assert asked == []
    assert (home / "config.json").read_bytes() == before


def test_tasks_are_laid_over_one_another_without_loss(home: Path) -> None:
    """What a task finds alone is what it finds together with others."""
    volume = noise((26, 22, 16))
    together = TotalSegmentator(("total", "body", "lung_nodules"), "fast", "cpu").segment(volume, "n")
    for task in ("total", "body", "lung_nodules"):
        alone = TotalSegmentator((task,), "fast", "cpu").segment(volume, "n")
        for label in alone.labels:
            values = [other.value for other in together.labels if (other.name, other.task) == (label.name, task)]
            there = alone.mask.values == label.value
            assert np.array_equal(np.isin(together.mask.values, values), there), (task, label.name)


def test_a_smaller_tile_or_the_cpu_is_taken_where_memory_runs_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    segmenter = TotalSegmentator(speed="fast", device="cpu")
    whole = segmenter.segment(noise(), "n")
    weights = segmenter._weights[0]
    net = Network.of(weights.folder, weights.folds, 0.8, "cpu")._predictor.network
    forward = net.forward

    def small_memory(image: "torch.Tensor") -> "torch.Tensor":
        if image.numel() > 16 * 32 * 16:
            raise torch.OutOfMemoryError("a device of little memory")
        return forward(image)

    monkeypatch.setattr(net, "forward", small_memory)
    made = segmenter.segment(noise(), "n")
    assert whole.ran.tile == (16, 32, 32)
    assert made.ran == replace(whole.ran, tile=(16, 16, 32))
    monkeypatch.setattr(net, "forward", lambda image: (_ for _ in ()).throw(torch.OutOfMemoryError("none at all")))
    with pytest.raises(MemoryError):
        segmenter.segment(noise(), "n")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.zeros((20, 20, 20), np.int16), "constant_volume"),
        (np.zeros((20, 20), np.int16), "not_a_volume"),
        (np.where(np.arange(8000) == 5, np.nan, 1).reshape(20, 20, 20), "not_finite"),
    ],
)
def test_a_volume_that_cannot_be_segmented(values: np.ndarray, reason: str, home: Path) -> None:
    with pytest.raises(VolumeError) as error:
        TotalSegmentator(speed="fast", device="cpu").segment(Voxels(values, np.eye(4)), "n")
    assert error.value.reason == reason


def test_missing_weights_are_one_line_with_folder_and_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOTALSEG_HOME_DIR", str(tmp_path / "nothing"))
    with pytest.raises(MedmillError, match=r"Dataset297\S+.*totalseg_download_weights -t total_fast") as error:
        TotalSegmentator(speed="fast").check()
    assert "\n" not in str(error.value)
    with pytest.raises(MedmillError, match=r"-t total && totalseg_download_weights -t lung_nodules"):
        TotalSegmentator(("total", "lung_nodules")).check()
    assert not (tmp_path / "nothing").exists(), "nothing is made, nothing is fetched"


def test_a_task_bound_by_a_licence_is_named_as_such(home: Path) -> None:
    with pytest.raises(MedmillError, match=r"heartchambers_highres is bound by .* licence.*totalseg_set_license"):
        TotalSegmentator(("total", "heartchambers_highres"), "fast").check()


def test_a_task_that_there_is_not(home: Path) -> None:
    with pytest.raises(UsageError, match="no task lungs for chest CT; it has total, body"):
        TotalSegmentator(("lungs",)).check()


def test_weights_are_part_of_the_fingerprint_and_their_place_is_not(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    before = TotalSegmentator(speed="fast").fingerprint
    shutil.copytree(home, tmp_path / "moved")
    monkeypatch.setenv("TOTALSEG_HOME_DIR", str(tmp_path / "moved"))
    assert TotalSegmentator(speed="fast").fingerprint == before
    next((tmp_path / "moved").rglob("Dataset297*/**/checkpoint_final.pth")).write_bytes(b"other")
    assert TotalSegmentator(speed="fast").fingerprint != before


def test_the_table_of_tasks_is_that_of_the_package() -> None:
    from totalsegmentator.map_tasks_config import TASK_CONFIGS
    from totalsegmentator.map_to_binary import class_map, commercial_models

    for task in tasks().values():
        config = TASK_CONFIGS[task.name]
        modes = config.get("sub_modes", {"default": config})
        assert task.bound == (task.name in commercial_models) == bool(config.get("commercial", False))
        assert task.weights == numbers(modes["default"]["task_id"])
        assert task.fast == (numbers(modes["fast"]["task_id"]) if "fast" in modes else ())
        assert class_map[task.name]
        assert "crop_model" not in config
        assert not config.get("cascade")


def numbers(told: int | list[int]) -> tuple[int, ...]:
    return tuple(told) if isinstance(told, list) else (told,)


def noise(shape: tuple[int, int, int] = (40, 36, 20)) -> Voxels:
    values = np.random.default_rng(0).normal(0, 300, shape).astype(np.int16)
    return Voxels(values, np.diag([3.0, 3.0, 3.0, 1.0]))


@pytest.mark.real
def test_a_small_net_learns_the_labels_it_is_shown_and_finds_no_others(samples: Path, tmp_path: Path) -> None:
    """How well it finds them is not asked: it was trained for seconds, on this very volume."""
    from annotators.segmenting.small_net import SmallNet

    folder = samples / "totalsegmentator_ct"
    pair = read(folder / "example_ct_sm.nii.gz"), read(folder / "example_seg.nii.gz")
    for name in ("one", "two"):
        SmallNet("fast", (2, 4), steps=3, patch=(16, 32, 32)).write(tmp_path / name, [pair])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOTALSEG_HOME_DIR", str(tmp_path / "one"))
        first = TotalSegmentator(speed="fast", device="cpu")
        made = first.segment(pair[0], "ct")
        patch.setenv("TOTALSEG_HOME_DIR", str(tmp_path / "two"))
        assert state(tmp_path / "one") == state(tmp_path / "two")
    assert set(np.unique(made.mask.values)) <= set(np.unique(pair[1].values))


def state(home: Path) -> list[bytes]:
    import torch

    weights = torch.load(next(home.rglob("checkpoint_final.pth")), weights_only=False)["network_weights"]
    return [value.numpy().tobytes() for value in weights.values()]
