"""A release that medmill itself made goes to a Hub, and comes back as it was, table by table."""

from pathlib import Path

from tests.releases.conftest import Releasing
from tests.releases.hub_place import Place, assert_same, content, tables


def test_a_release_of_a_build_comes_back(open_build: Path, releasing: Releasing, place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    made = releasing(open_build, folder, target="hub")
    told = place.pushed(folder)

    assert told["tag"] == f"v{made.version}"
    assert place.snapshots(tmp_path, "main") == {"main": content(folder)}
    configs = [config.name for config in made.configs]
    assert_same(place.load(tmp_path / "read", "v1.0.0", *configs), tables(folder, *configs))


def test_what_derives_from_mimic_stays(released: Path, place: Place) -> None:
    assert "its terms ask for PhysioNet" in place.refused(released)
