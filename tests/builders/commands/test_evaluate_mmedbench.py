"""`medmill evaluate mmedbench`: runs from files and from a served model, ours and as published, and what is refused."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.api import build
from builders.cli import run
from builders.exam_scores import Scoring
from qc.build import Build
from tests.annotators.llm.scripted import Asked, Scripted, serving
from tests.builders.reasoned_exams import judge, reasons
from tests.builders.sources.exam_copies import all_exams, headqa, write_lines

Row = Mapping[str, Any]
NAMES = {"en": "English", "zh": "Chinese", "ja": "Japanese", "fr": "French", "ru": "Russian", "es": "Spanish"}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with rationales, of which people passed two and rejected one."""
    home = tmp_path_factory.mktemp("evaluated")
    sources = all_exams(home / "exams")
    with serving(Scripted(reasons)) as script:
        told = {"rationale": f"llm:tiny@{script.url}", "answers": str(home / "answers")}
        build("mmedbench", sources=sources, out=home / "open", workers=0, settings=told)
    rationales = pl.read_parquet(home / "open" / "exam_questions" / "*.parquet").drop_nulls("rationale")
    judge(home / "open", ("accept",) * 20, "test")
    assert run(["review", str(home / "open"), "--export", str(home / "said")]) == 0
    settings = {**told, "verdicts": str(home / "said")}
    build("mmedbench", sources=sources, out=home / "build", workers=0, settings=settings)
    assert rationales.filter(split="test").height > 3
    return home / "build"


def questions(dataset: Path) -> pl.DataFrame:
    return pl.read_parquet(dataset / "exam_questions" / "test*.parquet").sort("id")


def written(path: Path, dataset: Path, say: Callable[[Row], str], **more: Callable[[Row], Any]) -> Path:
    """A run by ids, in the format of its name."""
    rows = questions(dataset).to_dicts()
    columns = {"id": [row["id"] for row in rows], "output": [say(row) for row in rows]}
    frame = pl.DataFrame({**columns, **{name: [of(row) for row in rows] for name, of in more.items()}})
    {".csv": frame.write_csv, ".jsonl": frame.write_ndjson, ".parquet": frame.write_parquet}[path.suffix](path)
    return path


def gold(row: Row) -> str:
    return ",".join(row["answer"])


def evaluated(capsys: pytest.CaptureFixture[str], dataset: Path, *told: str) -> dict[str, Any]:
    assert run(["evaluate", "mmedbench", "--dataset", str(dataset), "--json", *told]) == 0
    return json.loads(capsys.readouterr().out)


def by_language(found: dict[str, Any], what: str) -> dict[str, Any]:
    return {line["language"]: line[what] and line[what]["value"] for line in found["lines"]}


@pytest.mark.parametrize("end", ["csv", "jsonl", "parquet"])
def test_the_right_answers_score_all_and_wrong_ones_nothing(
    end: str, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = written(tmp_path / f"right.{end}", dataset, lambda row: f"So the answer is {gold(row)}.")
    found = evaluated(capsys, dataset, "--run", str(right))
    assert by_language(found, "accuracy") == dict.fromkeys([*sorted(NAMES), "mean"], 1.0)
    assert found["lines"][-1]["questions"] == questions(dataset).height == 13
    wrong = written(tmp_path / f"wrong.{end}", dataset, lambda row: "A" if "A" not in row["answer"] else "B")
    assert set(by_language(evaluated(capsys, dataset, "--run", str(wrong)), "accuracy").values()) == {0.0}


def test_an_answer_that_examiners_accepted_beside_another_is_right() -> None:
    options = [{"letter": letter, "text": f"choice {letter}"} for letter in "ABCDE"]
    asked = pl.DataFrame([
        {"id": f"q{n}", "language": "ja", "options": options, "answer": ["A"], "also_accepted": ["D", "B,C"],
         "needs_image": False, "struck": False} for n in range(5)
    ])  # fmt: skip
    run_ = pl.DataFrame({"id": [f"q{n}" for n in range(5)], "output": ["A", "正解：D", "B, C", "B", "A, D"]})
    assert Scoring().compared(asked, run_)["right"].to_list() == [True, True, True, False, False]


def test_unreadable_missing_and_foreign_answers_are_counted(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = questions(dataset)
    told = [{"id": id_, "output": "I cannot say." if n < 3 else ",".join(answer)}
            for n, (id_, answer) in enumerate(rows.select("id", "answer").iter_rows()) if n < 10]  # fmt: skip
    path = write_lines(tmp_path / "run.jsonl", [*told, told[0], {"id": "elsewhere/1", "output": "A"}])
    found = evaluated(capsys, dataset, "--run", str(path), "--out", str(tmp_path / "read.csv"))
    mean = found["lines"][-1]
    assert (mean["questions"], mean["unparsed"], mean["missing"]) == (13, 3, 3)
    notes = " | ".join(found["notes"])
    assert "3 of 13 questions have no answer in the run and count as wrong" in notes
    assert "in 3 answers no option could be read" in notes
    assert "1 rows say the same again" in notes and "1 ids are no question of this dataset" in notes
    read = pl.read_csv(tmp_path / "read.csv")
    assert (read["right"].sum(), read["missing"].sum(), read.height) == (7, 3, 13)


def test_what_cannot_be_scored_is_refused(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = questions(dataset)["id"][0]
    cases = {
        "two.jsonl": ([{"id": first, "output": "A"}, {"id": first, "output": "B"}], "1 questions are answered twice"),
        "none.jsonl": ([{"id": "x", "output": "A"}], "none of its 1 ids is a question of this dataset"),
        "shape.jsonl": ([{"question": "x", "said": "A"}], "expected id and output"),
        "where.csv": (None, "no such file"),
    }  # fmt: skip
    for name, (rows, message) in cases.items():
        path = write_lines(tmp_path / name, rows) if rows else tmp_path / name
        assert run(["evaluate", "mmedbench", "--dataset", str(dataset), "--run", str(path)]) == 2
        assert message in capsys.readouterr().err
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "a", "output')
    assert run(["evaluate", "mmedbench", "--dataset", str(dataset), "--run", str(broken)]) == 2
    assert "cannot be read as .jsonl" in capsys.readouterr().err
    assert run(["evaluate", "mmedbench", "--dataset", str(dataset)]) == 2
    assert "--run FILE, or --model" in capsys.readouterr().err
    told = ["--run", str(write_lines(tmp_path / "a.jsonl", [{"id": first, "output": "A"}])), "--split", "validation"]
    assert run(["evaluate", "mmedbench", "--dataset", str(dataset), *told]) == 2
    assert "no questions of the split validation" in capsys.readouterr().err


@pytest.mark.extras
def test_rationales_are_compared_in_their_language(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sacrebleu")
    held = questions(dataset).drop_nulls("rationale")
    same = written(
        tmp_path / "same.jsonl", dataset, lambda row: f"{row['rationale'] or 'Because.'}\nAnswer: {gold(row)}"
    )
    found = evaluated(capsys, dataset, "--run", str(same))
    mean = found["lines"][-1]
    assert mean["rationales"] == held.height and set(mean["scores"]) == {"bleu1", "bleu4", "rouge1", "rougeL"}
    assert all(score["value"] == pytest.approx(1) for score in mean["scores"].values())
    apart = written(tmp_path / "apart.jsonl", dataset, gold, rationale=lambda row: "xyzzy")
    scores = evaluated(capsys, dataset, "--run", str(apart), "--human-passed")["lines"][-1]
    assert scores["rationales"] == held.filter("human_check_passed").height < held.height + 1
    assert scores["scores"]["rouge1"]["value"] == 0 and scores["accuracy"]["value"] == 1


def published(path: Path, rows: pl.DataFrame, say: Callable[[Row], str], truth: Callable[[Row], str]) -> Path:
    told = [
        {
            "Language": NAMES[row["language"]],
            "ModelInput": "Answer the question.\n" + "\n".join(filter(None, [row["context"], row["question"]]))
            + "\n" + "\n".join(f"{one['letter']}. {one['text']}" for one in row["options"]),
            "ModelOutput": say(row),
            "GT_Answer": truth(row),
        }
        for row in rows.to_dicts()
    ]  # fmt: skip
    pl.DataFrame(told).write_csv(path)
    return path


@pytest.mark.extras
def test_published_files_are_scored_by_either_rule(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("jieba")
    pytest.importorskip("janome")
    rows = questions(dataset)
    form = {True: "###Answer: OPTION {} IS CORRECT.</s>", False: "The answer is {}."}
    turn = {id_: n % 2 == 0 for n, id_ in enumerate(rows["id"])}
    choices = published(
        tmp_path / "multi_choice_results.csv", rows, lambda row: form[turn[row["id"]]].format(gold(row)), gold
    )
    passed = rows.filter("human_check_passed").drop_nulls("rationale")
    told = published(tmp_path / "rationale_results.csv", passed,
                     lambda row: f"###Rationale: {row['rationale']} ###Answer: OPTION A IS CORRECT.</s>",
                     lambda row: row["rationale"])  # fmt: skip
    both = ["--run", str(choices), "--run", str(told)]
    ours = evaluated(capsys, dataset, *both)
    assert set(by_language(ours, "accuracy").values()) == {1.0} and ours["lines"][-1]["rationales"] == passed.height
    theirs = evaluated(capsys, dataset, *both, "--as-published")
    share = {code: sum(turn[id_] for id_ in own["id"]) / own.height for (code,), own in rows.group_by("language")}
    assert {code: value for code, value in by_language(theirs, "accuracy").items() if code != "mean"} == pytest.approx(
        share
    )
    mean = theirs["lines"][-1]
    assert set(mean["scores"]) == {"bleu4", "rougeL"} and mean["rationales"] == passed.height
    assert mean["scores"]["bleu4"]["value"] == pytest.approx(1) and mean["fair"] is None
    by_id = written(tmp_path / "same.jsonl", dataset, lambda row: form[turn[row["id"]]].format(gold(row)))
    again = evaluated(capsys, dataset, "--run", str(by_id), "--as-published")
    assert by_language(again, "accuracy") == pytest.approx(by_language(theirs, "accuracy"))


def test_an_input_finds_the_question_with_its_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two questions of the same words differ in their options; another stands within a longer one."""
    folder = headqa(tmp_path / "head")
    path = folder / "data" / "HEAD" / "test_HEAD.json"
    whole = json.loads(path.read_text())
    (exam,) = whole["exams"].values()
    words = ["Which is true?", "Which is true?", "Which is true? Of both."]
    exam["data"] = [
        {"qid": str(n), "qtext": text, "ra": "1", "image": "",
         "answers": [{"aid": at, "atext": f"statement {n}{at}"} for at in range(1, 5)]}
        for n, text in enumerate(words)
    ]  # fmt: skip
    path.write_text(json.dumps(whole))
    build("mmedbench", sources={"headqa": str(folder)}, out=tmp_path / "out", workers=0)
    rows = questions(tmp_path / "out")
    assert rows.height == 3, "the same words with other options are another question"
    run_ = published(tmp_path / "run.csv", rows, lambda row: "A" if row["id"].endswith("/1") else "B", gold)
    found = evaluated(capsys, tmp_path / "out", "--run", str(run_), "--out", str(tmp_path / "read.csv"))
    assert found["lines"][0]["missing"] == 0
    read = pl.read_csv(tmp_path / "read.csv")
    assert read.filter(pl.col("right"))["id"].str.ends_with("/1").to_list() == [True]


def sit(asked: Asked) -> str:
    """Always the first option; a Russian question gets an answer that is none."""
    question = next(one["content"] for one in reversed(asked) if one["content"].startswith("language: "))
    if "Russian" in question:
        return "no json"
    assert re.search(r"^\[\d+\] A: ", question, re.MULTILINE)
    return json.dumps({"rationale": "It is the first.", "answer": ["A"]})


def test_a_served_model_is_asked_once_and_goes_on_where_it_stopped(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = ["--answers", str(tmp_path / "answers")]
    with serving(Scripted(sit)) as script:
        model = ["--model", f"tiny@{script.url}", *answers]
        evaluated(capsys, dataset, *model, "--language", "es")
        assert len(script.asked) == 2
        found = evaluated(capsys, dataset, *model)
        asked = len(script.asked)
        again = evaluated(capsys, dataset, *model)
        assert len(script.asked) == asked, "every answer is stored"
    assert found == again and asked == 2 + 9 + 2 * 3, "a Russian question is put three times"
    rows = questions(dataset).filter(pl.col("language") != "ru")
    right = {
        code: own.filter(pl.col("answer").list.join(",") == "A").height / own.height
        for (code,), own in rows.group_by("language")
    }
    assert by_language(found, "accuracy") == {**right, "ru": 0.0, "mean": pytest.approx(sum(right.values()) / 6)}  # pyright: ignore[reportArgumentType]
    assert any("2 questions without a usable answer: not_json" in note for note in found["notes"])


def test_a_model_is_named_as_one(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ["evaluate", "mmedbench", "--dataset", str(dataset)]
    assert run([*told, "--model", "m@http://127.0.0.1:9/v1", "--as-published"]) == 2
    assert "it scores a --run" in capsys.readouterr().err


def test_the_table_is_printed(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = written(tmp_path / "right.csv", dataset, gold)
    assert run(["evaluate", "mmedbench", "--dataset", str(dataset), "--run", str(right)]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"mean +13 +0 +1\.000 \[1\.000, 1\.000\] +12 ", shown), shown
    assert "no rationales were compared" in shown and "bleu" not in shown, "the run holds letters alone"


def test_the_export_has_the_published_fields_and_no_other(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["export", "mmedbench", str(dataset), "--out", str(tmp_path / "out")]) == 0
    files = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.jsonl"))
    assert files == sorted(f"{split}/{name}.jsonl" for split in ("Train", "Test") for name in NAMES.values())
    fields = ["question", "options", "answer_idx", "rationale", "human_checked", "human_check_passed"]
    rows = {code: questions(dataset).filter(language=code).to_dicts() for code in NAMES}
    for code, name in NAMES.items():
        lines = [json.loads(line) for line in (tmp_path / "out" / "Test" / f"{name}.jsonl").read_text().splitlines()]
        assert all(list(line) == fields for line in lines) and len(lines) == len(rows[code])
        for line, row in zip(lines, rows[code], strict=True):
            assert line["answer_idx"] == gold(row) and line["rationale"] == (row["rationale"] or "")
            assert line["options"] == {one["letter"]: one["text"] for one in row["options"]}
            assert line["question"].endswith(row["question"]) and (row["context"] or "") in line["question"]
    assert any(
        json.loads(line)["human_check_passed"] for path in (tmp_path / "out").rglob("Test/*") for line in path.open()
    )
    assert run(["export", "mmedbench", str(dataset), "--out", str(tmp_path / "seen"), "--without-images"]) == 0
    assert len((tmp_path / "seen" / "Test" / "Spanish.jsonl").read_text().splitlines()) == 1
    assert Build.open(dataset).rows("exam_questions") == 67


@pytest.mark.heavy
def test_bertscore_of_a_model_stands_beside(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.annotators.tokens.tiny import tiny_classifier

    same = written(tmp_path / "same.jsonl", dataset, gold, rationale=lambda row: row["rationale"] or "Because.")
    (tmp_path / "bert").mkdir()
    told = ["--run", str(same), "--language", "en", "--bertscore", tiny_classifier(tmp_path / "bert")]
    (line,) = evaluated(capsys, dataset, *told)["lines"]
    assert line["scores"]["bertscore"]["value"] == pytest.approx(1, abs=1e-4)
    assert run(["evaluate", "mmedbench", "--dataset", str(dataset), *told, "--as-published"]) == 1
    assert "layer 9 is asked for, the model has" in capsys.readouterr().err
