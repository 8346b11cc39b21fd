"""A run over a good build: what is written, what it says, and what it leaves alone."""

import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import polars as pl
import pytest

from qc.build import Build
from qc.report.examples import examples
from qc.run import run
from schemas.anatomy import WHOLE_REPORT
from schemas.errors import MedmillError
from schemas.manifest import MANIFEST
from schemas.quality import QcReport
from schemas.terms import Terms
from tests.qc.conftest import GoodBuild
from tests.qc.made_studies import PART


@pytest.fixture(scope="module")
def ran(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[GoodBuild, QcReport]:
    """The good build after a run, and what it said; nobody writes to it."""
    folder = copytree(pristine, tmp_path_factory.mktemp("ran") / "build")
    return GoodBuild(folder), run(folder)


def page_of(build: GoodBuild) -> str:
    return (build.folder / "qc" / "report.html").read_text(encoding="utf-8")


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and "qc" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_good_build_passes_every_check(ran: tuple[GoodBuild, QcReport]) -> None:
    _, report = ran
    assert {check.name: check.summary for check in report.checks if check.verdict != "pass"} == {}
    elsewhere = ("Volumes", "Report and masks", "Questions", "Entities", "Documents", "Instructions")  # of other kinds
    assert [check.name for check in report.skipped if check.group not in elsewhere] == ["verdicts"]
    assert report.verdict == "pass"


def test_the_report_names_the_build_it_speaks_of(ran: tuple[GoodBuild, QcReport]) -> None:
    good, _ = ran
    report = QcReport.model_validate_json((good.folder / "qc" / "report.json").read_text(encoding="utf-8"))
    assert report.manifest_sha256 == sha256((good.folder / MANIFEST).read_bytes()).hexdigest()
    assert report.manifest_sha256 in page_of(good)


def test_nothing_of_the_build_is_touched_and_a_second_run_says_the_same(
    ran: tuple[GoodBuild, QcReport], good: Any
) -> None:
    before = contents(good.folder)
    copytree(ran[0].folder / "qc", good.folder / "qc")
    first = {name: (good.folder / "qc" / name).read_bytes() for name in ("report.json", "report.html")}
    run(good.folder)
    assert contents(good.folder) == before == contents(ran[0].folder)
    assert {name: (good.folder / "qc" / name).read_bytes() for name in first} == first
    assert sorted(path.name for path in (good.folder / "qc").iterdir()) == ["report.html", "report.json"]


def test_a_missing_table_skips_its_checks_and_says_so(good: Any) -> None:
    manifest = json.loads((good.folder / MANIFEST).read_text(encoding="utf-8"))
    good.update(tables=[table for table in manifest["tables"] if table["name"] not in ("labels", "rankings")])
    report = run(good.folder)
    assert report.verdict == "pass"
    assert {check.name: check.why for check in report.skipped}[
        "agreement"
    ] == "the build has no rows in rankings, labels"


def test_an_edited_file_is_told_even_where_every_check_passes(good: Any) -> None:
    good.update(tables=_with_other_hash(good.folder))
    report = run(good.folder)
    assert (report.verdict, report.checks[1].cases) == ("warn", ["corpus/test-00000-of-00001.parquet"])


def _with_other_hash(folder: Path) -> list[dict[str, Any]]:
    tables = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["tables"]
    tables[0]["splits"]["test"]["files"][0]["sha256"] = "0" * 64
    return tables


def test_a_folder_that_is_no_build_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(MedmillError, match=r"no manifest\.json"):
        run(tmp_path)


def test_a_page_shows_no_source_text_where_the_terms_forbid_it(good: Any) -> None:
    good.update(terms=asdict(Terms(text_may_leave="no", labels_may_leave="no")))
    assert run(good.folder).verdict == "pass"
    written = "".join(
        (good.folder / "qc" / name).read_text(encoding="utf-8") for name in ("report.html", "report.json")
    )
    for text in good.read("corpus")["text"]:
        sentences = [part for part in text.split(". ") if len(part.split()) > 4]
        assert not [sentence for sentence in sentences if sentence.rstrip(".") in written]
    assert "canonical terms" in written


def test_a_page_shows_text_where_the_terms_allow_it(ran: tuple[GoodBuild, QcReport]) -> None:
    good, _ = ran
    page = page_of(good)
    assert sum(text in page for text in good.read("corpus")["text"]) >= 3


def test_text_of_a_report_is_shown_as_text_and_not_as_markup(good: Any) -> None:
    script = "<script>alert(1)</script> There is an effusion"
    for split in ("train", "validation", "test"):
        good.edit("corpus", lambda f: f.with_columns(text=pl.lit(script)), split)
    run(good.folder)
    page = (good.folder / "qc" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_structure_counts_the_studies_that_are_ranked_for_it(ran: tuple[GoodBuild, QcReport]) -> None:
    good, report = ran
    shown = report.distributions["anatomies"]
    ranked = good.read("rankings").filter(rank=1).group_by("anatomy").len()
    assert shown == {a: n for a, n in ranked.iter_rows() if a != WHOLE_REPORT}
    assert PART not in shown, "what is only inherited is not ranked"


def test_examples_are_alike_and_the_random_one_is_another(good: Any) -> None:
    for example in examples(Build.open(good.folder)):
        *best, chance = example.candidates
        assert example.alike == (best[0].score >= 0.75)
        assert chance.place == "random"
        assert chance.said.study not in {candidate.said.study for candidate in best}


def test_a_check_is_left_open_while_what_it_builds_on_fails(good: Any) -> None:
    good.edit("findings", lambda f: f.filter(pl.col("anatomy") != WHOLE_REPORT))
    skipped = {check.name: check.why for check in run(good.folder).skipped}
    assert skipped["rankings_depth"] == "left open while findings_coverage fails"
    assert "left open while findings_coverage fails" in (good.folder / "qc" / "report.html").read_text("utf-8")


def test_rejected_rows_are_counted_by_reason(ran: tuple[GoodBuild, QcReport]) -> None:
    page = page_of(ran[0])
    assert "no text" in page
    assert "<code>x1</code>" in page
