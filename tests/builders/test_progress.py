"""What a user sees of a run, on a terminal and in a log."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from builders.logs import Log, read_log
from builders.progress import clock, line, live_table
from builders.run import Orders, make
from builders.tally import TableTally, Tally
from tests.builders.mill import mill


def test_a_run_without_a_terminal_prints_a_line_per_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(mill(least=50), tmp_path / "out", Orders(workers=0, quiet=False))
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"mill in {tmp_path / 'out'}"
    assert "polished: 5/5 partitions, 30 rows, 30 rejected" in said


def test_a_quiet_run_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(mill(), tmp_path / "out", Orders(workers=0))
    assert capsys.readouterr() == ("", "")


def test_the_live_table_shows_every_table(tmp_path: Path) -> None:
    tables = {"items": TableTally(4, 4, 100, 2, 8.0, 1000.0, 1002.0), "nearest": TableTally(9)}
    console = Console(file=io.StringIO(), width=100)
    console.print(live_table(Tally(Log(tmp_path / "log"), tables), "mill in out"))
    assert isinstance(console.file, io.StringIO)
    rows = [row.split() for row in console.file.getvalue().splitlines()]
    assert ["items", "4/4", "100", "2", "50"] in rows
    assert ["nearest", "0/9", "0", "0"] in rows


def test_a_line_names_the_rate_and_the_time_left() -> None:
    assert line(TableTally(4, 4, 100, 2, 8.0, 1000.0, 1002.0)) == "4/4 partitions, 100 rows, 2 rejected, 50 rows/s"
    assert line(TableTally(4, 1, 10, 0, 1.0, 1000.0, 1000.1)).endswith(" left")


@pytest.mark.parametrize(("seconds", "said"), [(4.52, "4.5 s"), (125, "2:05"), (3723, "1:02:03")])
def test_a_clock_is_short(seconds: float, said: str) -> None:
    assert clock(seconds) == said


def test_a_log_line_that_was_cut_short_is_passed_over(tmp_path: Path) -> None:
    log = Log(tmp_path / "run.jsonl")
    log.write("done", table="items")
    with log.path.open("a") as file:
        file.write('{"event": "do')
    assert [found["event"] for found in read_log(log.path)] == ["done"]
