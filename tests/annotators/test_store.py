"""Answers outlive the process that stored them, whatever ends it, and are found by what was asked."""

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.store import Store, compact, key_of
from tests.builders.chaos import ROOT

WRITER = """
import sys
from pathlib import Path
from annotators.store import Store
store = Store(Path(sys.argv[1]))
for number in range(100_000):
    store.put(f"{sys.argv[2]}-{number}", {"text": "x" * (number % 700), "number": number})
    print(number, flush=True)
"""


def writer(folder: Path, name: str, **options) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=env, **options,
    )  # fmt: skip


def test_an_answer_comes_back_and_the_first_one_stays(tmp_path: Path) -> None:
    store = Store(tmp_path / "answers")
    store.put("a", {"text": "Ödem\n\u2028 \U0001f9e0", "tokens": 3})
    store.put("a", {"text": "another"})
    for one in (store, Store(tmp_path / "answers")):
        assert one.get("a") == {"text": "Ödem\n\u2028 \U0001f9e0", "tokens": 3}
        assert (one.get("b"), "a" in one, "b" in one, len(one), one.damaged) == (None, True, False, 1, 0)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one, max_size=3)))
def test_a_key_is_that_of_the_content(asked) -> None:
    assert key_of({"x": asked, "y": 1}) == key_of({"y": 1, "x": asked})
    assert key_of({"x": asked}) != key_of({"x": [asked]})


@pytest.mark.chaos
def test_nothing_that_was_told_is_lost_by_a_kill_of_two_writers(tmp_path: Path) -> None:
    both = [writer(tmp_path, name) for name in "ab"]
    told = {}
    for name, process in zip("ab", both, strict=True):
        assert process.stdout is not None
        for _ in range(300):
            told[name] = int(process.stdout.readline())
    for process in both:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    store = Store(tmp_path)
    assert store.damaged == 0
    for name, last in told.items():
        assert all(store.get(f"{name}-{n}") == {"text": "x" * (n % 700), "number": n} for n in range(last + 1))


@given(st.data())
def test_a_file_that_ends_anywhere_keeps_its_whole_lines(tmp_path_factory: pytest.TempPathFactory, data) -> None:
    folder = tmp_path_factory.mktemp("answers")
    store = Store(folder)
    for number in range(5):
        store.put(str(number), {"text": "ä" * number})
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    length = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:length])
    kept = Store(folder)
    assert list(kept) == [str(n) for n in range(whole[:length].count(b"\n"))]
    kept.put("new", {"text": "behind"})
    assert Store(folder).get("new") == {"text": "behind"}


def test_a_line_with_a_flipped_bit_is_no_answer(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name in "abc":
        store.put(name, {"text": "no nodule"})
    (path,) = tmp_path.iterdir()
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    kept = Store(tmp_path)
    assert (list(kept), kept.damaged) == (["a", "c"], 1)


def test_a_full_disk_is_one_line_and_what_was_stored_is_safe(tmp_path: Path) -> None:
    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    process = writer(tmp_path, "a", preexec_fn=little_room)
    out, error = process.communicate(timeout=60)
    last = int(out.split()[-1])
    assert f"make room, then the same command goes on ({last + 1} answers are safe)" in error
    store = Store(tmp_path)
    assert (len(store), store.damaged) == (last + 1, 0)


def test_an_answer_behind_a_torn_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a line for which there was no room, and the next answer, would be one line that nobody can read."""
    store = Store(tmp_path)
    store.put("a", {"text": "1"})
    write = os.write

    def half(file: int, line: bytes) -> int:
        if len(line) < 20:
            raise OSError(28, "No space left on device")
        return write(file, line[: len(line) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(Exception, match="No space left"):
        store.put("b", {"text": "2"})
    monkeypatch.setattr(os, "write", write)
    store.put("b", {"text": "3"})
    again = Store(tmp_path)
    assert (store.get("b"), again.get("b"), again.get("a")) == ({"text": "3"}, {"text": "3"}, {"text": "1"})


def test_files_nobody_writes_become_one(tmp_path: Path) -> None:
    for name in "abc":
        store = Store(tmp_path)
        store.put(name, {"text": name})
        store.close()
    before, writing = Store(tmp_path), Store(tmp_path)
    writing.put("d", {"text": "d"})
    assert compact(tmp_path) == (3, 3)
    assert len(list(tmp_path.iterdir())) == 2
    again = Store(tmp_path)
    assert {key: again.get(key) for key in again} == {name: {"text": name} for name in "abcd"}
    assert all(before.get(name) == {"text": name} for name in "abc")  # of a process that had opened them
    writing.put("e", {"text": "e"})
    assert Store(tmp_path).get("e") == {"text": "e"}
    assert compact(tmp_path) == (1, 3)


def test_a_file_that_is_being_written_is_read_to_its_last_whole_line(tmp_path: Path) -> None:
    """The two halves of a line, read as it came, were taken for two damaged lines."""
    process = writer(tmp_path, "a")
    assert process.stdout is not None
    seen = 0
    for _ in range(30):
        told = int(process.stdout.readline())
        store = Store(tmp_path)
        assert store.damaged == 0 and len(store) >= max(told, seen)
        seen = len(store)
    process.kill()
    process.communicate()


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    store = Store(tmp_path / "new")
    store.put("a", {"text": "words of a report"})
    store.close()
    Store(tmp_path / "new").put("b", {"text": "more"})
    compact(tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()} == {0o600}
    assert all(json.loads(line[9:]) for path in (tmp_path / "new").iterdir() for line in path.read_bytes().splitlines())
