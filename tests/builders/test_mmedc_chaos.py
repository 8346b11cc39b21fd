"""kill -9 of a build of `mmedc` at seeded moments, and the same build on a cluster: the files have the same bytes.

Three moments here; twenty under the marker `soak`.
"""

from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

import pytest

from builders.api import build
from tests.builders.chaos import cluster, digests, ended, moment, start_medmill, strike, tasks_done, wait_until
from tests.builders.web_texts import write_web

pytestmark = pytest.mark.chaos
SEEDS = [*range(3), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(3, 20))]


@dataclass(frozen=True)
class Undisturbed:
    """A build that nobody disturbed: what it was made of, its tasks, and its files."""

    sources: dict[str, str]
    tasks: int
    files: dict[str, str]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    sources = write_web(folder / "web", each=3).sources()
    build("mmedc", sources=sources, out=folder / "out", workers=0)
    assert (folder / "out" / "corpus.web-jsonl").is_dir()
    return Undisturbed(sources, tasks_done(folder / "out"), digests(folder / "out"))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_build_goes_on(seed: int, tmp_path: Path, undisturbed: Undisturbed) -> None:
    out, named = tmp_path / "out", [f"--source={name}={place}" for name, place in undisturbed.sources.items()]
    killed = start_medmill("build", "mmedc", *named, "--out", str(out), "--workers", "2", "--quiet", "--no-qc")
    wait_until(out, moment("mmedc", seed, undisturbed.tasks), killed)
    strike(killed)
    assert ended(killed)[0] == -SIGKILL
    build("mmedc", sources=undisturbed.sources, out=out, workers=0)
    assert digests(out) == undisturbed.files


def test_a_cluster_makes_the_same_bytes(tmp_path: Path, undisturbed: Undisturbed) -> None:
    with cluster(tmp_path / "cluster") as running:
        build("mmedc", sources=undisturbed.sources, out=tmp_path / "out", scheduler=running.address)
    assert digests(tmp_path / "out") == undisturbed.files
