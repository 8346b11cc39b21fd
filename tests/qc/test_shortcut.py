"""Naive Bayes finds what words give away, and finds nothing where there is nothing."""

from pathlib import Path

import polars as pl
import pytest

from builders.stages.hashing import fraction
from qc.build import Build
from qc.checks.shortcut import Shortcut
from qc.shortcut import half, shortcut
from schemas.grounding import Question
from tests.qc.conftest import GoodBuild
from tests.qc.made_volumes import make_build

N = 2000
YES_NO = [["yes", "no"]] * N
KEYS = [f"scan_{n // 4}" for n in range(N)]


def coins(seed: str) -> list[bool]:
    return [share < 0.5 for share in fraction(pl.Series([str(n) for n in range(N)]), seed=seed)]


def test_words_that_tell_are_found() -> None:
    answers = ["yes" if coin else "no" for coin in coins("answer")]
    texts = [f"Is {'a nodule' if word == 'yes' else 'a mass'} in the lungs?" for word in answers]
    found = shortcut(texts, answers, YES_NO, KEYS)
    assert found.questions == N
    assert found.bayes == 1
    assert found.majority == pytest.approx(0.5, abs=0.05)


def test_words_that_do_not_tell_stay_at_chance() -> None:
    answers = ["yes" if coin else "no" for coin in coins("answer")]
    texts = [f"Is {'a nodule' if coin else 'a mass'} in the lungs?" for coin in coins("word")]
    assert shortcut(texts, answers, YES_NO, KEYS).bayes == pytest.approx(0.5, abs=0.05)


def test_a_pair_of_words_tells_what_no_word_does() -> None:
    pairs = list(zip(coins("first"), coins("second"), strict=True))
    texts = [f"{'left' if a else 'right'} {'lung' if b else 'kidney'}" for a, b in pairs]
    answers = ["yes" if a == b else "no" for a, b in pairs]
    assert shortcut(texts, answers, YES_NO, KEYS).bayes > 0.95


def test_only_own_choices_are_answers() -> None:
    answers = ["a", "b"] * (N // 2)
    choices = [["a"], ["b"]] * (N // 2)
    assert shortcut(["where is it"] * N, answers, choices, KEYS).bayes == 1


def test_a_key_is_in_one_half_and_halves_are_halves() -> None:
    marks = half(KEYS)
    assert len(set(zip(KEYS, marks.tolist(), strict=True))) == len(set(KEYS))
    assert 0.4 < marks.mean() < 0.6


def test_one_scan_alone_is_no_figure() -> None:
    assert shortcut(["is it"], ["yes"], [["yes", "no"]], ["scan"]).questions == 0


def asked(row: pl.DataFrame, balanced: bool) -> pl.DataFrame:
    """Presence questions whose finding tells the answer in all, and a coin where they are balanced."""
    tells, tossed, shown = coins("answer"), coins("toss"), coins("shown")
    keep = [balanced and coin for coin in shown]
    truth = [toss if kept else tell for tell, toss, kept in zip(tells, tossed, keep, strict=True)]
    return pl.concat([row.head(1)] * N).with_columns(
        id=pl.Series([f"scan_{n // 4}/presence/{n}" for n in range(N)]),
        study=pl.Series(KEYS),
        type=pl.lit("presence", Question.type.dtype),
        form=pl.lit("closed", Question.form.dtype),
        question=pl.Series([f"Is a {'nodule' if tell else 'mass'} there?" for tell in tells]),
        answer=pl.Series(["yes" if yes else "no" for yes in truth]),
        choices=pl.lit(["yes", "no"]),
        balanced=pl.Series(keep) if balanced else pl.lit(True),
    )


@pytest.mark.parametrize("balanced", [True, False])
def test_the_check_warns_where_balanced_questions_are_told_by_their_words(tmp_path: Path, balanced: bool) -> None:
    made = GoodBuild(make_build(tmp_path / "build"))
    made.edit("questions", lambda rows: asked(rows, balanced), "validation")
    outcome = Shortcut().conclude(Build.open(made.folder), {})
    assert outcome.verdict == ("pass" if balanced else "warn")
    assert float(outcome.figures["raw"] or 0) > 0.6
    assert (float(outcome.figures["balanced"] or 0) > 0.6) is not balanced
