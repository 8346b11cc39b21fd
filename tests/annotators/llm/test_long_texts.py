"""Texts that a model does not read at once: rejected, or read in parts whose rows stand where those of the whole do."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.llm.annotator import Llm
from annotators.llm.asking import Failure, Reply, Request, Sampling
from annotators.llm.server import Server
from annotators.llm.tasks.findings.task import FindingsTask
from annotators.reading.sentences import split
from annotators.store import Store
from tests.annotators.llm.scripted import Asked, Said, Scripted, first_words, serving

pytestmark = pytest.mark.extras
pytest.importorskip("openai")

TOO_LONG = "This model's maximum context length is 2048 tokens. However, you requested 4000 tokens."
LONG = " ".join(f"Nodule {number} of the left lung is stable." for number in range(20))


def reading(lines: int):
    """A server that refuses questions of more sentences."""

    def say(asked: Asked) -> Said:
        question = asked[-1]["content"]
        return first_words(asked) if len(re.findall(r"^\[", question, re.MULTILINE)) <= lines else (400, {})

    return say


def llm(script: Scripted, folder: Path, **settings_) -> Llm:
    return Llm(FindingsTask(), Server("tiny", script.url, at_once=4, patience=3.0), Store(folder), **settings_)


class OneByOne:
    """Says the first word of each sentence, at once; reads so many sentences."""

    model, revision = "m", "1"

    def __init__(self, sentences: int) -> None:
        self.sentences = sentences

    def fits(self, request: Request) -> bool:
        return len(re.findall(r"^\[", request.messages[-1]["content"], re.MULTILINE)) <= self.sentences

    def ask(self, requests, took) -> None:
        for request in requests:
            assert self.fits(request)
            took(request, Reply(first_words(list(map(dict, request.messages))), "stop", 1, 1, 0.0))


def test_a_refusal_for_its_length_is_told_from_others(tmp_path: Path) -> None:
    script = Scripted(reading(4), refusal=TOO_LONG)
    with serving(script):
        (long, short) = llm(script, tmp_path).annotate([LONG, "Heart is normal."])
    assert isinstance(long, Failure) and long.reason == "too_long" and "--too-long split" in long.detail
    assert "4000" not in long.detail and not isinstance(short, Failure)


def test_a_text_that_the_server_refuses_is_asked_in_parts(tmp_path: Path) -> None:
    script = Scripted(reading(4), refusal=TOO_LONG)
    with serving(script):
        (rows,) = llm(script, tmp_path, too_long="split").annotate([LONG])
        assert not isinstance(rows, Failure)
        asked = len(script.asked)
        again = llm(script, tmp_path, too_long="split")
        assert again.annotate([LONG]) == [rows]
    assert [(row["sentence"], row["text"]) for row in rows] == [(number, "Nodule") for number in range(20)]
    assert all(LONG[row["start"] : row["end"]] == row["text"] for row in rows)
    assert len(script.asked) - asked == 7  # refusals are no answers: 1 + 2 + 4 of them; the 8 parts are stored


def test_a_context_that_is_told_is_kept_without_asking(tmp_path: Path) -> None:
    with serving(Scripted()) as script:
        small = Server("tiny", script.url, at_once=4, patience=3.0, context=3000)
        rejecting = Llm(FindingsTask(), small, Store(tmp_path), Sampling(most_tokens=1000))
        (made,) = rejecting.annotate([LONG * 10])
        assert isinstance(made, Failure) and made.reason == "too_long" and script.asked == []
        rejecting.too_long = "split"
        (made,) = rejecting.annotate([LONG * 10])
        assert not isinstance(made, Failure) and len(script.asked) > 1


def test_a_single_sentence_that_is_too_long_is_rejected(tmp_path: Path) -> None:
    made = Llm(FindingsTask(), OneByOne(0), Store(tmp_path), too_long="split").annotate([LONG])
    assert isinstance(made[0], Failure) and made[0].reason == "too_long"


def test_one_part_without_an_answer_rejects_the_text(tmp_path: Path) -> None:
    def say(asked: Asked) -> Said:
        return "no JSON" if "Nodule 13 " in str(asked) else reading(4)(asked)

    script = Scripted(say, refusal=TOO_LONG)
    with serving(script):
        (made,) = llm(script, tmp_path, too_long="split", tries=1).annotate([LONG])
    assert isinstance(made, Failure) and made.reason == "not_json"


WORDS = st.text(st.sampled_from("abcé ñ中\u0301İß😀-,\n0"), min_size=1, max_size=12)


@settings(max_examples=60)
@given(st.lists(WORDS, min_size=1, max_size=12), st.integers(1, 5))
def test_rows_of_parts_stand_where_those_of_the_whole_do(sentences: list[str], most: int) -> None:
    text = ". ".join(sentences) + "."
    with TemporaryDirectory() as folder:
        (whole,) = Llm(FindingsTask(), OneByOne(1000), Store(Path(folder) / "a")).annotate([text])
        (parts,) = Llm(FindingsTask(), OneByOne(most), Store(Path(folder) / "b"), too_long="split").annotate([text])
    if isinstance(whole, Failure):
        assert parts == whole
    else:
        assert parts == whole
        bounds = split(text)
        for row in whole:
            assert text[row["start"] : row["end"]] == row["text"]
            start, end = bounds[row["sentence"]]
            assert start <= row["start"] < row["end"] <= end
