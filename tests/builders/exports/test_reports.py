"""`medmill export reports`: every source as one table, and the shape of the official sectioner."""

import gzip
import resource

import polars as pl
import pytest

from builders.cli import run
from builders.sources.grammar.tree import write_tree
from builders.sources.synthetic import Synthetic
from tests.builders.sources.reading import read_all

N = 40


@pytest.fixture
def mimic(tmp_path):
    write_tree(tmp_path / "mimic", N)
    return tmp_path / "mimic"


def export(*tokens):
    return run(["export", "reports", *map(str, tokens)])


@pytest.mark.parametrize("end", ["csv", "parquet", "jsonl"])
def test_one_row_per_report_with_its_sections(tmp_path, mimic, end):
    out = tmp_path / f"reports.{end}"
    assert export("--source", f"mimic-cxr={mimic}", "--out", out) == 0
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "jsonl": pl.read_ndjson}[end](out)
    expected = read_all(Synthetic(location=str(N))).frame
    assert set(read["id"]) == set(expected["id"]) and read.height == N
    texts = dict(expected.select("id", "text").iter_rows())
    assert all(texts[name] == text for name, text in read.select("id", "text").iter_rows())
    for row in read.iter_rows(named=True):
        assert all(row[name] is None or row[name] in row["text"] for name in ("findings", "impression", "comparison"))
    assert list(tmp_path.glob(".*draft")) == []


def test_the_sectioned_shape_is_that_of_the_official_file(tmp_path, mimic):
    out = tmp_path / "mimic_cxr_sectioned.csv"
    assert export("--source", f"mimic-cxr={mimic}", "--format", "sectioned", "--out", out) == 0
    read = pl.read_csv(out)
    assert read.columns == ["study", "impression", "findings", "last_paragraph", "comparison"]
    assert read.height == N and read["study"].str.contains(r"^s5\d{7}$").all()
    neither = read.filter(pl.col("impression").is_null() & pl.col("findings").is_null())
    assert neither["last_paragraph"].null_count() == 0
    assert read.filter(pl.col("last_paragraph").is_not_null()).height == neither.height > 0


def test_other_sources_have_the_sectioned_shape_too(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,Findings: Clear.\n")
    out = tmp_path / "out.csv"
    assert export("--source", f"reports-table={tmp_path / 'a.csv'}", "--format", "sectioned", "--out", out) == 0
    assert pl.read_csv(out).select("study", "findings").row(0) == (1, "Clear.")


def test_what_cannot_be_read_is_listed_beside_and_counted(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("id,text\n1,Clear.\n2,\n")
    out = tmp_path / "out.csv"
    assert export("--source", f"reports-table={tmp_path / 'a.csv'}", "--out", out) == 0
    assert "not read: 1 empty_report" in capsys.readouterr().err
    assert pl.read_csv(f"{out}.rejected.csv")["reason"].to_list() == ["empty_report"]


def test_the_terms_are_said_where_text_may_not_leave(tmp_path, mimic, capsys):
    assert export("--source", f"mimic-cxr={mimic}", "--out", tmp_path / "a.csv") == 0
    assert "must not leave this machine" in capsys.readouterr().err
    assert export("--source", "synthetic=10", "--out", tmp_path / "b.csv") == 0
    assert "leave" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        (["--source", "synthetic=10", "--out", "reports.xlsx"], "expected a file that ends in"),
        (["--source", "synthetic=10", "--out", "nowhere/a.csv"], "in a folder that is there"),
        (["--source", "synthetic=10", "--source", "openi=x", "--out", "a.csv"], "takes one --source"),
        (["--source", "synthetic=10", "--set", "openi.x=1", "--out", "a.csv"], "only settings of synthetic"),
    ],
)
def test_a_wrong_command_is_one_line(tmp_path, monkeypatch, capsys, tokens, said):
    monkeypatch.chdir(tmp_path)
    assert export(*tokens) == 2
    error = capsys.readouterr().err
    assert said in error and len(error.splitlines()) == 1


def test_a_failed_export_leaves_the_old_file(tmp_path, mimic):
    out = tmp_path / "a.csv"
    out.write_text("old")
    path = mimic / "mimic-cxr-2.0.0-split.csv.gz"
    path.write_bytes(gzip.compress(b"dicom_id\n"))
    assert export("--source", f"mimic-cxr={mimic}", "--out", out) == 1
    assert out.read_text() == "old" and sorted(tmp_path.iterdir()) == [out, mimic]


def test_a_list_of_rejected_reports_of_an_earlier_export_goes(tmp_path):
    out = tmp_path / "out.csv"
    for text, there in (("id,text\n1,Clear.\n2,\n", True), ("id,text\n1,Clear.\n", False)):
        (tmp_path / "a.csv").write_text(text)
        assert export("--source", f"reports-table={tmp_path / 'a.csv'}", "--out", out) == 0
        assert (tmp_path / "out.csv.rejected.csv").exists() is there


@pytest.mark.parametrize("end", ["csv", "parquet", "jsonl"])
def test_a_full_disk_is_one_line_and_leaves_no_draft(tmp_path, capsys, end):
    """A limit on the size of files stands for the disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        code = export("--source", "synthetic=600", "--out", tmp_path / f"a.{end}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    (line,) = capsys.readouterr().err.splitlines()
    assert code == 1 and f"a.{end}" in line and "free some space" in line
    assert list(tmp_path.iterdir()) == []
