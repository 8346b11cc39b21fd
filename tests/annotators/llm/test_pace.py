"""Not more than so much a minute: seen at the server, with wide bounds."""

import itertools
import time
from pathlib import Path

import pytest

from annotators.llm.annotator import Llm
from annotators.llm.server import Server
from annotators.llm.tasks.findings.task import FindingsTask
from annotators.store import Store
from tests.annotators.llm.scripted import Asked, Scripted, first_words, serving

pytestmark = pytest.mark.extras
pytest.importorskip("openai")
TEXTS = [f"Nodule of {size} mm." for size in range(8)]


def arrivals(folder: Path, **limits: int) -> list[float]:
    """When each question came to the server, in seconds."""
    came: list[float] = []

    def say(asked: Asked) -> str:
        came.append(time.monotonic())
        return first_words(asked)

    with serving(Scripted(say)) as script:
        Llm(FindingsTask(), Server("tiny", script.url, at_once=4, **limits), Store(folder)).annotate(TEXTS)
    assert len(came) == len(TEXTS)
    return came


def test_questions_are_spread_over_the_minute(tmp_path: Path) -> None:
    came = arrivals(tmp_path, per_minute=300)  # one in 200 ms
    assert came[-1] - came[0] > 7 * 0.2 * 0.8
    assert all(later - earlier > 0.05 for earlier, later in itertools.pairwise(came))


def test_tokens_that_were_spent_delay_what_comes_after(tmp_path: Path) -> None:
    came = arrivals(tmp_path, tokens_per_minute=3000)  # ten tokens a question, so one in 200 ms, after the first four
    assert came[-1] - came[0] > 3 * 0.2 * 0.8
