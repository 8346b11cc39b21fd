"""What a push says and does when the Hub, the network, the token or somebody else is in the way."""

import subprocess
import sys
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from releases.patience import wait_asked
from tests.releases.hub_place import READER, Place, content, release, sums, write
from tests.releases.hub_server import Fault, HubServer
from tests.releases.hub_state import Blob, Dataset

LFS = "^/lfs/"
STEPS = {
    "look": ("GET", "^/api/datasets/lab/demo-ir$"),
    "create": ("POST", "/repos/create"),
    "refs": ("GET", "/refs"),
    "branch": ("POST", "/branch/"),
    "tree": ("GET", "/tree/"),
    "preupload": ("POST", "/preupload/"),
    "batch": ("POST", "/info/lfs/objects/batch"),
    "put": ("PUT", LFS),
    "commit": ("POST", "/commit/medmill-1.0.0"),
    "move": ("POST", "/commit/main"),
    "tag": ("POST", "/tag/"),
    "tidy": ("DELETE", "/branch/"),
}


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return release(tmp_path / "first")


def is_whole(place: Place, hub: HubServer, folder: Path, version: str = "1.0.0") -> bool:
    dataset = hub.datasets[place.repo]
    tagged = dataset.commits[dataset.tags[f"v{version}"]]
    held = {path: blob.data for path, blob in tagged.items() if path != ".gitattributes"}
    return held == content(folder) and dataset.tags[f"v{version}"] == dataset.branches["main"]


@pytest.mark.parametrize("what", ["drop", "lost", "refuse"])
def test_a_fault_in_every_step_is_outlived(place: Place, hub: HubServer, first: Path, what: str) -> None:
    hub.faults += [Fault(what, *where) for where in STEPS.values()]  # type: ignore[arg-type]
    done = place.driven(first, *["0.01"] * 5)

    assert done.returncode == 0, done.stderr
    assert not any(fault.times for fault in hub.faults), "every fault happened"
    assert is_whole(place, hub, first)
    assert len(set(hub.puts)) == 4
    assert len(hub.puts) <= 5  # the one whose answer was lost, if its loss was not seen in time
    assert len(hub.datasets[place.repo].past) == 2, "main moved once"


def test_a_fault_is_told_with_the_pause_that_follows(place: Place, hub: HubServer, first: Path) -> None:
    hub.faults.append(Fault("refuse", "GET", "/refs", status=503))
    done = place.push(first)
    assert (
        "could not list the branches: the server answers 503 (Service Unavailable); trying again in 1 s" in done.stderr
    )


@pytest.mark.parametrize("what", ["drop", "refuse"])
def test_a_lasting_fault_ends_in_one_line_and_the_same_command_goes_on(
    place: Place, hub: HubServer, first: Path, what: str
) -> None:
    hub.faults.append(Fault(what, "PUT", LFS, times=100, skip=2))  # type: ignore[arg-type]
    done = place.driven(first, "0.01", "0.01")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("3 times in a row; the same command goes on where this one stopped")
    assert len(hub.datasets[place.repo].past) == 1, "main is as it was"

    hub.faults.clear()
    done = place.driven(first)
    assert done.returncode == 0, done.stderr
    assert is_whole(place, hub, first)
    assert len(hub.puts) == len(set(hub.puts)) == 4, "what had arrived was not sent again"


@pytest.mark.parametrize("header", ["Retry-After", "ratelimit", "date"])
def test_a_rate_limit_is_waited_for(place: Place, hub: HubServer, first: Path, header: str) -> None:
    words = {"Retry-After": "2", "ratelimit": '"api";r=0;t=2', "date": "Wed, 21 Oct 2015 07:28:00 GMT"}[header]
    named = {"Retry-After" if header == "date" else header: words}
    hub.faults.append(Fault("refuse", "POST", "/commit/", status=429, headers=named))
    done = place.driven(first, "0.01")
    assert done.returncode == 0, done.stderr
    wait = 0 if header == "date" else 2  # a date in the past asks for nothing
    assert f"answers 429 (Too Many Requests); trying again in {wait} s" in done.stdout


def test_a_date_to_try_again_is_understood() -> None:
    later = formatdate(time.time() + 30, usegmt=True)
    assert 25 < wait_asked({"retry-after": later}) <= 30
    assert wait_asked({"retry-after": "soon"}) == 0


def test_a_rate_limit_of_an_hour_is_told_not_waited_for(place: Place, hub: HubServer, first: Path) -> None:
    hub.faults.append(Fault("refuse", "POST", "/info/lfs", status=429, headers={"Retry-After": "3600"}, times=9))
    said = place.refused(first)
    assert "answers 429 (Too Many Requests) and asks for a pause of 3600 s; after that the same command goes on" in said


def test_no_server_at_all(place: Place, hub: HubServer, first: Path) -> None:
    place.url = "http://127.0.0.1:9"
    done = place.driven(first, "0.01")
    assert done.returncode == 1
    assert "could not look at the dataset: the connection to 127.0.0.1 failed ([Errno 111]" in done.stderr


@pytest.mark.parametrize("token", ["", "hf_expired0Token5520"])
def test_a_token_that_is_missing_or_expired(place: Place, hub: HubServer, first: Path, token: str) -> None:
    place.token = token or place.token
    said = place.refused(first, HF_TOKEN=token)
    assert "the token is missing, wrong or expired: run `hf auth login`, or set HF_TOKEN to one that may write" in said


def test_a_token_that_expires_on_the_way(place: Place, hub: HubServer, first: Path) -> None:
    hub.faults.append(Fault("refuse", "POST", "/commit/main", status=401, times=9))
    assert "could not commit to main: the token is missing, wrong or expired" in place.refused(first)
    hub.faults.clear()
    place.pushed(first)
    assert is_whole(place, hub, first)
    assert len(hub.puts) == 4


def test_a_token_without_the_right_to_write(place: Place, hub: HubServer, first: Path) -> None:
    said = place.refused(first, HF_TOKEN=READER)
    assert "the token may not do this to lab/demo-ir: ask its owner for the right to write, or use another one" in said


def test_the_token_is_not_shown_where_the_server_repeats_it(place: Place, hub: HubServer, first: Path) -> None:
    hub.faults.append(Fault("refuse", "*", "/refs", status=403, message=f"token {place.token} may not"))
    assert "(token *** may not)" in place.refused(first)


@pytest.mark.parametrize("odd", ["\x01", "\x7f'\"", "é", "\n"])
def test_a_token_that_no_header_may_hold_is_not_shown_either(
    place: Place, hub: HubServer, first: Path, odd: str
) -> None:
    token = f"hf_odd{odd}Token9913"
    said = place.driven(first, "0.01", HF_TOKEN=token)
    assert said.returncode == 1
    assert not any("hf_odd" in told or "Token9913" in told for told in place.said)
    assert not list(place.home.rglob("*.trace"))
    assert "could not look at the dataset: " in said.stderr


def test_the_token_of_hf_auth_login_is_used(place: Place, hub: HubServer, first: Path) -> None:
    (place.home / "token").write_text(place.token, encoding="utf-8")
    place.pushed(first, HF_TOKEN="")
    (place.home / "token").unlink()
    assert is_whole(place, hub, first)


def test_offline_is_told(place: Place, hub: HubServer, first: Path) -> None:
    assert "HF_HUB_OFFLINE is set; unset it to push" in place.refused(first, HF_HUB_OFFLINE="1")


def test_nothing_is_said_by_the_client_library(place: Place, hub: HubServer, first: Path) -> None:
    hub.faults += [Fault("refuse", "PUT", LFS), Fault("drop", "PUT", LFS)]
    done = place.push(first, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")


def test_main_that_moves_meanwhile_is_left_alone(place: Place, hub: HubServer, first: Path, tmp_path: Path) -> None:
    place.pushed(first)
    dataset = hub.datasets[place.repo]

    def edit() -> None:
        dataset.put("main", {**dataset.commits[dataset.branches["main"]], "NOTE.md": Blob(b"x", large=False)}, "a note")

    second = release(tmp_path / "second", "1.1.0")
    hub.faults.append(Fault("before", "POST", "/commit/main", call=edit))
    said = place.refused(second)
    assert "main of lab/demo-ir moved meanwhile, and was left as it is; look at" in said
    assert "run the same command again" in said
    assert "v1.1.0" not in dataset.tags

    puts = len(hub.puts)
    place.pushed(second)
    assert len(hub.puts) == puts
    held = dataset.commits[dataset.tags["v1.1.0"]]
    assert held["NOTE.md"].data == b"x", "a file of somebody else stays"
    assert {path: blob.data for path, blob in held.items()}.items() >= content(second).items()


def test_two_pushes_to_one_branch(place: Place, hub: HubServer, first: Path) -> None:
    def other() -> None:
        dataset = hub.datasets[place.repo]
        dataset.put("medmill-1.0.0", {**dataset.commits[dataset.branches["main"]]}, "the other")

    hub.faults.append(Fault("before", "POST", "/commit/medmill-1.0.0", call=other))
    assert "the branch medmill-1.0.0 of lab/demo-ir moved meanwhile: somebody else pushes to it" in place.refused(first)
    place.pushed(first)
    assert is_whole(place, hub, first)


def test_a_tag_that_somebody_else_made_meanwhile(place: Place, hub: HubServer, first: Path) -> None:
    def tag() -> None:
        dataset = hub.datasets[place.repo]
        dataset.tags["v1.0.0"] = next(iter(dataset.commits))

    hub.faults.append(Fault("before", "POST", "/tag/", call=tag))
    assert "somebody else made the tag v1.0.0 of lab/demo-ir meanwhile" in place.refused(first)


def test_a_server_that_does_not_keep_a_file(place: Place, hub: HubServer, first: Path) -> None:
    hub.ignored.add("croissant.json")
    said = place.refused(first)
    assert "croissant.json: committed to medmill-1.0.0, but the server does not hold it with its SHA-256" in said
    assert len(hub.datasets[place.repo].past) == 1


def test_a_card_that_the_hub_refuses(place: Place, hub: HubServer, tmp_path: Path) -> None:
    folder = release(tmp_path / "bad")
    write(folder, "README.md", "---\nlicense: [cc\n---\n")
    sums(folder)
    assert "could not commit to medmill-1.0.0: Invalid metadata in README.md" in place.refused(folder)


def test_a_server_with_xet_is_seen_and_one_without_is_served_over_lfs(place: Place, hub: HubServer) -> None:
    program = (
        "import os; from releases.endpoint import endpoint\n"
        "print(endpoint('lab/demo-ir').xet, os.environ.get('HF_HUB_DISABLE_XET'))"
    )

    def seen() -> str:
        return subprocess.run([sys.executable, "-c", program], env=place.env, text=True, capture_output=True).stdout

    hub.datasets["lab/demo-ir"] = Dataset("lab/demo-ir")
    assert seen() == "False 1\n"
    hub.xet = True
    assert seen() == "True None\n"


def test_huggingface_hub_that_was_imported_too_early_is_told(place: Place, hub: HubServer, first: Path) -> None:
    program = "import sys, huggingface_hub.constants; from builders.cli import run; sys.exit(run(sys.argv[1:]))"
    words = [sys.executable, "-c", program, "push", str(first), "--repo", place.repo]
    done = subprocess.run(words, env=place.env, text=True, capture_output=True)
    assert done.returncode == 1
    assert "huggingface_hub was imported before the server was asked whether it speaks Xet" in done.stderr
