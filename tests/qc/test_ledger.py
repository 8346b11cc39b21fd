"""What one dataset tests with, no other trains on: every planted case is found and named."""

from pathlib import Path

import polars as pl
import pytest

from builders.commands.ledger import ledger as command
from qc.build import Build
from qc.checks.held_out import HeldOut
from qc.ledger import Ledger
from schemas.errors import MedmillError, UsageError
from tests.qc.conftest import GoodBuild


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def opened(build: GoodBuild) -> Build:
    return Build.open(build.folder)


def cases(ledger: Ledger, build: GoodBuild) -> list[str]:
    return HeldOut(ledger).conclude(opened(build), {}).cases


def renamed(build: GoodBuild, ids: str = "") -> GoodBuild:
    """The same build as another dataset; with `ids`, its studies have names of their own."""
    build.update(dataset="another")
    if ids:
        for split in ("train", "validation", "test"):
            build.edit("corpus", lambda f: f.with_columns(id=ids + pl.col("id")), split)
    return build


def test_a_build_does_not_hold_out_from_itself(good: GoodBuild, ledger: Ledger) -> None:
    ledger.record(opened(good))
    assert cases(ledger, good) == []
    assert set(ledger.summary()["kind"]) == {"subject", "study", "text"}


def test_a_subject_that_another_dataset_tests_with_is_named(good: GoodBuild, ledger: Ledger) -> None:
    tested = good.read("corpus").filter(split="test")["patient"][0]
    ledger.record(opened(good))
    renamed(good, "t")
    good.edit("corpus", lambda f: f.with_columns(patient=pl.lit(tested), dup_group=pl.col("id")))
    assert cases(ledger, good) == [f"subject {tested} (corpus, train): held out by made-up"]


def test_one_text_under_two_ids_is_named(good: GoodBuild, ledger: Ledger) -> None:
    group = good.read("corpus").filter(split="test")["dup_group"][0]
    ledger.record(opened(good))
    renamed(good, "t")
    good.edit("corpus", lambda f: f.with_columns(patient="x" + pl.col("patient"), dup_group=pl.lit(group)))
    assert cases(ledger, good) == [f"text group {group[:12]} (corpus, train): held out by made-up"]


def test_another_reconstruction_of_a_scan_is_named(good: GoodBuild, ledger: Ledger) -> None:
    """Volumes of one scan in two splits, in a table of their own."""
    columns = [
        {"name": "id", "dtype": "String", "tag": "id", "unit": "", "description": ""},
        {"name": "scan", "dtype": "String", "tag": "id", "unit": "", "description": "", "identifies": "scan"},
    ]
    (good.folder / "volumes").mkdir()
    for split, volume in (("train", "a_1"), ("validation", "a_2"), ("test", "b_1")):
        rows = pl.DataFrame({"id": [volume], "scan": [volume[0]]})
        rows.write_parquet(good.folder / "volumes" / f"{split}-00000-of-00001.parquet")
    add_table(good, "volumes", ["id"], columns)
    assert cases(ledger, good) == [
        "scan a (volumes, train): held out by another split of it",
        "scan a (volumes, validation): held out by another split of it",
    ]


def test_a_note_of_a_sealed_subject_in_another_corpus_is_named(good: GoodBuild, ledger: Ledger) -> None:
    people = " ".join(sorted(s.people or s.kind for s in opened(good).manifest.sources))
    assert ledger.seal("subject", people, ["p7", "p8"]) == 2 and ledger.seal("subject", people, ["p8"]) == 0
    columns = [
        {"name": "note", "dtype": "String", "tag": "id", "unit": "", "description": ""},
        {"name": "subject", "dtype": "String", "tag": "quasi_identifier", "unit": "", "description": "",
         "identifies": "subject"},
    ]  # fmt: skip
    (good.folder / "notes").mkdir()
    rows = pl.DataFrame({"note": ["n1", "n2"], "subject": ["p7", "p0"]})
    rows.write_parquet(good.folder / "notes" / "train-00000-of-00001.parquet")
    add_table(good, "notes", ["note"], columns)
    assert cases(ledger, good) == ["subject p7 (notes, train): held out by sealed"]


def test_a_patient_of_mimic_in_a_document_is_the_sealed_subject(good: GoodBuild, ledger: Ledger) -> None:
    """Sets of many corpora call patients of MIMIC `mimic/10000032`, and its own builds `p10000032`."""
    assert ledger.seal("subject", "mimic", ["p10000032"]) == 1
    columns = [
        {"name": "id", "dtype": "String", "tag": "id", "unit": "", "description": ""},
        {"name": "document", "dtype": "String", "tag": "id", "unit": "", "description": "", "identifies": "document"},
    ]
    (good.folder / "chats").mkdir()
    rows = pl.DataFrame({"id": ["a", "b", "c"], "document": ["mimic/10000032", "mimic/10000033", "other/10000032"]})
    rows.write_parquet(good.folder / "chats" / "train-00000-of-00001.parquet")
    add_table(good, "chats", ["id"], columns)
    assert cases(ledger, good) == ["subject p10000032 (chats, train): held out by sealed"]


def add_table(build: GoodBuild, name: str, key: list[str], columns: list[dict[str, str]]) -> None:
    from dataclasses import asdict

    from schemas.terms import Terms

    splits = {}
    for path in sorted((build.folder / name).glob("*.parquet")):
        rows = pl.read_parquet(path).height
        file = {"path": f"{name}/{path.name}", "rows": rows, "bytes": path.stat().st_size, "sha256": ""}
        splits[path.name.split("-")[0]] = {"rows": rows, "files": [file]}
    table = {"name": name, "primary_key": key, "terms": asdict(Terms()), "columns": columns, "splits": splits}
    tables = Build.open(build.folder).manifest.model_dump()["tables"]
    build.update(tables=[*tables, table])


def test_the_official_test_subjects_of_mimic_are_sealed_by_its_build(good: GoodBuild, ledger: Ledger) -> None:
    source = {
        "name": "mimic-cxr", "kind": "mimic-cxr", "version": 1, "settings": {}, "fingerprint": "0", "shards": 1,
        "people": "mimic", "terms": Build.open(good.folder).manifest.model_dump()["terms"],
    }  # fmt: skip
    good.update(sources=[source])
    ledger.record(opened(good))
    tested = good.read("corpus").filter(split="test")["patient"].drop_nulls().n_unique()
    sealed = ledger.summary().filter(pl.col("dataset") == "sealed")
    assert sealed["items"].to_list() == [tested] and sealed["kind"].to_list() == ["subject"]
    ledger.forget("made-up")
    good.edit("corpus", lambda f: f.with_columns(split=pl.lit("train")).cast({"split": f.schema["split"]}), "test")
    (good.folder / "corpus" / "test-00000-of-00001.parquet").rename(
        good.folder / "corpus" / "train-00009-of-00001.parquet"
    )
    good.refresh()
    assert len(cases(ledger, good)) == tested


def test_no_id_and_no_text_stands_in_the_ledger(good: GoodBuild, ledger: Ledger) -> None:
    ledger.record(opened(good))
    content = b"".join(path.read_bytes() for path in ledger.folder.iterdir())
    corpus = good.read("corpus")
    known = {*corpus["id"], *corpus["patient"].drop_nulls(), *corpus["dup_group"]}
    assert not [value for value in known if len(value) > 4 and value.encode() in content]
    assert (ledger.folder / "key").stat().st_mode & 0o77 == 0


def test_ids_of_one_name_among_other_people_are_others(good: GoodBuild, ledger: Ledger) -> None:
    ledger.seal("subject", "another-hospital", good.read("corpus")["patient"].drop_nulls().to_list())
    assert cases(ledger, good) == []


def test_a_rebuild_takes_the_place_of_what_was_known(good: GoodBuild, ledger: Ledger) -> None:
    ledger.record(opened(good))
    before = ledger.summary()
    ledger.record(opened(good))
    assert ledger.summary().equals(before)
    assert ledger.forget("made-up") and not ledger.forget("made-up") and ledger.datasets() == []


def test_an_unknown_kind_is_named(ledger: Ledger) -> None:
    with pytest.raises(MedmillError, match="expected one of subject, scan, study, document, text"):
        ledger.seal("patient", "mimic", ["p1"])


def test_the_command_seals_shows_and_forgets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "ids.txt").write_text("p1\n\np2\n")
    assert command(seal=tmp_path / "ids.txt") == 0
    assert "2 of 2 ids are newly sealed" in capsys.readouterr().out
    assert command() == 0
    assert "sealed" in capsys.readouterr().out
    assert command(forget="sealed") == 0
    with pytest.raises(UsageError, match="nothing is known of it"):
        command(forget="sealed")
