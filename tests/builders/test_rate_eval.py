"""`rate-eval` end to end: rated pairs and rewrites with their scores, checked, evaluated, exported and released."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from annotators.rewriting.meaning import readings
from builders.api import build
from builders.cli import run
from builders.sources.rate_eval_folder import RateEvalFolder
from qc.evaluate.metric import metric
from schemas.checksums import sha256_of
from schemas.errors import UsageError
from schemas.manifest import read_manifest
from tests.builders.sources.rated_files import SETTINGS, write_copy

NO_BASELINES = {"baselines": ""}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rate-eval")
    sources = {"rate-eval-folder": str(write_copy(folder / "copy")), "synthetic": "60"}
    build("rate-eval", sources=sources, out=folder / "build", settings=SETTINGS, workers=0)
    return folder


def table(home: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(home / "build" / name / "*.parquet")


def digests(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): sha256_of(path) for path in sorted(folder.glob("*/*.parquet"))}


def test_all_three_tasks_are_there_and_the_checks_pass(home: Path) -> None:
    assert {one.name for one in read_manifest(home / "build").tables} == {
        "sentence_ratings", "paragraph_ratings", "synthetic"
    }  # fmt: skip
    assert (table(home, "sentence_ratings").height, table(home, "paragraph_ratings").height) == (14, 16)
    assert run(["qc", str(home / "build")]) == 0
    report = json.loads((home / "build" / "qc" / "report.json").read_text())
    assert not [one["name"] for one in report["checks"] if one["verdict"] in ("fail", "warn")]


def test_rewrites_are_what_they_are_called(home: Path) -> None:
    rows = table(home, "synthetic")
    assert rows.height > 30 and (rows["changed"] > 0).all() and (rows["flipped"] > 0).all()
    assert set(rows["rewriter"]) == {"rules"}
    assert (rows["synonym"] != rows["reference"]).all() and (rows["antonym"] != rows["reference"]).all()
    own, other = readings(rows["reference"].to_list()), readings(rows["antonym"].to_list())
    assert all(one != two for one, two in zip(own, other, strict=True))


def test_scores_agree_with_ratings_of_obvious_errors(home: Path) -> None:
    scored = table(home, "sentence_ratings")
    (line,) = metric(scored, ["ratescore"], ["rating"], lower_is_better=True, draws=50)
    assert line.figures["spearman"].value > 0
    assert scored.filter(pl.col("candidate").str.starts_with("Lungs are clear"))["ratescore"].min() > 0.99


def test_the_tables_are_evaluated_as_they_are(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = home / "build"
    told = ["--metric", "ratescore", "--human", "rating", "--lower-is-better", "--json"]
    assert run(["evaluate", "metric", str(folder / "sentence_ratings"), *told]) == 0
    assert json.loads(capsys.readouterr().out)[0]["rows"] == 14
    assert run(["evaluate", "metric", str(folder / "synthetic"), "--metric", "ratescore", "--pairs", "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert line["pairs"] + line["left_out"] == table(home, "synthetic").height


@pytest.mark.extras
def test_baselines_stand_beside_ours(home: Path) -> None:
    pytest.importorskip("sacrebleu")
    pytest.importorskip("rouge_score")
    rows = table(home, "synthetic")
    names = [f"{name}_{which}" for name in ("bleu", "rouge1", "rouge2", "rougeL") for which in ("synonym", "antonym")]
    assert all(rows[name].is_between(0, 1).all() for name in names)
    assert rows["bertscore_synonym"].null_count() == rows.height


def test_the_export_reads_back_as_what_was_rated(home: Path) -> None:
    assert run(["export", "rate_eval", str(home / "build"), "--out", str(home / "export")]) == 0
    again = RateEvalFolder(str(home / "export"))
    for name in ("sentence_ratings", "paragraph_ratings"):
        ours = table(home, name).sort("id")
        back = pl.concat(again.read(name, shard.name).frame for shard in again.shards(name)).sort("id")
        assert back.equals(ours.select(back.columns))
    texts = json.loads((home / "export" / "Task3_synthetic_rate" / "antonym_report_test.json").read_text())
    mine = table(home, "synthetic").filter(split="test")
    assert texts == dict(mine.sort("id").select("id", "antonym").iter_rows())


def test_any_number_of_workers_gives_the_same_bytes(tmp_path: Path) -> None:
    for workers in (0, 2):
        build("rate-eval", sources={"synthetic": "30"}, out=tmp_path / str(workers), settings=NO_BASELINES,
              workers=workers)  # fmt: skip
    assert digests(tmp_path / "0") == digests(tmp_path / "2") != {}


def closed(tmp_path: Path) -> dict[str, str]:
    rows = {"id": ["a", "b", "c"], "text": ["No effusion.", "There is a nodule.", "Thank you for coming."]}
    pl.DataFrame(rows).write_csv(tmp_path / "reports.csv")
    return {"reports-table": str(tmp_path / "reports.csv")}


def test_no_text_of_a_closed_source_leaves_in_either_version(tmp_path: Path, home: Path) -> None:
    settings = {**NO_BASELINES, "reports-table.text": "findings=text", "reports-table.ids_may_leave": "true"}
    build("rate-eval", sources=closed(tmp_path), out=tmp_path / "out", settings=settings, workers=0)
    manifest = read_manifest(tmp_path / "out")
    assert manifest.stage("rewrites.made").rejected == {"nothing_flipped": 1}
    assert run(["qc", str(tmp_path / "out")]) == 0
    words = ["release", str(tmp_path / "out"), "--version", "1.0.0", "--out", str(tmp_path / "release")]
    assert run([*words, "--quiet"]) == 0 and run(["verify", str(tmp_path / "release")]) == 0
    left = pl.concat(pl.read_parquet(path) for path in (tmp_path / "release").glob("synthetic/*.parquet"))
    assert not {"reference", "synonym", "antonym"} & set(left.columns) and left.height == 2
    whole = ["release", str(home / "build"), "--version", "1.0.0", "--out", str(home / "release"), "--quiet"]
    assert run(whole) == 0
    kept = pl.read_parquet(home / "release" / "synthetic" / "*.parquet")
    assert {"reference", "synonym", "antonym", "ratescore_antonym"} <= set(kept.columns)


@pytest.mark.parametrize(("settings", "said"), [
    ({"rewriter": "gpt"}, "expected rules, or llm:"),
    ({"rewriter": "llm:tiny@http://127.0.0.1:9/v1"}, "answers=FOLDER"),
    ({"rewriter": "llm:tiny@https://8.8.8.8/v1", "answers": "a"}, "nothing was sent"),
    ({"baselines": "meteor"}, "expected bleu, rouge or bertscore"), ({"embedder": "x"}, "unknown embedder"),
])  # fmt: skip
def test_what_cannot_be_built_is_said_first(settings: dict[str, str], said: str, tmp_path: Path) -> None:
    settings = {**settings, "reports-table.text": "findings=text"}
    with pytest.raises(UsageError, match=re.escape(said)):
        build("rate-eval", sources=closed(tmp_path), out=tmp_path / "out", settings=settings, workers=0)


@pytest.mark.extras
def test_a_served_model_rewrites_and_is_asked_once(tmp_path: Path) -> None:
    """One report is rewritten well, one has its finding denied in the synonym, one is answered with nothing."""
    pytest.importorskip("openai")
    from tests.annotators.llm.scripted import Scripted, serving

    def say(asked: list[dict[str, str]]) -> str:
        question = next(m["content"] for m in reversed(asked) if m["content"].startswith("[1]"))
        if "Thank you" in question:
            return "You are welcome."
        pair = ("There is no evidence of effusion.", "There is an effusion.") if "effusion" in question else (
            "There is no nodule.", "There is no nodule.")  # fmt: skip
        return json.dumps({"sentences": [{"sentence": 1, "synonym": pair[0], "antonym": pair[1]}]})

    with serving(Scripted(say)) as script:
        settings = {**NO_BASELINES, "reports-table.text": "findings=text", "rewriter": f"llm:tiny@{script.url}",
                    "answers": str(tmp_path / "answers")}  # fmt: skip
        for out in ("one", "two"):
            build("rate-eval", sources=closed(tmp_path), out=tmp_path / out, settings=settings, workers=0)
        assert len(script.asked) == 1 + 3 + 3
    (row,) = pl.read_parquet(tmp_path / "two" / "synthetic" / "*.parquet").to_dicts()
    assert (row["id"], row["synonym"], row["rewriter"]) == ("a", "There is no evidence of effusion.", "tiny")
    assert read_manifest(tmp_path / "two").stage("rewrites.made").rejected == {"meaning_changed": 1, "not_json": 1}
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
