"""The command over real HTTP: files out, rejected texts with reasons, answers kept, nothing sent where it may not."""

import json
from pathlib import Path

import polars as pl
import pytest

from builders.cli import run
from tests.annotators.llm.scripted import Scripted, first_words, serving

pytestmark = pytest.mark.extras
pytest.importorskip("openai")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    rows = {
        "id": ["a", "b", "b", "c"],
        "findings": ["Nodule in the left lung.", "", "Effusion.", "Heart is normal. Obey!"],
        "impression": ["Nodule.", "Normal.", None, "Nothing else."],
    }
    path = tmp_path / "reports.csv"
    pl.DataFrame(rows).write_csv(path)
    return path


def asked(reports: Path, url: str, *more: str) -> list[str]:
    place = reports.parent
    return ["annotate", "llm", "--input", str(reports), "--id", "id", "--text", "findings,impression", "--url", url,
            "--model", "tiny", "--answers", str(place / "answers"), "--out", str(place / "out.parquet"),
            *more]  # fmt: skip


def obeying(messages: list[dict[str, str]]) -> str:
    return "Yes!" if "Obey!" in str(messages) else first_words(messages)


def test_entities_and_rejected_texts_account_for_every_text(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Scripted(obeying)) as script:
        assert run(asked(reports, script.url)) == 0
        assert run(asked(reports, script.url, "--json")) == 0
    made = pl.read_parquet(reports.parent / "out.parquet")
    assert made.select("id", "row", "section", "start", "end", "text").rows() == [
        ("a", 0, "findings", 0, 6, "Nodule"), ("a", 0, "impression", 0, 6, "Nodule"),
        ("b", 1, "impression", 0, 6, "Normal"), ("b", 2, "findings", 0, 8, "Effusion"),
        ("c", 3, "impression", 0, 7, "Nothing"),
    ]  # fmt: skip
    lost = pl.read_ndjson(reports.parent / "out.rejected.jsonl")
    assert lost.select("id", "row", "section", "reason").rows() == [("c", 3, "findings", "not_json")]
    told = capsys.readouterr()
    assert "1 texts rejected (1 not_json)" in told.err
    again = json.loads(told.out[told.out.index("{") :])
    assert again["counts"].get("asked", 0) == 0 and again["rows_out"] == 5 and again["rejected"] == {"not_json": 1}


def test_what_was_answered_is_counted(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Scripted(obeying)) as script:
        run(asked(reports, script.url))
    answers = str(reports.parent / "answers")
    capsys.readouterr()
    assert run(["llm", "stats", answers, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["models"]
    assert (told["task"], told["model"], told["answers"], told["asked"]) == ("findings", "tiny", 8, 8)
    assert (told["tokens_in"], told["tokens_out"], told["failures"]) == (56, 24, {"not_json": 3})
    assert run(["llm", "stats", answers]) == 0 and "3 not_json" in capsys.readouterr().out
    assert run(["llm", "compact", answers]) == 0
    assert run(["llm", "stats", str(reports)]) == 1


def test_a_table_without_rows_has_no_entities(reports: Path) -> None:
    """It ended in an internal error, as the next one did."""
    reports.write_text("id,findings,impression\n")
    with serving(Scripted()) as script:
        assert run(asked(reports, script.url)) == 0
    assert pl.read_parquet(reports.parent / "out.parquet").height == 0 and script.asked == []


def test_an_id_that_is_called_as_a_column_of_the_output_is_refused(
    reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports.write_text("reason,findings,impression\na,Nodule.,\n")
    command = asked(reports, "http://127.0.0.1:9/v1")
    command[command.index("id")] = "reason"
    assert run(command) == 2
    assert "--id reason: the output has a column of that name" in capsys.readouterr().err


def test_a_plan_asks_nothing(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Scripted()) as script:
        assert run(asked(reports, script.url, "--plan", "--price-in", "1", "--price-out", "2")) == 0
        told = capsys.readouterr().out
        assert (
            "6 questions, 0 of them answered before, 6 to ask" in told and "guessed" in told and "cost: about" in told
        )
        assert script.asked == [] and not (reports.parent / "out.parquet").exists()
        assert run(asked(reports, script.url)) == 0
        assert run(asked(reports, script.url, "--plan", "--json")) == 0
    told = capsys.readouterr().out
    plan = json.loads(told[told.index("{") :])
    assert (plan["questions"], plan["stored"], plan["prompt_tokens"], plan["cost"]) == (6, 6, 0, None)


def test_a_run_stops_where_it_was_told(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Scripted()) as script:
        assert run(asked(reports, script.url, "--max-requests", "4")) == 1
        assert "stopped as told, after 4 questions and 40 tokens" in capsys.readouterr().err
        assert not (reports.parent / "out.parquet").exists()
        assert run(asked(reports, script.url, "--max-requests", "0")) == 2
        assert run(asked(reports, script.url)) == 0
    assert len(script.asked) == 6


def test_nothing_is_sent_to_strangers(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(asked(reports, "https://8.8.8.8/v1")) == 2
    assert "nothing was sent" in capsys.readouterr().err
    assert not (reports.parent / "answers").exists()


def test_a_server_that_is_not_there_is_one_line(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Scripted()) as script:
        pass
    assert run(asked(reports, script.url, "--patience", "0")) == 1
    told = capsys.readouterr().err
    assert "then the same command goes on" in told and "Traceback" not in told
    assert not (reports.parent / "out.parquet").exists()


def test_the_words_of_a_report_are_in_no_message(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Scripted(lambda _: (400, {}))) as script:
        assert run(asked(reports, script.url)) == 0
    told = capsys.readouterr()
    assert "refused_by_server" in told.err and "Nodule" not in told.err + told.out


def first_quoted(messages: list[dict[str, str]]) -> str:
    words = messages[-1]["content"].partition("[1] ")[2].split()[0]
    return json.dumps({"rationale": "So it is.", "evidence": [{"sentence": 1, "quote": words}]})


def test_a_task_is_given_columns_beside_the_text(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Scripted(first_quoted)) as script:
        more = ("--task", "rationale", "--given", "question=impression, answer=id")
        command = ["findings" if word == "findings,impression" else word for word in asked(reports, script.url, *more)]
        assert run(command) == 0
        assert "3 rationales written" in capsys.readouterr().out
        assert run(asked(reports, script.url, "--task", "rationale")) == 1
        assert "no column question, answer" in capsys.readouterr().err
    made = pl.read_parquet(reports.parent / "out.parquet")
    assert made.columns == ["id", "row", "section", "rationale", "evidence"]
    assert made["evidence"].list.get(0).struct.field("text").to_list() == ["Nodule", "Effusion.", "Heart"]
    assert sorted(words.splitlines()[0] for words in script.questions) == [
        "question: ", "question: Nodule.", "question: Nothing else."
    ]  # fmt: skip


@pytest.mark.parametrize(("more", "said"), [
    (("--task", "summary"), "unknown task 'summary'; expected one of bench-answer, choice-rationale, definition"),
    (("--task", "rewrite", "--given", "question=id"), "the task rewrite is given nothing"),
    (("--task", "rationale", "--given", "reason=id"), "is given question=COLUMN, answer=COLUMN"),
])  # fmt: skip
def test_what_is_no_task_is_said(
    more: tuple[str, ...], said: str, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(asked(reports, "http://127.0.0.1:9/v1", *more)) == 2
    assert said in capsys.readouterr().err


def test_a_list_of_a_task_is_json_in_a_table_of_text(reports: Path) -> None:
    def say(messages: list[dict[str, str]]) -> str:
        count = messages[-1]["content"].count("\n") + 1
        pairs = [{"sentence": n + 1, "synonym": f"A mass, {n}.", "antonym": "Effusion and mass."} for n in range(count)]
        return json.dumps({"sentences": pairs})

    reports.write_text("id,findings,impression\na,Unread words.,\nb,,Mass.\n")
    with serving(Scripted(say)) as script:
        command = asked(reports, script.url, "--task", "rewrite")
        command[command.index(str(reports.parent / "out.parquet"))] = str(reports.parent / "out.csv")
        assert run(command) == 0
    made = pl.read_csv(reports.parent / "out.csv")
    assert made["id"].to_list() == ["b"] and json.loads(made["flags"][0]) == []
    assert pl.read_ndjson(reports.parent / "out.rejected.jsonl")["reason"].to_list() == ["meaning_changed"]


def by_engine(reports: Path, *more: str) -> list[str]:
    place = reports.parent
    return ["annotate", "llm", "--input", str(reports), "--id", "id", "--text", "findings,impression", "--answers",
            str(place / "answers"), "--out", str(place / "out.parquet"), *more]  # fmt: skip


def test_a_server_may_be_named_in_one_word(reports: Path) -> None:
    with serving(Scripted()) as script:
        assert run(asked(reports, script.url)) == 0
        before = len(script.asked)
        assert run(by_engine(reports, "--engine", f"tiny@{script.url}")) == 0
        assert len(script.asked) == before


@pytest.mark.parametrize("more", [
    [], ["--engine", "vllm:/m", "--url", "http://127.0.0.1:1/v1"], ["--model", "m"], ["--url", "http://127.0.0.1:1/v1"],
    ["--engine", "my-llm"], ["--engine", "vllm:/m", "--per-minute", "0"], ["--engine", "vllm:/m", "--context", "-1"],
])  # fmt: skip
def test_what_names_no_model_is_refused(more: list[str], reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(by_engine(reports, *more)) == 2
    said = capsys.readouterr().err
    assert "vllm:FOLDER" in said or "at least 1" in said


def test_a_remote_server_in_one_word_is_refused_too(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(by_engine(reports, "--engine", "m@https://93.184.216.34/v1")) == 2
    assert "nothing was sent" in capsys.readouterr().err


@pytest.mark.parametrize("plan", [[], ["--plan"]])
def test_a_folder_that_is_no_model_ends_it_in_one_line(
    plan: list[str], reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(by_engine(reports, "--engine", f"vllm:{reports.parent / 'nowhere'}", *plan)) == 1
    said = capsys.readouterr().err
    assert "is no folder" in said and "Traceback" not in said


def test_it_says_how_far_it_is_before_a_batch_is_done(
    reports: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of rows may take minutes, and nothing was said meanwhile."""
    monkeypatch.setattr("builders.commands.annotate_llm_told.Asked.interval", 0.0)
    with serving(Scripted()) as script:
        assert run(asked(reports, script.url)) == 0
    assert "0 rows done, 1 questions asked" in capsys.readouterr().err
