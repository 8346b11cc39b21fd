"""The build folder: equal rows give equal bytes, and presence means finished."""

import multiprocessing
import os
import resource
import signal
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from builders.lock import LockedError, holder, locked
from builders.run import Orders, make
from builders.store import Account, NoRoomError, WorkFolder, drafted, read_account, write_rows
from tests.builders.mill import mill

ROWS = pl.DataFrame({"id": ["a", "b"], "size": [1, 2]})


def test_equal_rows_of_other_chunks_give_equal_bytes(tmp_path: Path) -> None:
    halves = pl.concat([ROWS[:1], ROWS[1:]], rechunk=False)
    for name, frame in (("one", ROWS), ("two", halves)):
        write_rows(tmp_path / name, frame, Account("f"))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_footer_gives_back_the_account(tmp_path: Path) -> None:
    account = Account("f", 2, 3, 2, 1, {"too_light": 1}, {"train": 2}, {"a.npy": 5})
    write_rows(tmp_path / "rows.parquet", ROWS, account)
    assert read_account(tmp_path / "rows.parquet") == account


@pytest.mark.parametrize("content", [b"", b"PAR1", b"nothing of ours"])
def test_a_damaged_file_has_no_account(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rows.parquet").write_bytes(content)
    assert read_account(tmp_path / "rows.parquet") is None


def test_a_parquet_file_of_somebody_else_has_no_account(tmp_path: Path) -> None:
    ROWS.write_parquet(tmp_path / "rows.parquet")
    assert read_account(tmp_path / "rows.parquet") is None


def test_a_draft_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), drafted(tmp_path / "rows.parquet") as draft:
        draft.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_partition_is_finished_only_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    folder = WorkFolder(tmp_path)
    rejected = pl.DataFrame({"id": ["c"], "stage": ["s"], "reason": ["r"], "detail": ["d"]})
    folder.write("part", ROWS, rejected, Account("f", 2, rejected={"r": 1}))
    assert folder.finished("part", "f")
    assert folder.finished("part", "other") is None
    folder.rejected("part").unlink()
    assert folder.finished("part", "f") is None


def test_arrays_of_another_size_are_not_finished(tmp_path: Path) -> None:
    folder = WorkFolder(tmp_path)
    folder.write("all", ROWS, ROWS.clear(), Account("f", 2, files={"a.npy": 3}))
    assert folder.finished("all", "f") is None
    (folder.rows / "a.npy").write_bytes(b"abc")
    assert folder.finished("all", "f")
    (folder.rows / "a.npy").write_bytes(b"ab")
    assert folder.finished("all", "f") is None


def test_a_second_build_in_one_folder_is_refused(tmp_path: Path) -> None:
    with locked(tmp_path):
        with (
            pytest.raises(LockedError, match=rf"process {os.getpid()} on .* builds here; wait for it"),
            locked(tmp_path),
        ):
            pass
        found = holder(tmp_path)
        assert found is not None
        assert found.pid == os.getpid()
    assert holder(tmp_path) is None
    with locked(tmp_path):
        pass


def test_a_build_on_another_host_is_refused_while_it_gives_signs_of_life(tmp_path: Path) -> None:
    import json
    import time

    note = {"host": "elsewhere", "pid": 7, "started": "now", "heartbeat": time.time() - 10}
    (tmp_path / ".lock").write_text(json.dumps(note))
    with pytest.raises(LockedError, match="process 7 on elsewhere"), locked(tmp_path):
        pass
    (tmp_path / ".lock").write_text(json.dumps(note | {"heartbeat": time.time() - 1000}))
    with locked(tmp_path):
        pass


def test_no_permission_is_one_line() -> None:
    with pytest.raises(NoRoomError, match=r"/sys/medmill: .*: choose another --out"):
        make(mill(), Path("/sys/medmill"), Orders(workers=0))


def _build_with_little_room(out: Path, said: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2200, 2200))
    try:
        make(mill(), out, Orders(workers=0))
    except NoRoomError as error:
        said.symlink_to(str(error).replace("/", "|"))


def test_no_room_is_one_line_and_the_build_goes_on_later(tmp_path: Path) -> None:
    """A limit on file sizes stands for a full disk: the same call of the system fails, in polars and in Python."""
    process = multiprocessing.get_context("spawn").Process(
        target=_build_with_little_room, args=(tmp_path / "out", tmp_path / "said")
    )
    process.start()
    process.join()
    assert "free some space, then the same command goes on" in str((tmp_path / "said").readlink())
    assert not list((tmp_path / "out").rglob("*.draft"))
    assert make(mill(), tmp_path / "out", Orders(workers=0)).status == "complete"


def test_statistics_of_lists_know_nothing_of_rows_that_were_filtered_out(tmp_path: Path) -> None:
    """polars writes them over all values that a list column holds in memory, those of dropped rows too."""
    kind = pl.List(pl.Struct({"word": pl.String}))
    rows = pl.DataFrame(
        {"id": ["a", "b"], "said": [[{"word": "seen"}], [{"word": "unseen"}]]}, {"id": pl.String, "said": kind}
    )
    account = Account("f", rows=1)
    for name, frame in {"filtered": rows.filter(pl.col("id") == "a"), "alone": rows[:1].clone(), "made": pl.DataFrame(
        {"id": ["a"], "said": [[{"word": "seen"}]]}, rows.schema)}.items():  # fmt: skip
        write_rows(tmp_path / name, frame, account)
    statistics = pq.read_metadata(tmp_path / "filtered").row_group(0).column(1).statistics
    assert statistics.max == "seen"
    assert (tmp_path / "filtered").read_bytes() == (tmp_path / "made").read_bytes() == (tmp_path / "alone").read_bytes()
