"""What is no whole release, or may not go to a Hub, is refused before anything is sent."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.releases.hub_place import Place, content, release, sums, write
from tests.releases.hub_server import Fault, HubServer


def test_physionet_and_local_releases_stay(place: Place, hub: HubServer, tmp_path: Path) -> None:
    said = place.refused(release(tmp_path / "theirs", target="physionet"))
    assert "its terms ask for PhysioNet; submit this folder at https://physionet.org/about/publish" in said
    said = place.refused(release(tmp_path / "home", target="local"))
    assert "released for local, so it may hold what must not leave; release the build again with --target hub" in said
    assert hub.asked == []


def test_damaged_and_missing_files(place: Place, hub: HubServer, tmp_path: Path) -> None:
    folder = release(tmp_path / "one")
    write(folder, "croissant.json", "{}")
    assert "croissant.json: not the content that SHA256SUMS lists (1 files differ)" in place.refused(folder)

    (folder / "croissant.json").unlink()
    assert "croissant.json: listed in SHA256SUMS, but not a file of this folder" in place.refused(folder)

    listed = (folder / "SHA256SUMS").read_text(encoding="utf-8")
    write(folder, "SHA256SUMS", "".join(line for line in listed.splitlines(True) if "release.json" not in line))
    assert "SHA256SUMS: does not list release.json; release the build again" in place.refused(folder)

    write(folder, "SHA256SUMS", "nonsense\n")
    assert "SHA256SUMS: expected lines of a SHA-256, two spaces and a path" in place.refused(folder)

    write(folder, "release.json", '{"format_version": 2, "dataset": 1, "version": 1, "target": "hub", "gated": false}')
    assert "release.json: format 2, expected 1; use the medmill that wrote it" in place.refused(folder)

    write(folder, "release.json", "{}")
    assert "release.json: no format_version, dataset, version, target, gated" in place.refused(folder)

    write(folder, "release.json", "[")
    assert "release.json: not a JSON object" in place.refused(folder)

    (folder / "release.json").unlink()
    assert "no release.json to read; expected a folder that `medmill release` wrote" in place.refused(folder)
    assert hub.asked == []


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../b"])
def test_paths_that_leave_the_folder(place: Place, hub: HubServer, tmp_path: Path, path: str) -> None:
    folder = release(tmp_path / "one")
    with (folder / "SHA256SUMS").open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  {path}\n")
    assert f"SHA256SUMS: {path}: not a path inside a release" in place.refused(folder)
    assert hub.asked == []


def test_a_link_out_of_the_folder_is_not_followed(place: Place, hub: HubServer, tmp_path: Path) -> None:
    folder = release(tmp_path / "one")
    write(tmp_path, "report.txt", "a report")
    (folder / "notes.txt").symlink_to(tmp_path / "report.txt")
    sums(folder)
    assert "notes.txt: listed in SHA256SUMS, but not a file of this folder" in place.refused(folder)
    assert hub.asked == []


def test_what_no_checksum_lists_stays_at_home(place: Place, hub: HubServer, tmp_path: Path) -> None:
    folder = release(tmp_path / "one")
    write(folder, ".DS_Store", "x")
    told = place.pushed(folder)
    assert told["stays_at_home"] == [".DS_Store"]
    held = hub.datasets[place.repo].past[-1]
    assert set(held) - {".gitattributes"} == set(content(folder)) - {".DS_Store"}


def test_a_file_that_changes_while_it_is_pushed(place: Place, hub: HubServer, tmp_path: Path) -> None:
    folder = release(tmp_path / "one")
    change = Fault("before", "POST", "/branch/", call=lambda: write(folder, "CHANGELOG.md", "other"))
    hub.faults.append(change)
    assert "CHANGELOG.md changed while it was pushed; release the build again" in place.refused(folder)
    assert len(hub.datasets[place.repo].past) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--branch", "main"),
            "--branch main: expected letters, digits, dots and hyphens, and another branch than main",
        ),
        (("--branch", "a b"), "--branch a b: expected"),
        (("--repo", "demo"), "--repo demo: expected ORG/NAME, such as my-lab/openi-ir"),
    ],
)
def test_usage(place: Place, hub: HubServer, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    if "--repo" in options:
        place.repo, options = options[1], ()
    assert said in place.refused(release(tmp_path / "one"), *options, code=2)
    assert hub.asked == []


def test_an_endpoint_that_is_no_address(place: Place, hub: HubServer, tmp_path: Path) -> None:
    said = place.refused(release(tmp_path / "one"), code=2, HF_ENDPOINT="hub.example.org")
    assert "HF_ENDPOINT: expected the address of a Hub, such as https://hub.example.org, without a user" in said


def test_the_missing_extra_is_told_in_one_line(place: Place, tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['huggingface_hub'] = None\nfrom builders.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", program, "push", str(release(tmp_path / "one")), "--repo", place.repo]
    done = subprocess.run(words, env=place.env, text=True, capture_output=True)
    assert done.returncode == 1
    assert "needs the extra `hub`: pip install '.[hub]'" in done.stderr.splitlines()[-1]
