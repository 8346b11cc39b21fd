"""Worker processes, here and on a cluster of its own: the same bytes, one error at once, a clean way out."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest
from distributed import Client

from builders import engine
from builders.base import Stage
from builders.machine import Gpu
from builders.probe import PoolLostError, Probe, ProbeError, demand
from builders.run import Orders, make
from builders.source_code import whole_code_hash
from builders.state import state_of
from builders.threads import environment, limits, polars_threads
from schemas.errors import MedmillError
from schemas.manifest import read_manifest
from tests.builders.chaos import Cluster, cluster, digests, ended, start, strike, tasks_done, wait_until, workers_of
from tests.builders.chaos_build import NAPS
from tests.builders.mill import mill


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("here") / "out"
    make(mill(naps=NAPS), out, Orders(workers=0))
    return digests(out)


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("remote")) as running:
        yield running


@pytest.mark.parametrize("workers", [1, 4])
def test_any_number_of_workers_gives_the_same_bytes(workers: int, tmp_path: Path, here: dict[str, str]) -> None:
    manifest = make(mill(naps=NAPS), tmp_path / "out", Orders(workers=workers))
    assert digests(tmp_path / "out") == here
    assert manifest.peak_rss_bytes > 0
    assert all(stage.seconds > 0 for stage in manifest.stages)


def test_a_cluster_of_the_users_gives_the_same_bytes_and_lives_on(
    tmp_path: Path, remote: Cluster, here: dict[str, str]
) -> None:
    make(mill(naps=NAPS), tmp_path / "out", Orders(scheduler=remote.address))
    assert digests(tmp_path / "out") == here
    remote.wait_for_workers(2)


def test_no_scheduler_is_an_error_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "REACH", 1.0)
    with pytest.raises(ProbeError, match=r"--scheduler tcp://127.0.0.1:9: no Dask scheduler answers there"):
        make(mill(), tmp_path / "out", Orders(scheduler="tcp://127.0.0.1:9"))


@dataclass(frozen=True)
class OnGpu(Stage):
    """A stage that needs what nobody here has."""

    resources = {"GPU": 1}  # noqa: RUF012

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        return frames[0]


def test_a_resource_that_no_worker_offers_is_an_error_at_once(tmp_path: Path, remote: Cluster) -> None:
    recipe = mill()
    tables = [replace(table, stage=OnGpu()) if table.name == "polished" else table for table in recipe.tables]
    with pytest.raises(ProbeError, match=r"table polished needs GPU=1, workers offer nothing; start them with"):
        make(replace(recipe, tables=tables), tmp_path / "out", Orders(scheduler=remote.address))


@dataclass(frozen=True)
class SeesItsGpu(OnGpu):
    """Passes only where one GPU is to be seen."""

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        if os.environ["CUDA_VISIBLE_DEVICES"] != "0":
            raise RuntimeError
        return frames[0]


def test_there_is_one_worker_process_per_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Needs no GPU: a machine with one is made believe, and the stage looks at what its worker was given."""
    monkeypatch.setattr(engine, "gpus", lambda: (Gpu("pretended", 0, ""),))
    recipe = mill()
    tables = [replace(table, stage=SeesItsGpu()) if table.name == "polished" else table for table in recipe.tables]
    manifest = make(replace(recipe, tables=tables), tmp_path / "out", Orders(workers=1))
    assert manifest.stage("polished").rows_out == 60


def test_a_probe_says_what_a_worker_lacks(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("four")
    threads, code = polars_threads(), whole_code_hash()
    seen = {str(tmp_path / "here"): 4}
    with environment(limits(threads)):  # a probe holds its process to the threads, which here is that of all tests
        assert Probe(seen, code)(threads) == ""
        assert f"does not see {tmp_path / 'gone'}" in Probe({str(tmp_path / "gone"): 4}, code)(threads)
        assert "sees another file at" in Probe({str(tmp_path / "here"): 5}, code)(threads)
        assert "another version of medmill's code" in Probe(seen, "0" * 32)(threads)
        assert f"start the worker with POLARS_MAX_THREADS={threads + 1}" in Probe(seen, code)(threads + 1)


def test_a_scheduler_without_workers_is_an_error() -> None:
    with pytest.raises(ProbeError, match=r"the scheduler has no worker"):
        demand({}, {}, {})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_a_build_that_goes_on(number: signal.Signals, tmp_path: Path, here: dict[str, str]) -> None:
    build = start(tmp_path / "out")
    wait_until(tmp_path / "out", 20, build)
    workers = workers_of(build)
    build.send_signal(number)
    assert ended(build) == (130, "interrupted\n")
    assert len(workers) == 2
    end = time.monotonic() + 30
    while any(worker.is_running() for worker in workers) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(worker.is_running() for worker in workers)
    assert state_of(tmp_path / "out").state == "interrupted"
    make(mill(naps=NAPS), tmp_path / "out", Orders(workers=0))
    assert digests(tmp_path / "out") == here
    assert read_manifest(tmp_path / "out").status == "complete"


@dataclass(frozen=True)
class Poison(Stage):
    """Ends the process that runs it on one partition, as the kernel does when memory is out."""

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        if "i00013" in frames[0]["id"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return frames[0]


def test_a_partition_that_kills_its_workers_is_reported_and_the_others_finish(tmp_path: Path) -> None:
    recipe = mill()
    tables = [replace(table, stage=Poison()) if table.name == "polished" else table for table in recipe.tables]
    with pytest.raises(MedmillError, match=r"^polished/from-00012: its worker died every time it was tried"):
        make(replace(recipe, tables=tables), tmp_path / "out", Orders(workers=2))
    assert read_manifest(tmp_path / "out").stage("polished").rows_out == 48


def test_a_cluster_that_loses_its_last_worker_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOOK", 0.2)
    monkeypatch.setattr(engine, "DESERTED", 1.0)
    with cluster(tmp_path / "cluster", workers=1) as running:
        build = threading.Thread(target=_kill_when_at_work, args=(tmp_path / "out", running.processes[1]))
        build.start()
        with pytest.raises(PoolLostError, match=r"all workers are gone; start some, then the same command goes on"):
            make(mill(naps=0.2), tmp_path / "out", Orders(scheduler=running.address))
        build.join()


def test_a_result_lost_with_the_last_worker_does_not_keep_the_pool_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dask says at once, for ever, that it is lost: the pool turned in a circle and never looked for workers."""
    monkeypatch.setattr(engine, "LOOK", 0.2)
    monkeypatch.setattr(engine, "DESERTED", 1.0)
    with cluster(tmp_path / "cluster", workers=1) as running, Client(running.address, set_as_default=False) as client:
        pool = engine.DaskPool(client)
        future = client.submit(int, "7", pure=False)
        pool._keys[future.key] = "table/partition"
        future.result(timeout=30)
        strike(running.processes[1])
        end = time.monotonic() + 30
        while future.status != "lost" and time.monotonic() < end:
            time.sleep(0.05)
        future.add_done_callback(pool._ended.put)
        with pytest.raises(PoolLostError, match="all workers are gone"):
            pool.next()


def _kill_when_at_work(out: Path, worker: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while tasks_done(out) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    strike(worker)


class Deaf:
    """Gets a signal while it is destroyed, where Python drops what the handler raises."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


@dataclass(frozen=True)
class StopsInADestructor(Stage):
    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        Deaf()
        return frames[0]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_is_swallowed_in_a_destructor_still_stops_the_build(tmp_path: Path) -> None:
    recipe = mill()
    tables = [replace(t, stage=StopsInADestructor()) if t.name == "polished" else t for t in recipe.tables]
    with pytest.raises(KeyboardInterrupt):
        make(replace(recipe, tables=tables), tmp_path / "out", Orders(workers=0))
    make(recipe, tmp_path / "out", Orders(workers=0))
    assert read_manifest(tmp_path / "out").status == "complete"
