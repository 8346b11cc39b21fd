"""`mmedc` from end to end: what is medical stays once, without personal data and without questions of benchmarks."""

from pathlib import Path

import polars as pl
import pytest

from builders.api import build
from qc.run import run
from schemas.corpora import LANGUAGES
from schemas.manifest import read_manifest
from tests.builders.web_texts import Web, write_web


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Web:
    return write_web(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="module")
def built(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("mmedc") / "out"
    build("mmedc", sources=web.sources(), out=out, workers=0)
    return out


def corpus(out: Path) -> pl.DataFrame:
    return pl.read_parquet(out / "corpus.web-jsonl" / "*.parquet")


def reasons(out: Path) -> dict[str, int]:
    rows = pl.concat(pl.read_parquet(path) for path in (out / "rejected").rglob("*.parquet"))
    return dict(rows["reason"].value_counts().iter_rows())


def test_what_is_medical_stays_once(built: Path, web: Web):
    kept = set(corpus(built)["url"])
    assert web.asked not in kept
    assert not kept & web.general
    assert {web.copies.get(url, url) for url in kept} == web.medical
    assert reasons(built)["contaminated"] == 1
    assert reasons(built)["exact_duplicate"] == 1
    assert reasons(built)["near_duplicate"] == 1


def test_a_file_per_language_and_source(built: Path):
    names = {path.name.split("-")[0] for path in (built / "corpus.web-jsonl").glob("*.parquet")}
    assert names == set(LANGUAGES)


def test_documents_name_where_they_come_from(built: Path, web: Web):
    for row in corpus(built).iter_rows(named=True):
        raw = (web.folder / "web" / row["file"]).read_bytes()[row["start"] : row["end"]].decode()
        assert row["url"] in raw
        assert row["id"] == f"{row['file']}#{row['start']}"
        assert row["medical_score"] >= 0.5 or row["medical_score"] is None


def test_personal_data_are_replaced_and_counted(built: Path, web: Web):
    row = corpus(built).filter(url=web.personal).row(0, named=True)
    assert row["text"].endswith("Write to [email].")
    assert row["pii"]["email"] == 1


def test_every_id_is_accounted_for(built: Path):
    for stage in read_manifest(built).stages:
        assert stage.ids_in == stage.ids_passed + stage.ids_rejected


def test_the_report_tells_of_the_corpus(built: Path):
    report = run(built)
    assert not [check.name for check in report.checks if check.verdict == "fail"]
    sheets = {sheet.name: sheet for sheet in report.sheets}
    assert set(sheets) >= {"counts", "attrition", "languages", "duplicates", "contamination", "personal_data", "sites",
                           "licences"}  # fmt: skip
    whole = {row[0]: row[2] for row in sheets["counts"].rows if row[1] == "all"}
    found = corpus(built)["language"].value_counts()
    assert whole == dict(found.iter_rows())
    last = {row[0]: row for row in sheets["attrition"].rows}
    assert last["text-folder"] == ["text-folder", "no copies, no benchmarks", 1, 0, 0.0, "1 near duplicate"]
    assert sheets["contamination"].rows == [["bench.jsonl", 1, 1, 1, 0]]
    page = (built / "qc" / "report.html").read_text()
    assert "Clusters of copies" in page and "j.doe" not in page


def test_the_same_bytes_whatever_the_number_of_workers_and_files(built: Path, web: Web, tmp_path: Path):
    build("mmedc", sources=web.sources(), out=tmp_path / "two", workers=2)
    for path in sorted(built.glob("*/*.parquet")):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(built)).read_bytes()


def test_other_files_keep_the_same_texts(built: Path, tmp_path: Path):
    other = write_web(tmp_path / "web", files=5)
    build("mmedc", sources=other.sources(), out=tmp_path / "out", workers=0)
    assert sorted(corpus(tmp_path / "out")["text"]) == sorted(corpus(built)["text"])
