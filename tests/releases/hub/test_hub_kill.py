"""A push that is killed at any moment, and run again: main is the old or the whole new release whenever it is read."""

import json
import random
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from releases.outgoing import File, outgoing
from tests.releases.hub_place import Place, content, release
from tests.releases.hub_server import Fault

KILLS = 3
SHARDS = 5
MOST = 49
"""Requests that a push of such a release makes of its dataset: each has a moment before and after it."""
SOAK = [pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 33)]


@dataclass
class Reader:
    """Reads main over HTTP again and again, as somebody who downloads it would."""

    place: Place
    wholes: dict[str, dict[str, File]]
    seen: list[str] = field(default_factory=list)
    halves: list[list[str]] = field(default_factory=list)

    def look(self) -> None:
        api = f"{self.place.url}/api/datasets/{self.place.repo}"
        commit = self._get(f"{api}/revision/main")["sha"]
        held = {
            item["path"]: item for item in self._get(f"{api}/tree/{commit}?recursive=true") if item["type"] == "file"
        }
        held.pop(".gitattributes", None)
        whole = [version for version, files in self.wholes.items() if _same(held, files)]
        self.seen += whole
        self.halves += [] if whole else [sorted(held)]

    def _get(self, address: str) -> Any:
        asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {self.place.token}"})
        with urllib.request.urlopen(asked) as answer:
            return json.load(answer)

    @contextmanager
    def reading(self) -> Iterator[None]:
        stop = threading.Event()

        def read() -> None:
            while not stop.wait(0.02):
                self.look()

        thread = threading.Thread(target=read)
        thread.start()
        yield
        stop.set()
        thread.join()
        self.look()


def _same(held: dict[str, dict], files: dict[str, File]) -> bool:
    hashes = {path: item["lfs"]["oid"] if "lfs" in item else item["oid"] for path, item in held.items()}
    return hashes == {path: file.sha256 if "lfs" in held.get(path, {}) else file.git for path, file in files.items()}


def killed_at_a_moment(place: Place, folder: Path, moments: random.Random) -> bool:
    """Whether it was: kill a push after some request was asked or carried out, or (another server) after some time."""
    if place.server is None:
        process = place.start(folder, "--files", "2")
        time.sleep(moments.uniform(0.3, 3))
        process.kill()
    else:
        started = threading.Event()

        def kill() -> None:
            started.wait()
            process.send_signal(signal.SIGKILL)

        asked, where = moments.randrange(MOST), moments.choice(["before", "after"])
        fault = Fault(where, "*", place.repo, call=kill, skip=asked, agent="^(?!Python-urllib)")  # not of the reader
        place.server.faults = [fault]
        process = place.start(folder, "--files", "2")
        started.set()
    out, err = process.communicate(timeout=120)
    place.said += [out, err]
    assert process.returncode in (0, -signal.SIGKILL), err
    return process.returncode != 0


@pytest.mark.parametrize("seed", [0, 1, *SOAK])
def test_a_killed_push_goes_on(place: Place, tmp_path: Path, seed: int) -> None:
    first = release(tmp_path / "first", shards=SHARDS)
    second = release(tmp_path / "second", "1.1.0", shards=SHARDS, test=False, rows=60)
    place.pushed(first)
    wholes = {
        name: {file.path: file for file in outgoing(folder).files}
        for name, folder in {"old": first, "new": second}.items()
    }
    reader = Reader(place, wholes)
    moments = random.Random(seed)

    with reader.reading():
        killed = [killed_at_a_moment(place, second, moments) for _ in range(KILLS)]
        if place.server:
            place.server.faults.clear()
        told = place.pushed(second)

    assert any(killed) or place.server is None, "another server is not asked for its moments"
    assert told["state"] in ("pushed", "already pushed")
    assert reader.halves == []
    assert reader.seen == sorted(reader.seen, reverse=True), "the old release, then the new one, never back"
    assert reader.seen[-1] == "new"
    old, new = content(first), content(second)
    assert place.snapshots(tmp_path, "main", "v1.1.0", "v1.0.0") == {"main": new, "v1.1.0": new, "v1.0.0": old}
    if place.server:
        dataset = place.server.datasets[place.repo]
        assert len(dataset.past) == 3, "main moved once for each release"
        assert set(dataset.branches) == {"main"}
        assert len(place.server.puts) == len(set(place.server.puts))
