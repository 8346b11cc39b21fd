"""`medmill sources` in this process: what it says, and what it finds missing."""

import json

import numpy as np
import pytest

from builders.cli import run
from builders.discovery import names, source_class
from builders.sources.catalogue import CATALOGUE
from builders.sources.grammar.tree import write_tree
from tests.builders.sources.ct_rate_copies import write_metadata, write_reports, write_volume
from tests.builders.stages.ct_bodies import chest


@pytest.fixture
def mimic(tmp_path):
    write_tree(tmp_path / "mimic", 20)
    return tmp_path / "mimic"


def answer(capsys, *tokens):
    code = run(["sources", *tokens, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_every_source_of_ours_is_described(capsys):
    code, told = answer(capsys)
    assert code == 0
    assert {entry["name"] for entry in told["sources"]} == set(names("source")) >= set(CATALOGUE)
    assert all(entry[key] for entry in told["sources"] for key in ("what", "licence", "obtain", "put", "terms"))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_source_has_a_name_terms_and_tables(name):
    kind = source_class(name)
    assert kind.name == name and kind.terms and kind.tables


def test_the_page_says_it_in_words(capsys):
    assert run(["sources", "mimic-cxr"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "text stays here" in shown and "published on physionet" in shown and "cxr-study-list.csv.gz" in shown


def test_a_complete_folder_is_found_complete(capsys, mimic):
    code, told = answer(capsys, "mimic-cxr", "--check", str(mimic))
    assert code == 0 and {line["state"] for line in told["check"]} == {"ok"}


def test_what_is_missing_is_named_with_what_it_costs(capsys, mimic):
    (mimic / "mimic-cxr-2.0.0-split.csv.gz").unlink()
    code, told = answer(capsys, "mimic-cxr", "--check", str(mimic))
    absent = [line for line in told["check"] if line["state"] == "absent"]
    assert code == 0 and len(absent) == 1
    assert "split" in absent[0]["what"] and "one is drawn" in absent[0]["note"]


def test_a_folder_without_reports_fails(capsys, mimic):
    (mimic / "mimic-cxr-reports.zip").unlink()
    code, told = answer(capsys, "mimic-cxr", "--check", str(mimic))
    assert code == 1
    assert told["check"][-1]["state"] == "missing" and "mimic-cxr-reports.zip" in told["check"][-1]["note"]


def test_reports_that_the_list_names_and_nobody_has_are_counted(capsys, tmp_path):
    write_tree(tmp_path / "mimic", 20, reports="files")
    next((tmp_path / "mimic").rglob("s*.txt")).unlink()
    code, told = answer(capsys, "mimic-cxr", "--check", str(tmp_path / "mimic"))
    assert code == 1 and any("1 of 20 read are missing_report" in line["note"] for line in told["check"])


def test_studies_unknown_to_the_list_are_counted(capsys, mimic):
    import gzip

    path = mimic / "mimic-cxr-2.0.0-split.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b"x,59999999,19999999,train\n"))
    code, told = answer(capsys, "mimic-cxr", "--check", str(mimic))
    assert code == 0 and "names 1 study that the study list does not have" in told["check"][-1]["note"]


def test_settings_reach_the_source_that_is_checked(capsys, tmp_path):
    (tmp_path / "a.csv").write_text("key,report\n1,Clear.\n")
    location = str(tmp_path / "a.csv")
    assert answer(capsys, "reports-table", "--check", location)[0] == 1
    settings = ["--set", "reports-table.id=key", "--set", "reports-table.text=report"]
    assert answer(capsys, "reports-table", "--check", location, *settings)[0] == 0


@pytest.mark.parametrize("tokens", [["nope"], ["--check", "x"], ["openi", "--check", "x", "--set", "openi.nope=1"]])
def test_what_does_not_exist_is_a_usage_error(capsys, tokens):
    assert run(["sources", *tokens]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_folder_that_is_not_there_fails(capsys, tmp_path):
    code, told = answer(capsys, "openi", "--check", str(tmp_path / "nowhere"))
    assert code == 1 and [line["state"] for line in told["check"]] == ["missing"]


@pytest.mark.parametrize(
    "name", ["cxr-study-list.csv.gz", "cxr-record-list.csv.gz", "mimic-cxr-2.0.0-split.csv.gz",
             "mimic-cxr-2.0.0-metadata.csv.gz", "mimic-cxr-2.0.0-chexpert.csv.gz"],
)  # fmt: skip
def test_a_table_that_is_cut_off_is_found_by_name(capsys, mimic, name):
    (mimic / name).write_bytes((mimic / name).read_bytes()[:60])
    code, told = answer(capsys, "mimic-cxr", "--check", str(mimic))
    wrong = [line for line in told["check"] if line["state"] not in ("ok", "absent")]
    assert code == 1 and [(line["what"], line["state"]) for line in wrong] == [(name, "wrong")]
    assert f"{name}: the gzip file is cut off" in wrong[0]["note"]


def test_a_report_that_cannot_be_read_is_found(capsys, tmp_path):
    write_tree(tmp_path / "mimic", 20, reports="files")
    report = next((tmp_path / "mimic").rglob("s*.txt"))
    report.unlink()
    report.mkdir()
    code, told = answer(capsys, "mimic-cxr", "--check", str(tmp_path / "mimic"))
    assert code == 1 and any("1 of 20 read are unreadable_report" in line["note"] for line in told["check"])


def test_a_table_of_which_every_row_is_rejected_is_wrong(capsys, tmp_path):
    (tmp_path / "a.csv").write_text("id,text,day\n1,Clear.,31st\n")
    settings = ["--set", "reports-table.date=day"]
    code, told = answer(capsys, "reports-table", "--check", str(tmp_path / "a.csv"), *settings)
    assert code == 1 and "0 rows; rejected: 1 bad_date" in told["check"][0]["note"]


@pytest.mark.parametrize("setting", ["openi.id=x", "id=x"])
def test_a_setting_of_something_else_is_refused(capsys, tmp_path, setting):
    (tmp_path / "a.csv").write_text("id,text\n1,Clear.\n")
    assert run(["sources", "reports-table", "--check", str(tmp_path / "a.csv"), "--set", setting]) == 2
    assert "only settings of reports-table count here" in capsys.readouterr().err


def test_what_a_copy_of_ct_rate_holds_is_told_and_one_volume_is_opened(capsys, tmp_path):
    write_volume(tmp_path / "train_1/train_1_a/train_1_a_1.nii.gz", np.rint(chest()).astype(np.int16))
    write_metadata(tmp_path / "train_metadata.csv", [("train_1_a_1.nii.gz", "B", 1.0, -1024)])
    write_reports(tmp_path / "train_reports.csv", [("train_1_a_1.nii.gz", "", "", "A nodule.", "")])
    code, told = answer(capsys, "ct-rate", "--check", str(tmp_path))
    lines = {line["what"]: (line["state"], line["note"]) for line in told["check"]}
    assert code == 0 and lines["voxels"] == ("ok", "train_1_a_1 has 72 x 64 x 24, HU as stored")
    assert lines["train_reports.csv"][0] == "ok" and lines["*_predicted_labels.csv"][0] == "absent"
    (tmp_path / "train_1/train_1_a/train_1_a_1.nii.gz").write_bytes(b"no volume")
    code, told = answer(capsys, "ct-rate", "--check", str(tmp_path))
    assert code == 1 and any("train_1_a_1 is not_nifti" in line["note"] for line in told["check"])
