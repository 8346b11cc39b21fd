"""The plan, fingerprints, status and cleaning: what is said of a build before, during and after it."""

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders import provenance
from builders.api import resolve
from builders.base import Stage
from builders.cleaning import remove, unused
from builders.commands.clean import clean
from builders.commands.status import status
from builders.lock import locked
from builders.plan import Plan, Planned, demand_room
from builders.provenance import fingerprint
from builders.run import Orders, make, plan
from builders.source_code import _module, _path, code_hash
from builders.state import state_of
from builders.store import Store
from schemas.errors import MedmillError, UsageError
from schemas.manifest import read_manifest
from tests.builders.mill import Items, Polish, mill

HERE = Orders(workers=0)


def planned(out: Path, **settings: Any) -> dict[str, Planned]:
    return {table.table: table for table in plan(mill(**settings), out, HERE).tables}


def test_a_plan_makes_nothing(tmp_path: Path) -> None:
    tables = planned(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert {table.why for table in tables.values()} == {"not made yet"}
    assert tables["nearest"].partitions is None


def test_a_plan_says_why_a_table_is_made_again(tmp_path: Path) -> None:
    make(mill(), tmp_path / "out", HERE)
    assert all(table.why == "" and table.bytes_to_write == 0 for table in planned(tmp_path / "out").values())
    changed = planned(tmp_path / "out", least=3)
    assert changed["polished"].why == "changed: setting least"
    assert changed["words"].why == "changed: table polished"
    assert changed["items"].why == changed["marks"].why == ""
    assert all(table.bytes_to_write for table in changed.values() if table.why)


def test_a_plan_counts_what_an_interrupted_build_left(tmp_path: Path) -> None:
    make(mill(), tmp_path / "out", HERE)
    next((tmp_path / "out" / ".work").glob("polished-*/rows/*24.parquet")).unlink()
    assert planned(tmp_path / "out")["polished"].why == "4 of 5 partitions are there"


def test_too_little_disk_is_an_error_before_the_start(tmp_path: Path) -> None:
    table = Planned("similarity", "collect", 0, 1, "not made yet", 5_000_000_000)
    with pytest.raises(MedmillError, match=r"5\.5 GB are needed, 2\.0 GB are free; .*medmill clean .* frees 1\.0 GB"):
        demand_room(Plan((table,), 1_000_000_000, 2_000_000_000), tmp_path)
    demand_room(Plan((table,), 0, 6_000_000_000), tmp_path)


def test_two_processes_agree_on_fingerprints(tmp_path: Path) -> None:
    program = (
        "from tests.builders.mill import mill\nfrom builders.making import Making\nfrom builders.store import Store\n"
        "from pathlib import Path\nmaking = Making(mill(), Store(Path('nowhere')))\n"
        "print(*(leg.total for leg in making.legs.values()))"
    )
    env = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    run = [subprocess.run([sys.executable, "-c", program], env={**env, "PYTHONHASHSEED": seed}, capture_output=True,
                          check=True, cwd=tmp_path).stdout for seed in ("1", "2")]  # fmt: skip
    assert run[0] == run[1]
    assert len(run[0].split()) == 8


def test_where_a_source_lies_is_not_in_its_fingerprint() -> None:
    assert fingerprint(Items(location="/here")) == fingerprint(Items(location="/there"))
    assert fingerprint(Items(count=1)) != fingerprint(Items(count=2))


def test_a_value_without_a_stable_form_is_refused() -> None:
    with pytest.raises(UsageError, match=r"function has no stable form"):
        fingerprint(lambda: 0)


@dataclass(frozen=True)
class Lexical(Stage):
    """A stage that reads words."""

    data = ("words/*.tsv",)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        return frames[0]


def test_an_edited_line_of_a_lexicon_makes_its_stage_and_what_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "HOME", tmp_path)
    recipe = mill()
    tables = [replace(table, stage=Lexical()) if table.name == "polished" else table for table in recipe.tables]
    recipe = replace(recipe, tables=tables)
    words = tmp_path / "words" / "own.tsv"
    words.parent.mkdir()
    words.write_text("stone\tpebble\n")
    provenance.data_hash.cache_clear()
    make(recipe, tmp_path / "out", HERE)
    words.write_text("stone\tpebble\nleaf\tfrond\n")
    provenance.data_hash.cache_clear()
    why = {table.table: table.why for table in plan(recipe, tmp_path / "out", HERE).tables}
    assert why["polished"] == "changed: data files"
    assert why["items"] == why["marks"] == ""
    assert {name for name, reason in why.items() if reason} == {
        "polished", "keys", "words", "weighed", "nearest", "drawings",
    }  # fmt: skip
    provenance.data_hash.cache_clear()


def _code(folder: Path, text: str) -> str:
    (folder / "plugin_of_mine.py").write_text(text)
    for cached in (code_hash, _module, _path):
        cached.cache_clear()
    return code_hash("plugin_of_mine")


def test_comments_and_docstrings_change_no_code_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    first = _code(tmp_path, '"""One."""\n\ndef grind(x):\n    """Fine."""\n    return x + 1\n')
    assert _code(tmp_path, '"""Two."""\n\ndef grind(x):\n    # coarse\n    return x + 1\n') == first
    assert _code(tmp_path, '"""Two."""\n\ndef grind(x):\n    return x + 2\n') != first


def test_the_code_hash_holds_what_is_imported_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    alone = _code(tmp_path, "x = 1\n")
    assert _code(tmp_path, "from builders.stages import hashing\nx = 1\n") != alone
    assert "builders.stages.hashing" in _module("plugin_of_mine")[1]


def test_status_says_how_far_a_build_came(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MedmillError):
        make(mill(raises_on="i"), tmp_path / "out", HERE)
    assert status(tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert said.startswith("mill: failed\n")
    assert "  items: 5/5 partitions, 60 rows, 0 rejected" in said
    assert "failed polished/from-00000: StageError" in said
    assert status(tmp_path / "out", json=True) == 0
    assert json.loads(capsys.readouterr().out)["tables"]["marks"]["rows"] == 60


def test_status_knows_an_interrupted_build_from_a_running_one(tmp_path: Path) -> None:
    make(mill(), tmp_path / "out", HERE)
    path = tmp_path / "out" / "manifest.json"
    path.write_text(path.read_text().replace('"complete"', '"running"'))
    assert state_of(tmp_path / "out").state == "interrupted"
    with locked(tmp_path / "out"):
        assert state_of(tmp_path / "out").state == "running"


def test_cleaning_removes_what_the_manifest_does_not_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    make(mill(), out, HERE)
    assert unused(Store(out), read_manifest(out)) == []
    make(mill(least=40), out, HERE)
    (out / "polished" / ".x.parquet.1.draft").write_text("half")
    rows = pl.read_parquet(out / "nearest" / "*.parquet")
    assert clean(out, dry_run=True) == 0
    assert "would be freed" in capsys.readouterr().out
    found = {path.relative_to(out).parts[0] for path in unused(Store(out), read_manifest(out))}
    assert found == {".work", "files", "polished"}
    assert clean(out) == 0
    assert unused(Store(out), read_manifest(out)) == []
    assert pl.read_parquet(out / "nearest" / "*.parquet").equals(rows)
    assert all((out / path).is_file() for path in pl.read_parquet(out / "drawings" / "*.parquet")["path"])
    assert all(table.why == "" for table in planned(out, least=40).values()), "cleaning took nothing that is needed"
    assert remove([]) == 0


def test_the_same_stage_in_another_place_is_the_same(tmp_path: Path) -> None:
    assert fingerprint(Polish(1)) == fingerprint(Polish(least=1))


def test_the_plan_of_mimic_knows_the_size_of_its_matrices(tmp_path: Path) -> None:
    """By RadIR's counts 4 shards of 33.6 GB; a plan that forgets what a study becomes says half a gigabyte."""
    recipe, _ = resolve("mimic-ir", {"synthetic": "227835"}, {"matrix": "true", "shards": "4"})
    planned = plan(recipe, tmp_path)
    matrices = next(table for table in planned.tables if table.table == "matrices")
    assert matrices.bytes_to_write == pytest.approx(1.34e11, rel=0.1)
