"""What annotators differ in, as a queue for people: the sentence in its report, the span, who names it, verdicts."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from shutil import copytree
from typing import Any

import polars as pl
import pytest

from builders.cli import run as medmill
from qc.build import Build
from qc.checks.verdicts import Verdicts
from qc.review.applied import applied
from qc.review.highlights import unwrapped
from qc.review.reviewable import reviewable
from qc.review.shown import shown
from tests.annotators.llm.scripted import Scripted, serving
from tests.qc.review.conftest import Start, lines
from tests.qc.review.disputed import make_disputed
from tests.qc.review.spoken import drawn, judged

ASKED = re.compile(r'<mark class="asked [a-z]*" title="([^"]*)">(.*?)</mark>', re.DOTALL)
MEANT = re.compile(r'<mark class="meant sentence" title="the sentence">(.*?)</mark>', re.DOTALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with serving(Scripted()) as script:
        return make_disputed(tmp_path_factory.mktemp("disputed"), script)


@pytest.fixture
def build(made: Path, tmp_path: Path) -> Iterator[Path]:
    yield copytree(made, tmp_path / "build")


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / name / "*.parquet")


def test_the_page_shows_the_sentence_in_its_report_the_span_and_who_names_it(build: Path, start: Start) -> None:
    keys, _ = drawn(build, "disputes", split="train")
    page = start(build, "--table", "disputes", "--split", "train", "--reviewer", "anna")
    rows = {(r["id"], r["start"], r["end"], r["type"]): r for r in table(build, "disputes").to_dicts()}
    texts = dict(table(build, "corpus").select("id", "text").iter_rows())
    assert page.items == len(keys) > 10
    for place in (1, 2, 3):
        row = rows[tuple(keys[place - 1].values())]
        html = page.ask(f"item/{place}").text
        assert "Is what is marked an entity of the type" in html and f"<h1><bdi>{row['type']}</bdi></h1>" in html
        ((label, words),) = ASKED.findall(html)
        assert label == row["type"]
        sentence = re.sub(r"<[^>]*>", "", "".join(re.findall(r"<mark .*?</mark>", html.split("legend")[0], re.DOTALL)))
        assert unescape(sentence) in unwrapped(texts[row["report"]])
        assert unescape(words) == unescape(sentence)[row["start"] : row["end"]]
        for name, by in (("named by", row["by"]), ("not named by", row["against"])):
            assert f"<dt>{name}</dt><dd><bdi>{', '.join(by)}</bdi></dd>" in html


def test_every_span_shown_is_the_one_that_was_voted_on(made: Path) -> None:
    """Also of sentences that wait for a person, and so stand in no published table."""
    build, what = Build.open(made), reviewable("disputes")
    disputes, read = table(made, "disputes"), set(table(made, "sentences")["id"])
    assert not set(disputes.filter(split="train")["id"]) & read
    texts = dict(table(made, "sentences").select("id", "text").iter_rows())
    for split in ("train", "validation"):
        for key in drawn(made, "disputes", split=split, sample=12)[0]:
            item = shown(build, what, key)
            assert item
            marked = [piece for passage in item.told.passages for piece in passage.pieces if piece.weight]
            assert [piece.text for piece in marked if piece.weight == "asked"] == [item.quote]
            if key["id"] in texts:
                assert "".join(piece.text for piece in marked) == unwrapped(texts[str(key["id"])])
            assert {line.via.split(" by ")[1] for line in item.lines} <= {"rules", "llm", "llm, rules"}


def test_a_verdict_speaks_of_the_span_and_its_type(build: Path, start: Start) -> None:
    keys, now = drawn(build, "disputes", split="train", sample=3, stratify="type")
    options = ("--split", "train", "--sample", "3", "--stratify", "type")
    page = start(build, "--table", "disputes", "--reviewer", "anna", *options)
    page.judge(1, "accept")
    page.judge(2, "correct", value="type: Disease", note="as the guideline says")
    opening, first, second = lines(build)
    assert (opening["kind"], opening["table"], opening["split"]) == ("round", "disputes", "train")
    assert (first["key"], first["decision"]) == (keys[0], "accept")
    assert (second["key"], second["value"]) == (keys[1], "type: Disease")
    assert {first["version"], second["version"]} <= set(now.values())
    assert "You accepted this" in page.ask("item/1").text


def test_reviewers_are_compared_and_rejecting_is_no_fault_of_the_build(build: Path) -> None:
    judged(build, ["accept", "reject", "reject", "reject"], "anna", "disputes")
    judged(build, ["accept", "reject", "reject", "accept"], "ben", "disputes")
    found = Verdicts().conclude(Build.open(build), {})
    assert (found.figures["disputes_reviewed"], found.figures["disputes_stale"]) == (4, 0)
    assert found.figures["disputes_kappa"] == 0.5
    assert "Read the notes and corrections" not in found.advice
    rows = table(build, "disputes").to_dicts()
    first = [next(r for r in rows if all(r[n] == v for n, v in key.items())) for key in drawn(build, "disputes")[0][:3]]
    rules = sum(("rules" in row["by"]) == right for row, right in zip(first, (True, False, False), strict=True))
    assert found.figures["disputes_rules_right"] == round(rules / 3, 4)
    assert f"people side with llm in {3 - rules} of 3, rules in {rules} of 3" in found.summary
    said = applied(Build.open(build), "disputes")
    assert sorted(said.rows["verified"].cast(pl.String).fill_null("open")) == [
        "accepted",
        "open",
        "rejected",
        "rejected",
    ]
    assert "2 reviewers judged 4 items of disputes" in said.protocol


def test_disputes_of_a_sentence_come_one_after_another(made: Path) -> None:
    """A sentence comes back when all of them are judged, which a sample of single ones would hardly reach."""
    keys, _ = drawn(made, "disputes", split="train")
    ids = [key["id"] for key in keys]
    runs = [id for n, id in enumerate(ids) if not n or ids[n - 1] != id]
    assert len(runs) == len(set(ids)) > 10 and len(ids) > len(runs)
    assert drawn(made, "disputes", split="train", sample=7)[0] == keys[:7]
    types = [key["type"] for key in drawn(made, "disputes", split="train", stratify="type")[0][:3]]
    assert len(set(types)) == len(set(table(made, "disputes").filter(split="train")["type"]).intersection(types)) > 1


def test_who_names_it_and_what_was_taken_make_no_verdict_stale(build: Path) -> None:
    _, before = drawn(build, "disputes")
    for path in (build / "disputes").glob("*.parquet"):
        rows = pl.read_parquet(path)
        rows.with_columns(taken=~pl.col("taken"), by="against", against="by").write_parquet(path)
    assert drawn(build, "disputes")[1] == before
    for path in (build / "disputes").glob("*.parquet"):
        pl.read_parquet(path).with_columns(pl.col("sentence_start") + 1).write_parquet(path)
    assert not set(drawn(build, "disputes")[1].values()) & set(before.values())


def test_a_build_by_one_annotator_has_no_queue(tmp_path: Path, capsys: pytest.CaptureFixture[Any]) -> None:
    out = str(tmp_path / "out")
    assert medmill(["build", "rate-ner", "--source", "synthetic=10", "--out", out, "--workers", "0", "--quiet"]) == 0
    assert medmill(["review", out, "--table", "disputes"]) == 2
    assert "no rows in disputes" in capsys.readouterr().err


def test_all_of_them_are_disagreements(made: Path, capsys: pytest.CaptureFixture[Any]) -> None:
    assert medmill(["review", str(made), "--table", "disputes", "--disagreements"]) == 2
    assert "disputes holds nothing else" in capsys.readouterr().err
