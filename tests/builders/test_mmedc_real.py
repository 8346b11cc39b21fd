"""`mmedc` of real texts and of PDF files rendered from some of them, to the report and the release."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from builders.api import build
from builders.recipes import mmedc
from qc.run import run
from releases.about import About
from releases.package import Wanted, release
from releases.verify import verify
from schemas.licences import UNKNOWN, normalised
from schemas.manifest import read_manifest
from tests.annotators.ocr.needed import needs_tesseract
from tests.benchmark_files import imported
from tests.builders.real_web import EACH, RealWeb, write_real_web

pytestmark = [pytest.mark.real, needs_tesseract]
ABOUT = About(mmedc.__doc__ or "", mmedc.TITLE, tasks=mmedc.TASKS, tags=mmedc.TAGS, shown_first=mmedc.SHOWN_FIRST)
MAY_LEAVE = {"pdf-folder.text_may_leave": "adapted", "pdf-folder.ids_may_leave": "true"}


@pytest.fixture(scope="module")
def real(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealWeb]:
    for readers in imported("medical_filter_texts"):
        yield write_real_web(samples, tmp_path_factory.mktemp("real"), readers)


@pytest.fixture(scope="module")
def built(real: RealWeb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("mmedc") / "out"
    build("mmedc", sources=real.sources(), out=out, settings=MAY_LEAVE, workers=0)
    return out


def rows(folder: Path) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(path) for path in sorted(folder.glob("*.parquet")))


def fates(built: Path, real: RealWeb) -> pl.DataFrame:
    """Documents of the lines with what became of them: `kept`, or the reason; and the language that was found."""
    scores = rows(built / "scores.web-jsonl").select("id", found="language")
    ids = rows(built / "corpus.web-jsonl").select("id", "url", reason=pl.lit("kept"))
    parts = (built / "rejected").glob("*.web-jsonl")
    lost = pl.concat(rows(part) for part in parts).select("id", "reason")
    places = rows(next((built / ".work").glob("documents.web-jsonl-*")) / "rows").select("id", "url")
    known = places.join(pl.concat([ids.select("id", "reason"), lost]), on="id").join(scores, on="id", how="left")
    return real.documents.join(known.drop("id"), on="url", how="left")


def test_every_document_has_one_fate(built: Path, real: RealWeb):
    found = fates(built, real)
    assert len(found) == len(real.documents) > 9 * EACH
    assert not found["reason"].has_nulls()
    for stage in read_manifest(built).stages:
        assert stage.ids_in == stage.ids_passed + stage.ids_rejected


def test_languages_are_those_that_the_sources_name(built: Path, real: RealWeb):
    found = fates(built, real).drop_nulls("found")
    assert (found["found"] == found["language"]).mean() >= 0.98  # pyright: ignore[reportOperatorIssue]


def test_medical_texts_stay_and_others_do_not(built: Path, real: RealWeb):
    """A coarse look at the whole; how good the filter is in each language is measured elsewhere, on all texts."""
    found = fates(built, real)
    medical, general = found.filter("medical"), found.filter(~pl.col("medical"))
    assert (medical["reason"] != "not_medical").mean() >= 0.9  # pyright: ignore[reportOperatorIssue]
    assert (medical["reason"] == "kept").mean() >= 0.8  # pyright: ignore[reportOperatorIssue]
    assert (general["reason"] == "kept").mean() <= 0.1  # pyright: ignore[reportOperatorIssue]


def test_pdf_files_of_text_and_of_pictures_come_out_and_copies_are_found(built: Path):
    kept = rows(built / "corpus.pdf-folder").select("id", "licence").rows()
    lost = rows(built / "rejected" / "corpus.pdf-folder").select("id", "reason").rows()
    twins = rows(built / "duplicates").filter(pl.col("source") == "pdf-folder")
    assert {("text.pdf", "CC BY 4.0"), ("scan.pdf", None)} <= set(kept)
    assert set(twins["id"]) == {"twin.pdf"}
    assert len(kept) + len(lost) == 3


def test_the_release_holds_what_licences_permit(built: Path, tmp_path: Path):
    report = run(built)
    assert not [check.name for check in report.checks if check.verdict == "fail"]
    made = release(built, tmp_path / "release", Wanted("1.0.0", ABOUT))
    assert verify(tmp_path / "release") == []
    for source in ("web-jsonl", "pdf-folder"):
        whole = rows(built / f"corpus.{source}")["licence"]
        known = sum(normalised(licence) != UNKNOWN for licence in whole)
        configs = [config for config in made.configs if config.name.startswith(f"corpus.{source}-")]
        assert sum(split.rows for config in configs for split in config.splits.values()) == known > 0
        held = sum(one.rows for one in made.held_back if one.table == f"corpus.{source}")
        assert held == len(whole) - known
    assert any(one.table == "corpus.pdf-folder" and one.rows == 1 for one in made.held_back)
