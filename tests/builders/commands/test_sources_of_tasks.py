"""`medmill sources --dataset meds-ins` in this process: all tasks as a table and as JSON, and a user's own."""

import json

import pytest

from builders.cli import run
from builders.instructions.declared import declared
from tests.builders.instructions.own_corpus import written


def answer(capsys, *tokens):
    code = run(["sources", "--dataset", "meds-ins", *tokens])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_table_has_a_row_for_every_task(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    code, out, _ = answer(capsys)
    lines = [line.split() for line in out.splitlines()]
    assert code == 0
    for task in declared().tasks.values():
        row = next(line for line in lines if line and line[0] == task.id)
        assert row[-1] == task.status and task.category in " ".join(row)
    assert "122 published tasks of 55 corpora" in out and "17 unidentified: nobody published" in out


def test_the_table_says_of_every_corpus_its_licence_and_how_to_get_it(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    _, out, _ = answer(capsys)
    for corpus in declared().corpora.values():
        assert f"{corpus.licence}: {corpus.terms}" in out and corpus.obtain in out and corpus.title in out


def test_the_table_fits_a_narrow_window(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = answer(capsys)
    assert max(map(len, out.splitlines())) <= 80


def test_json_has_every_task_with_its_licence(capsys):
    code, out, _ = answer(capsys, "--json")
    rows = json.loads(out)["tasks"]
    assert code == 0 and {row["id"] for row in rows} == set(declared().tasks)
    wanted = ("name", "corpus", "category", "input_language", "output_language", "licence", "status", "obtain")
    assert all(row[key] for row in rows for key in wanted)
    assert all(row["definitions"] for row in rows if row["status"] in ("real", "format"))


def test_one_corpus_is_shown_alone(capsys):
    _, out, _ = answer(capsys, "bc5cdr", "--json")
    assert [row["id"] for row in json.loads(out)["tasks"]] == ["28", "126"]
    code, _, err = answer(capsys, "bc5")
    assert code == 2 and "no corpus is called bc5" in err


def test_a_corpus_of_the_user_is_listed(capsys, tmp_path):
    code, out, _ = answer(capsys, "ward-questions", "--own", str(written(tmp_path)))
    assert code == 0 and "Answer of the ward" in out and "2 other tasks of 1 corpus" in out


def test_a_corpus_of_the_user_that_is_wrong_is_one_line(capsys, tmp_path):
    path = written(tmp_path, 'metric = "bleu-rouge"', 'metric = "bleu"')
    code, out, err = answer(capsys, "--own", str(path))
    assert code == 2 and out == "" and err.count("\n") == 1 and "task ward-answer, key metric" in err


@pytest.mark.parametrize(
    ("tokens", "told"),
    [
        (["--dataset", "mmedc"], "expected meds-ins"),
        (["--own", "x.toml"], "expected meds-ins"),
        (["--dataset", "meds-ins", "--check", "x"], "leave one of them out"),
    ],
)
def test_what_does_not_fit_together_is_told(capsys, tokens, told):
    assert run(["sources", *tokens]) == 2
    assert told in capsys.readouterr().err
