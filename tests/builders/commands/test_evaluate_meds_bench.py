"""`medmill evaluate meds-bench`: runs from files, in our form and the published one, and runs without a model."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.cli import run
from schemas.terms import Terms
from tests.annotators.llm.scripted import Asked, Scripted, serving
from tests.qc.evaluate.bench import made_items as made

pytestmark = pytest.mark.extras
pytest.importorskip("sacrebleu")
pytest.importorskip("rouge_score")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with a table that may be released and one that may not."""
    items = made.every_shape()
    closed = items.filter(pl.col("task").is_in(["112", "117"]))
    open_ = items.filter(~pl.col("task").is_in(["112", "117"]))
    return made.bench_build(tmp_path_factory.mktemp("bench") / "build", open_, closed)


def evaluated(capsys: pytest.CaptureFixture[str], dataset: Path, *told: str) -> dict[str, Any]:
    assert run(["evaluate", "meds-bench", "--dataset", str(dataset), "--json", *told]) == 0
    return json.loads(capsys.readouterr().out)


def scores(found: dict[str, Any], of: str) -> dict[str, float]:
    return {line["name"]: line["score"]["value"] for line in found["lines"] if line["of"] == of}


def refused(capsys: pytest.CaptureFixture[str], dataset: Path, *told: str) -> str:
    assert run(["evaluate", "meds-bench", "--dataset", str(dataset), *told]) == 2
    return capsys.readouterr().err


def gold() -> list[dict[str, str]]:
    return [{"id": row["id"], "output": row["outputs"][0]} for row in made.every_shape().to_dicts()]


@pytest.mark.parametrize("end", ["csv", "jsonl", "parquet"])
def test_right_answers_of_a_file_score_1_as_the_baseline_does(
    end: str, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, rows = tmp_path / f"right.{end}", pl.DataFrame(gold())
    {"csv": rows.write_csv, "jsonl": rows.write_ndjson, "parquet": rows.write_parquet}[end](path)
    found = evaluated(capsys, dataset, "--run", str(path))
    assert set(scores(found, "task").values()) == {1.0} and found["run"] == "right" and not found["notes"]
    again = evaluated(capsys, dataset, "--baseline", "gold")
    assert again["lines"] == found["lines"]
    assert found["lines"][-1]["items"] == len(gold()) == pl.read_parquet(dataset / "items*" / "*.parquet").height


def test_what_is_missing_doubled_or_foreign_is_told(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row for row in gold() if row["id"].startswith("57:")][1:]
    path = tmp_path / "part.jsonl"
    told = [*rows, rows[0], {"id": "elsewhere", "output": "A"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in told))
    found = evaluated(capsys, dataset, "--run", f"mine={path}", "--task", "57")
    assert scores(found, "task") == {"57": 4 / 5} and found["run"] == "mine"
    notes = " | ".join(found["notes"])
    assert (
        "1 of 5 items have no output" in notes and "1 rows say the same again" in notes and "1 ids are no item" in notes
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {**rows[0], "output": "other"}]))
    assert "1 questions are answered twice and differently (57:made/1" in refused(capsys, dataset, "--run", str(path))


def test_the_published_form_finds_its_items_by_their_input(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = made.every_shape().filter(pl.col("task").is_in(["57", "124"])).to_dicts()
    prompt = "Do this.\nInput: {}\nOutput: x\n\nInput: {}\nOutput:"
    rows = [
        {"task_id": f"task{row['bench_id']}_x", "input": prompt.format(items[0]["input"], row["input"]),
         "GT": row["outputs"][0], "output": row["outputs"][0]} for row in items
    ]  # fmt: skip
    rows.append({"task_id": "7", "input": "never asked", "GT": "", "output": "A"})
    pl.DataFrame(rows).write_csv(tmp_path / "out.csv")
    found = evaluated(capsys, dataset, "--run", str(tmp_path / "out.csv"), "--task", "57", "--task", "124")
    assert scores(found, "task") == {"57": 1, "124": 1}
    assert [note for note in found["notes"] if "1 rows ask no item" in note]


def test_items_of_one_input_are_told_apart_by_their_answers_in_the_published_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [made.item("57", at, input="The same.", outputs=[mark], gold=[mark], choices=made.ORGANS)
            for at, mark in enumerate("ABB")]  # fmt: skip
    build = made.bench_build(tmp_path / "build", made.frame(rows))
    told = [{"task_id": "57", "input": "The same.", "GT": mark, "output": mark} for mark in "BAB"]
    pl.DataFrame(told).write_csv(tmp_path / "out.csv")
    (line, *_) = evaluated(capsys, build, "--run", str(tmp_path / "out.csv"))["lines"]
    assert (line["score"]["value"], line["missing"]) == (1, 0)


def test_runs_without_a_model_show_what_chance_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = ["A"] * 500 + ["B"] * 300 + ["C"] * 200
    build = made.bench_build(tmp_path / "build", made.frame(made.choice("57", "en", made.ORGANS, answers)))
    assert scores(evaluated(capsys, build, "--baseline", "majority"), "task") == {"57": 0.5}
    chance = 0.5**2 + 0.3**2 + 0.2**2
    (line, *_) = evaluated(capsys, build, "--baseline", "shuffled")["lines"]
    assert line["score"]["value"] == pytest.approx(chance, abs=0.05)
    assert line["score"]["low"] < line["score"]["value"] < line["score"]["high"]


def test_groups_and_what_was_read_are_written(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "read.csv"
    page = tmp_path / "pages" / "runs.html"
    told = ["--baseline", "gold", "--baseline", "shuffled", "--out", str(out), "--page", str(page)]
    assert run(["evaluate", "meds-bench", "--dataset", str(dataset), *told]) == 0
    shown = capsys.readouterr().out
    assert "gold on meds-bench" in shown and "shuffled on meds-bench" in shown and "Fact_verication" in shown
    html = page.read_text(encoding="utf-8")
    assert html.index(">gold<") < html.index(">shuffled<") and "Fact Verification" in html
    assert not any(row["input"] in html for row in made.every_shape().to_dicts()), "a page of figures holds no item"
    read = pl.read_csv(out)
    assert read.height == 2 * len(gold()) and read.columns == [
        "run", "id", "task", "metric", "said", "value", "unparsed", "missing"
    ]  # fmt: skip
    found = evaluated(capsys, dataset, "--baseline", "gold", "--language", "zh")
    assert scores(found, "language") == {"zh": pytest.approx(1)} and set(scores(found, "task")) == {
        "58",
        "51",
        "chinese",
    }


def test_what_cannot_be_scored_is_refused(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--run FILE" in refused(capsys, dataset)
    assert "no baseline is called 'best'" in refused(capsys, dataset, "--baseline", "best")
    assert "--task 999: no items of it; there are 1, 106" in refused(
        capsys, dataset, "--baseline", "gold", "--task", "999"
    )
    assert "no such file" in refused(capsys, dataset, "--run", str(tmp_path / "none.csv"))
    (tmp_path / "a.csv").write_text("id,output\nx,y\n")
    assert "none of its 1 rows answers an item" in refused(capsys, dataset, "--run", str(tmp_path / "a.csv"))
    (tmp_path / "b.csv").write_text("name,output\nx,y\n")
    assert "expected id and output" in refused(capsys, dataset, "--run", str(tmp_path / "b.csv"))
    twice = ["--run", f"gold={tmp_path / 'c.csv'}", "--baseline", "gold"]
    pl.DataFrame(gold()).write_csv(tmp_path / "c.csv")
    assert "two runs are called gold" in refused(capsys, dataset, *twice)
    empty = made.bench_build(tmp_path / "empty", made.every_shape().clear())
    assert "it holds no items to score (items or items_closed)" in refused(capsys, empty, "--baseline", "gold")


def first_letter(asked: Asked) -> str:
    """Always the first option; nothing at all for a rationale."""
    return "A" if "Do task 57." in asked[-1]["content"] else "" if "Do task 51." in asked[-1]["content"] else "no"


def test_a_served_model_is_shown_the_task_and_asked_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("openai")
    shown = [{"input": "An older question.", "output": "B"}, {"input": "Another.", "output": "C"}]
    items = made.every_shape().filter(pl.col("task").is_in(["57", "51"]))
    items = items.with_columns(examples=pl.Series([shown] * items.height, dtype=made.COLUMNS["examples"]))
    build = made.bench_build(tmp_path / "build", items)
    with serving(Scripted(first_letter, finish="length")) as script:
        told = ["--model", f"tiny@{script.url}", "--answers", str(tmp_path / "answers")]
        found = evaluated(capsys, build, *told, "--shots", "1")
        asked = len(script.asked)
        assert evaluated(capsys, build, *told, "--shots", "1") == found
        assert len(script.asked) == asked + 1, "an empty answer is not stored; every other one is"
        evaluated(capsys, build, *told, "--task", "57")
    assert scores(found, "task") == {"57": 1 / 5, "51": 0} and found["run"] == "tiny"
    assert "1 items without a usable output: empty_answer" in found["notes"]
    limits = {body["max_tokens"] for body in script.asked}
    assert limits == {200, 1000}
    one, two = script.questions[0], script.questions[-1]
    assert "An older question." in one and "Another." not in one and "Another." in two
    assert one.startswith("Do task") and one.endswith("Output:")


def test_closed_text_stays_where_its_terms_keep_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = made.bench_build(tmp_path / "build", made.every_shape().head(2), terms=Terms(remote_processing=False))
    message = refused(capsys, build, "--model", "m@https://no-such-host.invalid/v1")
    assert "no remote processing; nothing was sent" in " ".join(message.split())


def test_the_published_rules_lose_right_answers_and_the_traps_say_which(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("nltk")
    pytest.importorskip("jieba")
    pytest.importorskip("janome")
    found = evaluated(capsys, dataset, "--baseline", "gold", "--as-published", "--traps")
    assert found["as_published"]
    tasks = scores(found, "task")
    assert (tasks["57"], tasks["124"], tasks["61"], tasks["117"]) == (4 / 5, 3 / 4, 0, 1)
    assert tasks["125"] == 1 and tasks["112"] == pytest.approx(1)
    caught = {line["trap"]: (line["items"], line["to_right"], line["to_wrong"]) for line in found["traps"]}
    assert caught["letters-beyond-d"][2] == 1 + 1 + 1 + 2 and caught["maybe"] == (4, 0, 1)
    assert caught["commas"][2] == 6 and caught["first-answer"] == (1, 0, 0)
    rows = [{"id": "112:made/1", "output": "Left effusion."}, {"id": "57:made/0", "output": "The answer is A."}]
    pl.DataFrame(rows).write_csv(tmp_path / "part.csv")
    found = evaluated(capsys, dataset, "--run", str(tmp_path / "part.csv"), "--as-published", "--traps")
    assert scores(found, "task") == {"57": 0, "112": pytest.approx(2 * 0.5 * 0.2 / 0.7)}
    assert f"{len(gold()) - 2} of {len(gold())} items have no output in the run and were left out" in found["notes"]
    caught = {line["trap"]: line["to_wrong"] for line in found["traps"] if line["to_wrong"]}
    assert caught == {"first-letter": 1, "first-answer": 1}
    assert run(["evaluate", "meds-bench", "--dataset", str(dataset), "--baseline", "gold", "--traps"]) == 0
    assert "letters-beyond-d" in capsys.readouterr().out


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model of random weights, that knows a few words and reads 24 of them."""
    from tests.annotators.tokens.tiny import tiny_classifier

    return tiny_classifier(tmp_path_factory.mktemp("bert"))


@pytest.mark.heavy
def test_bertscore_of_a_model_stands_beside_and_is_1_for_the_right_answers(
    dataset: Path, bert: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ["--baseline", "gold", "--bertscore", bert, "--page", str(tmp_path / "runs.html")]
    found = evaluated(capsys, dataset, *told)
    lines = [line for line in found["lines"] if line["of"] == "task" and line["metric"] == "bleu-rouge"]
    assert len(lines) == 4
    assert all(line["figures"]["bertscore"]["value"] == pytest.approx(1, abs=1e-4) for line in lines)
    assert set(scores(found, "task").values()) == {1.0}
    assert "bertscore" in (tmp_path / "runs.html").read_text(encoding="utf-8")


@pytest.mark.heavy
def test_bertscore_is_a_number_whatever_was_said(dataset: Path, bert: str, capsys: pytest.CaptureFixture[str],
                                                 tmp_path: Path) -> None:  # fmt: skip
    """An output of signs that are no token to the model made the whole figure no number."""
    ids = pl.concat(pl.read_parquet(dataset / table / "*.parquet") for table in ("items", "items_closed"))["id"]
    odd = ["\u200b", " ", "", "...", "nodule " * 99, "\ufffd", "\u0000", "肺"]
    rows = pl.DataFrame({"id": ids, "output": [odd[at % len(odd)] for at in range(ids.len())]})
    rows.write_parquet(tmp_path / "odd.parquet")
    found = evaluated(capsys, dataset, "--run", str(tmp_path / "odd.parquet"), "--bertscore", bert)
    lines = [line for line in found["lines"] if line["of"] == "task" and line["metric"] == "bleu-rouge"]
    values = [line["figures"]["bertscore"]["value"] for line in lines]
    assert len(values) == 4 and all(-1 <= value < 1 for value in values)
