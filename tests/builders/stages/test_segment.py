"""Mask files of volumes by a real net: rows, rejected volumes, and what a kill loses."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from annotators.segmenting.network import Network
from annotators.segmenting.segmenter import Segmented
from annotators.segmenting.sides import sided
from annotators.segmenting.total_segmentator import TotalSegmentator
from builders.run import Orders, make
from builders.stages.segment import Segment
from schemas.checksums import sha256_of
from schemas.voxels import Voxels
from tests.annotators.segmenting.conftest import read
from tests.annotators.segmenting.nets import random_net
from tests.builders.chaos import ROOT, strike
from tests.builders.stages.segmenting import Noise, Slow, recipe

pytestmark = pytest.mark.heavy
FAST = TotalSegmentator(speed="fast", device="cpu")


@pytest.fixture(scope="module", autouse=True)
def weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOTALSEG_HOME_DIR", str(folder))
        random_net(folder, 297, "total", "fast")
        yield folder


def rows(out: Path) -> pl.DataFrame:
    return pl.read_parquet(out / "segmentations" / "*.parquet")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build that nothing happened to."""
    out = tmp_path_factory.mktemp("whole") / "out"
    make(recipe(Noise(), FAST), out, Orders(workers=0))
    return out


def test_a_mask_file_a_volume_on_its_grid_and_in_hounsfield_units(whole: Path) -> None:
    made = rows(whole)
    assert made["id"].to_list() == ["v0", "v1", "v2", "v3"]
    for row in made.iter_rows(named=True):
        stored = Noise().voxels(f"{row['id']}.nii.gz")
        wanted = sided(FAST.segment(Voxels(stored.values - 1024, stored.affine), row["id"])).mask
        mask = read(whole / row["path"])
        assert np.array_equal(mask.values, wanted.values)
        assert np.array_equal(mask.affine, stored.affine)
        assert sha256_of(whole / row["path"]) == row["sha256"]
        assert (row["backend"], row["device"], row["precision"]) == ("totalsegmentator", "cpu", "float32")
        assert row["tile"] == [16, 32, 32]
        assert len({label["name"] for label in row["labels"] if label["task"] == "total"}) == 117
        assert row["model"] == FAST.fingerprint


def test_a_bad_volume_is_rejected_and_the_others_go_on(tmp_path: Path) -> None:
    make(recipe(Noise(bad=1, flat=2), FAST), tmp_path / "out", Orders(workers=0))
    assert rows(tmp_path / "out")["id"].to_list() == ["v0", "v3"]
    rejected = pl.read_parquet(tmp_path / "out" / "rejected" / "segmentations" / "*.parquet").sort("id")
    assert rejected.select("id", "reason").rows() == [("v1", "truncated"), ("v2", "constant_volume")]


def test_a_net_that_fails_on_a_volume_rejects_it(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A net that gives infinite scores, in a home of its own."""
    import torch

    monkeypatch.setenv("TOTALSEG_HOME_DIR", str(tmp_path / "home"))
    folder = random_net(tmp_path / "home", 297, "total", "fast")
    checkpoint = torch.load(folder / "fold_0" / "checkpoint_final.pth", weights_only=False)
    checkpoint["network_weights"]["decoder.seg_layers.0.bias"].fill_(1e30)
    torch.save(checkpoint, folder / "fold_0" / "checkpoint_final.pth")
    source = Noise(count=2)
    made = Segment(TotalSegmentator(speed="fast", device="cpu"), source)(
        source.read("volumes", "all"), folder=tmp_path / "a/b/c/d"
    )
    assert made.frame.is_empty()
    assert made.rejected["reason"].to_list() == ["segmentation_failed"] * 2


def test_a_build_outlives_a_device_of_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory for half a tile at first, for none from the third volume on: smaller tiles, then rejected rows."""
    import torch

    FAST.segment(Noise().voxels("v0.nii.gz"), "v0")
    weights = FAST._weights[0]
    net = Network.of(weights.folder, weights.folds, 0.8, "cpu")._predictor.network
    forward, segmented = net.forward, TotalSegmentator.segment
    most = {"v0": 8192, "v1": 8192, "v2": 0, "v3": 0}

    def limited(segmenter: TotalSegmentator, volume: Voxels, name: str) -> Segmented:
        def forward_of(image: "torch.Tensor") -> "torch.Tensor":
            if image.numel() > most[name]:
                raise torch.OutOfMemoryError("a device of little memory")
            return forward(image)

        monkeypatch.setattr(net, "forward", forward_of)
        return segmented(segmenter, volume, name)

    monkeypatch.setattr(TotalSegmentator, "segment", limited)
    alone = recipe(Noise(), FAST, overlap=1)
    make(alone, tmp_path / "out", Orders(workers=0))
    assert rows(tmp_path / "out").select("id", "tile", "device").rows() == [
        ("v0", [16, 16, 32], "cpu"), ("v1", [16, 16, 32], "cpu")
    ]  # fmt: skip
    rejected = pl.read_parquet(tmp_path / "out" / "rejected" / "segmentations" / "*.parquet").sort("id")
    assert rejected.select("id", "reason").rows() == [("v2", "segmentation_failed"), ("v3", "segmentation_failed")]
    assert rejected["detail"].str.contains("take fewer --workers").all()


def test_a_gpu_is_asked_for_where_the_setting_names_one() -> None:
    assert Segment(TotalSegmentator(device="cuda:0"), Noise()).resources == {"GPU": 1}
    assert Segment(TotalSegmentator(device="cpu"), Noise()).resources == {}


@pytest.mark.chaos
def test_a_kill_loses_the_volumes_in_flight_alone(whole: Path, tmp_path: Path) -> None:
    """Killed with -9 while two volumes wait inside the segmenter: the two files that were there are taken over."""
    out, log = tmp_path / "out", tmp_path / "log"
    code = "from tests.builders.stages.segmenting import main; main()"
    program = [sys.executable, "-c", code, str(out), str(log), "v2", "v3"]
    build = subprocess.Popen(program, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)
    wait_for(lambda: log.exists() and {"v2", "v3"} <= set(log.read_text().split()), build)
    strike(build)
    build.communicate()
    kept = {path.name: path.stat().st_ino for path in out.rglob("v?.nii.gz")}
    assert sorted(kept) == ["v0.nii.gz", "v1.nii.gz"]
    Path(f"{log}.go").touch()
    log.write_text("")
    make(recipe(Noise(), Slow(speed="fast", device="cpu", log=str(log), held=("v2", "v3"))), out, Orders(workers=0))
    assert sorted(log.read_text().split()) == ["v2", "v3"]
    assert {path.name: path.stat().st_ino for path in out.rglob("v[01].nii.gz")} == kept
    same = ["id", "bytes", "sha256", "labels", "tile"]
    assert rows(out).select(same).equals(rows(whole).select(same))


def wait_for(there, build: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 120
    while not there():
        assert build.poll() is None, build.communicate()[1].decode()[-2000:]
        assert time.monotonic() < end
        time.sleep(0.02)
