"""Releases that earlier versions of medmill wrote: every later one reads, verifies and diffs them.

`golden/format-N` is a release of 16 synthetic studies as the first medmill of that format wrote it. It is never
written anew: where a test here fails, what breaks is somebody's published dataset.
"""

from pathlib import Path

import pytest

from builders.api import build
from releases.diff import diff
from releases.sums import read_sums
from releases.verify import verify
from schemas.release import RELEASE_FORMAT, read_release
from tests.releases.conftest import Releasing

GOLDEN = sorted((Path(__file__).parent / "golden").iterdir())


def test_there_is_one_of_every_format() -> None:
    assert [path.name for path in GOLDEN] == [f"format-{n}" for n in range(1, RELEASE_FORMAT + 1)]


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)
def test_an_old_release_is_read_and_verified(golden: Path) -> None:
    made = read_release(golden)
    assert made.version == "1.0.0" and {config.name for config in made.configs} >= {"corpus", "rankings"}
    assert verify(golden) == [] and len(read_sums(golden)) > 20


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)
def test_a_release_of_today_is_compared_with_an_old_one(golden: Path, tmp_path: Path, releasing: Releasing) -> None:
    settings = {"top_k": "2", "sample": "0"}
    build("mimic-ir", sources={"synthetic": "17"}, out=tmp_path / "build", workers=0, settings=settings)
    releasing(tmp_path / "build", tmp_path / "new", version="2.0.0", previous=golden)
    found = diff(golden, tmp_path / "new")
    corpus = next(config for config in found.configs if config.name == "corpus")
    assert corpus.rows_same + corpus.rows_changed == read_release(golden).config("corpus").rows
    assert corpus.rows_added <= 1 and found.bump in ("major", "minor")
    assert "First release." in (tmp_path / "new" / "CHANGELOG.md").read_text()
