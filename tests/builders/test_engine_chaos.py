"""kill -9 at seeded moments: after a re-run, every Parquet file has the bytes of an undisturbed build.

Two moments per kind here; fifty under the marker `soak`.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.run import Orders, make
from tests.builders.chaos import (
    Cluster,
    cluster,
    digests,
    ended,
    moment,
    start,
    strike,
    wait_until,
    workers_of,
)
from tests.builders.chaos_build import NAPS
from tests.builders.mill import mill

pytestmark = pytest.mark.chaos
SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 50))]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    make(mill(naps=NAPS), out, Orders(workers=0))
    return digests(out)


def run_again(out: Path) -> None:
    make(mill(naps=NAPS), out, Orders(workers=0))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_worker_changes_nothing(seed: int, tmp_path: Path, undisturbed: dict[str, str]) -> None:
    """The build itself goes on: the worker is started again, its tasks run elsewhere."""
    build = start(tmp_path / "out")
    wait_until(tmp_path / "out", moment("worker", seed), build)
    if build.poll() is None and (workers := workers_of(build)):
        strike(random.Random(seed).choice(workers))
    assert ended(build) == (0, "")
    assert digests(tmp_path / "out") == undisturbed


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_build_goes_on(seed: int, tmp_path: Path, undisturbed: dict[str, str]) -> None:
    """Its workers may live a moment longer, and write while the next run reads."""
    build = start(tmp_path / "out")
    wait_until(tmp_path / "out", moment("build", seed), build)
    strike(build)
    ended(build)
    run_again(tmp_path / "out")
    assert digests(tmp_path / "out") == undisturbed


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("remote")) as running:
        yield running


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_remote_worker_changes_nothing(
    seed: int, tmp_path: Path, remote: Cluster, undisturbed: dict[str, str]
) -> None:
    build = start(tmp_path / "out", scheduler=remote.address)
    wait_until(tmp_path / "out", moment("remote worker", seed), build)
    victim = remote.processes.pop(random.Random(seed).choice((1, 2)))
    strike(victim)
    remote.start_worker()
    assert ended(build) == (0, "")
    assert digests(tmp_path / "out") == undisturbed
    victim.wait()
    remote.wait_for_workers(2)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_scheduler_ends_the_build_in_one_line(seed: int, tmp_path: Path, undisturbed: dict[str, str]) -> None:
    with cluster(tmp_path / "cluster") as running:
        build = start(tmp_path / "out", scheduler=running.address)
        wait_until(tmp_path / "out", moment("scheduler", seed), build)
        strike(running.processes[0])
        code, said = ended(build)
    if code:
        assert (code, said.count("\n")) == (1, 1), said
        assert "the Dask scheduler is gone" in said
    run_again(tmp_path / "out")
    assert digests(tmp_path / "out") == undisturbed
