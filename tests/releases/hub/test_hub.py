"""A release on a Hub, over real HTTP: pushed whole, read back by others, followed by a second version."""

import json
from pathlib import Path

import pytest

from tests.releases.hub_place import Place, assert_same, content, release, tables
from tests.releases.hub_server import HubServer
from tests.releases.hub_state import Blob, Dataset


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return release(tmp_path / "first")


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """Another version: no test split, one shard changed, one as it was."""
    return release(tmp_path / "second", "1.1.0", test=False)


def test_others_read_what_was_pushed(place: Place, first: Path, tmp_path: Path) -> None:
    done = place.push(first)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith(f"pushed: {place.url}/datasets/{place.repo} v1.0.0, ")
    assert place.snapshots(tmp_path, "main", "v1.0.0") == {"main": content(first), "v1.0.0": content(first)}
    assert_same(place.load(tmp_path / "read", "v1.0.0", "corpus"), tables(first, "corpus"))


def test_a_second_version_replaces_the_first_and_its_tag_stays(
    place: Place, first: Path, second: Path, tmp_path: Path
) -> None:
    place.pushed(first)
    told = place.pushed(second)

    assert (told["state"], told["tag"], told["remove"]) == ("pushed", "v1.1.0", ["corpus/test-00000-of-00001.parquet"])
    assert "corpus/train-00000-of-00002.parquet" not in [file["path"] for file in told["upload"]]
    old, new = content(first), content(second)
    assert place.snapshots(tmp_path, "main", "v1.1.0", "v1.0.0") == {"main": new, "v1.1.0": new, "v1.0.0": old}
    assert_same(place.load(tmp_path / "read", "main", "corpus"), tables(second, "corpus"))


def test_nothing_that_is_there_is_uploaded_again(place: Place, hub: HubServer, first: Path, second: Path) -> None:
    place.pushed(first)
    assert len(hub.puts) == len(set(hub.puts)) == 4  # two shards of train, test, the sample

    place.pushed(second)
    assert len(hub.puts) == 5  # one shard changed


def test_the_branch_is_gone_at_the_end_unless_it_was_named(
    place: Place, hub: HubServer, first: Path, second: Path
) -> None:
    place.pushed(first)
    assert set(hub.datasets[place.repo].branches) == {"main"}

    place.pushed(second, "--branch", "for-review")
    assert set(hub.datasets[place.repo].branches) == {"main", "for-review"}


def test_a_pushed_version_is_left_alone(place: Place, first: Path) -> None:
    commit = place.pushed(first)["commit"]
    again = place.push(first)

    assert again.returncode == 0
    assert again.stdout == f"already pushed: {place.url}/datasets/{place.repo} v1.0.0, nothing to do\n"
    assert place.pushed(first)["commit"] == commit


def test_a_version_does_not_change(place: Place, first: Path, tmp_path: Path) -> None:
    place.pushed(first)
    other = release(tmp_path / "other", rows=41)
    said = place.refused(other)
    assert "has version 1.0.0 with other content (4 files differ, such as corpus/test-00000-of-00001.parquet)" in said
    assert "release under a new one" in said


def test_an_older_version_does_not_replace_a_newer_one(place: Place, first: Path, tmp_path: Path) -> None:
    place.pushed(release(tmp_path / "newer", "1.10.0"))
    assert "is at version 1.10.0, newer than 1.0.0" in place.refused(first)


def test_another_dataset_is_not_overwritten(place: Place, first: Path, tmp_path: Path) -> None:
    place.pushed(first)
    other = release(tmp_path / "other", "2.0.0", dataset="other-ir")
    assert "holds the dataset demo-ir, not other-ir; name another --repo" in place.refused(other)


def test_files_of_others_are_not_overwritten(place: Place, hub: HubServer, first: Path) -> None:
    dataset = hub.datasets[place.repo] = Dataset(place.repo)
    dataset.put("main", {"data.csv": Blob(b"a,b\n", large=False)}, "by hand")
    assert "holds files that no release of medmill put there (1, such as data.csv)" in place.refused(first)
    assert set(dataset.branches) == {"main"}


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(
    place: Place, hub: HubServer, first: Path, second: Path
) -> None:
    fresh = place.push(first, "--dry-run")
    assert [line.split() for line in fresh.stdout.splitlines() if "README.md" in line] == [
        ["0.000", "MB", "upload", "README.md"]
    ]
    assert len(fresh.stdout.splitlines()) == len(content(first)) + 1
    assert hub.datasets == {}

    place.pushed(first)
    asked = len(hub.asked)
    later = place.pushed(second, "--dry-run")
    assert (later["state"], later["remove"]) == ("to push", ["corpus/test-00000-of-00001.parquet"])
    assert sorted(file["path"] for file in later["upload"]) == sorted(
        path for path, data in content(second).items() if content(first).get(path) != data
    )
    assert {method for method, _ in hub.asked[asked:]} == {"GET"}
    assert place.pushed(first, "--dry-run")["state"] == "already pushed"


def test_json_is_all_of_standard_output_and_quiet_says_nothing_else(place: Place, first: Path) -> None:
    done = place.push(first, "--json", "--quiet")
    assert done.stderr == ""
    assert json.loads(done.stdout)["url"] == f"{place.url}/datasets/{place.repo}"


def test_private_when_asked(place: Place, hub: HubServer, first: Path, second: Path) -> None:
    place.pushed(first, "--private")
    assert hub.datasets[place.repo].private

    hub.datasets[place.repo].private = False
    assert "is public; make it private in its settings, or leave out --private" in place.refused(second, "--private")


@pytest.mark.parametrize("gate", ["manual", "auto"])
def test_a_gate_is_up_before_anything_is_there(place: Place, hub: HubServer, tmp_path: Path, gate: str) -> None:
    place.pushed(release(tmp_path / "gated", gated=True), "--gate", gate)
    assert hub.datasets[place.repo].gated == gate
    addresses = [path for _, path in hub.asked]
    assert addresses.index(f"/api/datasets/{place.repo}/settings") < min(
        number for number, path in enumerate(addresses) if "/preupload/" in path or "/branch/" in path
    )


def test_a_gate_is_left_as_its_owner_set_it(place: Place, hub: HubServer, first: Path, tmp_path: Path) -> None:
    place.pushed(first)
    hub.datasets[place.repo].gated = "auto"
    place.pushed(release(tmp_path / "gated", "1.1.0", gated=True))
    assert hub.datasets[place.repo].gated == "auto"
    place.pushed(release(tmp_path / "open", "1.2.0"))
    assert hub.datasets[place.repo].gated == "auto"


def test_nothing_is_sent_to_a_server_without_gates_that_the_terms_demand(
    place: Place, hub: HubServer, tmp_path: Path
) -> None:
    hub.gates = False
    said = place.refused(release(tmp_path / "gated", gated=True))
    assert "does not have readers ask for access" in said
    assert not hub.puts


def test_large_files_go_in_parts_where_the_server_asks_for_it(
    place: Place, hub: HubServer, first: Path, tmp_path: Path
) -> None:
    hub.part = 700
    place.pushed(first)
    assert any(put.endswith("/2") for put in hub.puts)
    assert place.snapshots(tmp_path, "main") == {"main": content(first)}


def test_long_lists_come_in_pages(place: Place, hub: HubServer, first: Path, tmp_path: Path) -> None:
    hub.page = 2
    place.pushed(first)
    assert hub.count("GET", "/tree/") > 10
    assert place.snapshots(tmp_path, "main") == {"main": content(first)}


def test_over_xet_main_takes_the_files_of_the_branch(place: Place, hub: HubServer, first: Path, second: Path) -> None:
    """The copying of the way over Xet; that files travel by Xet itself needs a server we do not have."""
    place.pushed(first)
    done = place.driven(second, "--xet")

    assert done.returncode == 0, done.stderr
    dataset = hub.datasets[place.repo]
    assert {path: blob.data for path, blob in dataset.past[-1].items() if path != ".gitattributes"} == content(second)
    assert dataset.tags["v1.1.0"] == done.stdout.splitlines()[-1]
    assert hub.count("POST", "/preupload/main") == 1  # of the first version; copies need none
