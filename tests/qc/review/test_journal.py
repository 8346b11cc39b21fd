"""Verdicts on the disk: what stands, what was taken back, what a crash cut short."""

from pathlib import Path

import pytest

from qc.review import journal
from qc.review.journal import Journal
from qc.review.verdicts import standing
from tests.qc.review.spoken import say, undo, verdict


def test_the_last_verdict_on_an_item_stands(tmp_path: Path) -> None:
    say(tmp_path, [verdict({"id": "a"}, "accept"), verdict({"id": "b"}, "skip"), verdict({"id": "a"}, "reject")])
    assert [(v.key["id"], v.decision) for v in standing(journal.read(tmp_path).events)] == [
        ("b", "skip"),
        ("a", "reject"),
    ]


def test_undo_brings_the_verdict_before_it_back_and_rewrites_nothing(tmp_path: Path) -> None:
    first, second = verdict({"id": "a"}, "accept"), verdict({"id": "a"}, "reject")
    say(tmp_path, [first, second])
    before = {path: path.read_bytes() for path in (tmp_path / "reviews").iterdir()}
    say(tmp_path, [undo(second)])
    assert standing(journal.read(tmp_path).events) == [first]
    assert {path: path.read_bytes() for path in before} == before


def test_nobody_takes_back_what_another_said(tmp_path: Path) -> None:
    mine = verdict({"id": "a"}, "accept", "anna")
    say(tmp_path, [mine, undo(mine).model_copy(update={"reviewer": "ben"})])
    assert standing(journal.read(tmp_path).events) == [mine]


def test_a_line_that_a_crash_cut_short_is_left_out_and_named(tmp_path: Path) -> None:
    say(tmp_path, [verdict({"id": "a"}, "accept"), verdict({"id": "b"}, "accept")])
    (path,) = (tmp_path / "reviews").iterdir()
    path.write_bytes(path.read_bytes()[:-9])
    found = journal.read(tmp_path)
    assert [event.key["id"] for event in standing(found.events)] == ["a"]
    assert found.faults == (f"reviews/{path.name}: line 2 is cut short by a crash, left out",)


def test_a_damaged_line_in_the_middle_costs_that_line_alone(tmp_path: Path) -> None:
    say(tmp_path, [verdict({"id": "a"}, "accept"), verdict({"id": "b"}, "accept")])
    (path,) = (tmp_path / "reviews").iterdir()
    path.write_bytes(b'{"kind": "verdict"}\n' + path.read_bytes())
    found = journal.read(tmp_path)
    assert len(found.events) == 2
    assert "line 1 is damaged" in found.faults[0]


def test_each_process_has_a_file_of_its_own(tmp_path: Path) -> None:
    mine, yours = Journal(tmp_path), Journal(tmp_path)
    for number in range(3):
        mine.append([verdict({"id": f"m{number}"}, "accept")])
        yours.append([verdict({"id": f"y{number}"}, "accept", "ben")])
    mine.close()
    yours.close()
    assert sorted(len(path.read_bytes().splitlines()) for path in (tmp_path / "reviews").iterdir()) == [3, 3]
    assert len(standing(journal.read(tmp_path).events)) == 6


def test_a_clock_that_went_back_does_not_bring_an_old_verdict_to_the_top() -> None:
    assert journal.now(["2999-01-01T00:00:00.000000+00:00"]) == "2999-01-01T00:00:00.000001+00:00"


def test_a_full_disk_is_an_error_and_the_next_verdict_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    diary = Journal(tmp_path)
    diary.append([verdict({"id": "a"}, "accept")])
    with monkeypatch.context() as patch:
        patch.setattr("qc.review.journal.os.write", _half)
        with pytest.raises(OSError, match="part of the line"):
            diary.append([verdict({"id": "b"}, "accept")])
    diary.append([verdict({"id": "c"}, "accept")])
    diary.close()
    found = journal.read(tmp_path)
    assert [event.key["id"] for event in standing(found.events)] == ["a", "c"]
    assert len(found.faults) == 1


def _half(handle: int, content: bytes) -> int:
    import os

    half = content[: len(content) // 2]
    with os.fdopen(os.dup(handle), "wb") as file:
        file.write(half)
    return len(half)
