"""Questions planted in documents are found, wherever they stand; what only resembles them is not."""

import random
from pathlib import Path

import polars as pl
import pytest

from builders.stages.mill.contamination import Contamination
from builders.stages.mill.question_index import QuestionIndex
from tests.builders.stages.mill.documents import documents

HEADS, TAILS = ["ba", "ce", "di", "fo", "gu", "ha"], ["lon", "mir", "tek", "vas", "pun"]
WORDS = [f"{head}{tail}" for head in HEADS for tail in TAILS]
CHINESE = "病人长期服药血压心脏检查结果正常下列说法正确错误诊断治疗方法年龄男女"


def index(folder: Path, *texts: str) -> Path:
    rows = pl.DataFrame({"id": [f"q{n}" for n in range(len(texts))], "text": texts})
    QuestionIndex()(rows, folder=folder).write_parquet(folder / "all-00000.parquet")
    return folder


def found(folder: Path, *texts: str) -> list[tuple]:
    return Contamination()(documents(*texts), questions=folder).select("id", "item", "kind").rows()


def sentence(seed: int, words: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


@pytest.mark.parametrize("length", [8, 9, 12, 13, 14, 40])
def test_every_planted_question_is_found_whatever_its_case_and_punctuation(tmp_path: Path, length: int):
    questions = [sentence(seed, length) for seed in range(30)]
    folder = index(tmp_path, *questions)
    loud = [question.upper().replace(" ", ", ") for question in questions]
    shown = [f"{sentence(100 + n, 50)}. {said}? {sentence(200 + n, 50)}" for n, said in enumerate(loud)]
    assert found(folder, *shown) == [(f"d{n}", f"q{n}", "question") for n in range(30)]


def test_thirteen_words_of_a_long_question_are_a_run(tmp_path: Path):
    question = sentence(1, 40)
    folder = index(tmp_path, question)
    piece = " ".join(question.split()[5:18])
    twelve = " ".join(question.split()[5:17])
    assert found(folder, f"x {piece} y", f"x {twelve} y") == [("d0", "q0", "run")]


def test_a_short_question_counts_only_as_a_whole_line(tmp_path: Path):
    folder = index(tmp_path, "What is asthma?")
    assert found(folder, "Intro\n  WHAT IS ASTHMA \nIt is", "we ask what is asthma here", "What is asthma attack") == [
        ("d0", "q0", "question")
    ]


def test_chinese_is_counted_in_letters(tmp_path: Path):
    question = "".join(random.Random(3).choices(CHINESE, k=40))
    folder = index(tmp_path, question)
    assert found(folder, f"考试：{question}。") == [("d0", "q0", "question")]
    assert found(folder, f"在{question[3:27]}了", f"在{question[3:26]}了") == [("d0", "q0", "run")]


def test_a_run_does_not_go_on_in_the_next_document(tmp_path: Path):
    question = sentence(5, 13)
    head, tail = question.split()[:6], question.split()[6:]
    folder = index(tmp_path, question)
    assert found(folder, " ".join(head), " ".join(tail)) == []


def test_questions_that_share_a_run_are_all_named(tmp_path: Path):
    shared = sentence(7, 15)
    folder = index(tmp_path, f"{shared} {sentence(8, 5)}", f"{shared} {sentence(9, 5)}")
    assert found(folder, f"so {shared} it is") == [("d0", "q0", "run"), ("d0", "q1", "run")]


def test_documents_without_any_overlap_have_no_row(tmp_path: Path):
    folder = index(tmp_path, *(sentence(seed, 20) for seed in range(50)))
    assert found(folder, *(sentence(seed, 2000) for seed in range(1000, 1010))) == []


def test_no_questions_at_all(tmp_path: Path):
    rows = pl.DataFrame(schema={"id": pl.String, "text": pl.String})
    QuestionIndex()(rows, folder=tmp_path).write_parquet(tmp_path / "all-00000.parquet")
    assert found(tmp_path, "some text") == []
