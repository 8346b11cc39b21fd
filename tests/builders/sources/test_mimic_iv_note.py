"""MIMIC-IV-Note, packed or not, with the names of examinations or without."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from builders.sources.mimic_iv_note import MimicIVNote
from schemas.errors import SourceError
from tests.builders.sources.note_tree import NOTES, write_notes


def rows(source: MimicIVNote, table: str) -> pl.DataFrame:
    return pl.concat([source.read(table, shard.name).frame for shard in source.shards(table)])


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("inner", [True, False], ids=["note", "above"])
def test_reports_are_those_of_the_table(tmp_path: Path, packed: bool, inner: bool) -> None:
    folder = write_notes(tmp_path, packed=packed)
    reports = rows(MimicIVNote(str(folder / "note" if inner else folder)), "reports")
    assert reports["id"].to_list() == [note for note, *_ in NOTES]
    assert reports["text"].to_list() == [text for *_, text in NOTES]
    assert reports["patient"].to_list() == [f"p{subject}" for _, subject, _ in NOTES]
    assert [str(day) for day in reports["date"].unique()] == ["2180-05-06"]
    first = {section["name"]: section["text"] for section in reports["sections"][0]}
    assert first["impression"] == "Enlarged ventricles." and first["examination"] == "CT HEAD W/O CONTRAST"


def test_the_first_name_of_an_examination_counts(tmp_path: Path) -> None:
    exams = rows(MimicIVNote(str(write_notes(tmp_path))), "exams")
    assert exams.rows() == [("10000002-RR-1", "ultrasound", "liver"), ("10000009-RR-1", "x-ray", "chest")]


def test_subjects_are_those_of_mimic_cxr(tmp_path: Path) -> None:
    """As the ledger knows them: what MIMIC-CXR tests with is found in notes."""
    from builders.sources.mimic_cxr import MimicCxr

    assert MimicIVNote.people == MimicCxr.people


def test_without_detail_there_are_no_exams(tmp_path: Path) -> None:
    assert MimicIVNote(str(write_notes(tmp_path, detail=False))).shards("exams") == []


def test_a_folder_without_notes_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"expected the folder of MIMIC-IV-Note"):
        MimicIVNote(str(tmp_path)).shards("reports")


def test_a_download_that_was_cut_off_says_so(tmp_path: Path) -> None:
    path = write_notes(tmp_path) / "note/radiology.csv.gz"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(SourceError, match="cut off or damaged"):
        MimicIVNote(str(tmp_path)).shards("reports")


def test_another_table_under_that_name_is_refused_by_its_columns(tmp_path: Path) -> None:
    path = write_notes(tmp_path) / "note/radiology.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    with pytest.raises(SourceError, match="missing column note_id"):
        MimicIVNote(str(tmp_path)).shards("reports")
