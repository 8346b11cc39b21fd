"""`medmill score ratescore` from files to files: what is joined, what is rejected, what is said, and the page."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from annotators.ratescore.metric import RateScore
from builders import cli, scoring

MADE = {
    "s1": "Small left pleural effusion. Heart size is normal.",
    "s2": None,
    "s3": "Nodule in the right upper lobe. <script>alert(1)</script> It measures 5 mm.",
    "s4": "Clear lungs.",
    "s5": "Written for nobody.",
}
TRUE = {
    "s4": "Clear lungs.",
    "s1": "No pleural effusion. Heart is enlarged.",
    "s2": "Clear lungs.",
    "s3": "A mass.",
    "s6": "Other.",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, rows in (("made.csv", MADE), ("true.csv", TRUE)):
        pl.DataFrame({"study": list(rows), "report": list(rows.values())}).write_csv(tmp_path / name)
    return tmp_path


def run(*words: str, made: str = "made.csv", true: str = "true.csv") -> int:
    files = ["--candidates", made, "--references", true]
    return cli.run(["score", "ratescore", *files, "--id", "study", "--text", "report", *words])


def said(capsys: pytest.CaptureFixture[str], *words: str, **files: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run("--json", *words, **files) == 0
    return json.loads(capsys.readouterr().out)


def test_rows_are_joined_by_id_in_the_order_of_the_candidates(here: Path) -> None:
    assert run("--out", "scores.parquet") == 0
    scores = pl.read_parquet(here / "scores.parquet")
    assert scores["study"].to_list() == ["s1", "s2", "s3", "s4"]
    assert scores.columns == ["study", "score", "precision", "recall", "candidate_entities", "reference_entities"]
    assert scores["score"].to_list()[1] is None and scores["score"].to_list()[3] == 1
    alone = RateScore().score([MADE["s1"] or ""], [TRUE["s1"]]).scores["score"][0]
    assert scores["score"][0] == alone


def test_rows_without_a_partner_or_an_id_are_rejected_with_the_reason(here: Path) -> None:
    with (here / "made.csv").open("a") as file:
        file.write(',"no id"\n')
    assert run("--out", "scores.csv") == 0
    rejected = pl.read_ndjson(here / "scores.rejected.jsonl").sort("reason")
    assert rejected.select("study", "reason").rows() == [
        (None, "missing_id"), ("s6", "no_candidate"), ("s5", "no_reference")
    ]  # fmt: skip
    pl.DataFrame({"study": ["s1"], "report": ["x"]}).write_csv(here / "one.csv")
    assert run("--out", "scores.csv", made="one.csv", true="one.csv") == 0
    assert (here / "scores.rejected.jsonl").read_text() == "", "what an earlier run rejected would pass for this one's"


def test_the_summary_tells_mean_interval_counts_and_seconds(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "--out", "scores.parquet")
    scores = pl.read_parquet(here / "scores.parquet")["score"].drop_nulls()
    assert (told["pairs"], told["scored"]) == (4, 3)
    assert told["mean"] == pytest.approx(scores.mean())
    assert scores.min() <= told["low"] < told["mean"] < told["high"] <= 1
    assert told["rejected"] == {"no_reference": 1, "no_candidate": 1}
    assert list(told["seconds"]) == ["split", "recognise", "embed", "score"]
    assert run() == 0
    printed = capsys.readouterr()
    assert f"RaTEScore {told['mean']:.4f}" in printed.out and "1 have none" in printed.out
    assert "2 rows rejected" in printed.err
    assert said(capsys, "--empty", "0.5")["scored"] == 4


def test_explanations_stand_under_the_ids(here: Path) -> None:
    assert run("--explain", "explain.csv") == 0
    rows = pl.read_csv(here / "explain.csv")
    first = rows.row(0, named=True)
    assert first["study"] == "s1" and first["direction"] == "precision" and first["match"] == "pleural effusion"
    assert set(rows["study"]) == {"s1", "s2", "s3", "s4"}
    assert rows.filter(study="s2")["match"].to_list() == [None, None]


def test_a_second_run_with_a_cache_reads_and_embeds_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = said(capsys, "--cache", "cache"), said(capsys, "--cache", "cache")
    assert first["sentences_recognised"] > 0 and first["strings_embedded"] > 0
    assert (second["sentences_recognised"], second["strings_embedded"]) == (0, 0)
    assert second["mean"] == first["mean"]


def test_blocks_change_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--explain", "explain.csv", "--html", "page.html", "--html-pairs", "2", "--out")
    assert run(*words, "whole.csv") == 0
    whole = [(here / name).read_bytes() for name in ("whole.csv", "explain.csv", "page.html")]
    monkeypatch.setattr(scoring, "BLOCK", 1)
    assert run(*words, "parts.csv") == 0
    assert [(here / name).read_bytes() for name in ("parts.csv", "explain.csv", "page.html")] == whole


def test_only_the_first_pairs_where_a_limit_is_set(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--limit", "1")["pairs"] == 1


def test_columns_may_have_other_names_and_sections_are_one_report(here: Path) -> None:
    sections = {"findings": ["A nodule.", "A mass"], "impression": [None, "No effusion"]}
    pl.DataFrame({"uid": ["s1", "s4"], **sections}).write_parquet(here / "theirs.parquet")
    named = ("--reference-id", "uid", "--reference-text", "findings,impression")
    assert run(*named, "--out", "scores.jsonl", true="theirs.parquet") == 0
    scores = pl.read_ndjson(here / "scores.jsonl")
    assert scores.select("study", "reference_entities").rows() == [("s1", 1), ("s4", 2)]


def test_the_page_shows_the_worst_pairs_first_and_text_as_text(here: Path) -> None:
    assert run("--html", "page.html", "--html-pairs", "2") == 0
    page = (here / "page.html").read_text()
    assert page.index("<h2>s3") < page.index("<h2>s1") and "<h2>s4" not in page
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page
    assert "2 of 4 pairs" in page and "falls under their terms" in page


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--text", "words"), "no column words"),
        (("--id", "number"), "no column number"),
        (("--id", "score"), "the output has a column of that name"),
        (("--out", "made.csv"), "are to be different files"),
        (("--out", "scores.txt"), "cannot tell the format"),
        (("--html-pairs", "0"), "are at least 1"),
        (("--recognizer", "oracle"), "unknown recognizer 'oracle'"),
        (("--embedder", "oracle"), "unknown embedder 'oracle'"),
        (("--decoder", "published"), "the published decoder reads labels of tokens"),
        (("--references", "nowhere.csv"), "nowhere.csv: no such file"),
        (("--html", "nowhere/page.html"), "nowhere: no such folder"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, str], message: str
) -> None:
    given = {"--candidates": "made.csv", "--references": "true.csv", "--id": "study", "--text": "report"}
    given |= dict([words])
    assert cli.run(["score", "ratescore", *(word for pair in given.items() for word in pair)]) in (1, 2)
    error = capsys.readouterr().err
    assert message in error and error.startswith("medmill: ") and error.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no column study, report"),
        ("study,report\n", "no rows here; expected a row per report"),
        ("study,report\nx1,Clear.\nx2,Clear.\n", "none of its 2 ids in column study is among the 5 in column study"),
        ("study,report\ns1,Secret words.\ns2,a\ns1,b\n", "row 3 has the id of row 1 in column study (1 such rows)"),
    ],
)
def test_bad_tables_are_told_by_place_and_never_by_content(
    here: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    (here / "made.csv").write_text(content)
    assert run("--out", "scores.csv") == 1
    error = capsys.readouterr().err
    assert message in error and "Secret" not in error and error.count("\n") == 1
    assert not (here / "scores.csv").exists()


@pytest.mark.heavy
def test_a_model_folder_without_a_tokenizer_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.annotators.tokens.tiny import tiny_classifier

    (here / "model").mkdir()
    tiny_classifier(here / "model")
    for path in [*(here / "model").glob("token*"), *(here / "model").glob("*.txt")]:
        path.unlink()
    for option in ("--recognizer", "--embedder"):
        assert run(option, "transformers:model") == 1
        assert "no tokenizer there" in capsys.readouterr().err
