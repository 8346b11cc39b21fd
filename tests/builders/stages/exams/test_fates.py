"""Splits and repetitions of questions, on questions made for it."""

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.stages.exams.alike import alike, plain_words
from builders.stages.exams.counts import Counts
from builders.stages.exams.drawing import drawn_splits
from builders.stages.exams.fates import Fates
from schemas.exam_questions import QuestionCount, QuestionFate, ReadQuestion

KINDS = ReadQuestion.create_empty().schema


def asked(*rows: dict[str, Any]) -> pl.DataFrame:
    """Questions with what is not told filled in."""
    plain = {"source": "s", "language": "en", "split": None, "context": None, "answer": ["A"], "also_accepted": [],
             "multiple_answers": False, "needs_image": False, "image_sign": None, "struck": False, "year": None,
             "subject": None, "licence": "mit"}  # fmt: skip
    named = [{**plain, "options": options("x", "y"), **row} for row in rows]
    return pl.DataFrame(named, KINDS)


def options(*texts: str) -> list[dict[str, str]]:
    return [{"letter": letter, "text": text} for letter, text in zip("ABCDE", texts, strict=False)]


def fates(frame: pl.DataFrame, **told: Any) -> dict[str, str]:
    made = QuestionFate.validate(Fates(**told)(frame))
    return dict(made.select("id", "fate").cast(pl.String).iter_rows())


@settings(max_examples=30)
@given(st.integers(1, 400), st.integers(1, 9), st.text(max_size=4))
def test_a_draw_has_the_rounded_shares_and_keeps_groups_whole(n: int, size: int, seed: str) -> None:
    rows = pl.DataFrame({"id": [f"q{i:04}" for i in range(n)], "group": [i // size for i in range(n)]})
    drawn = drawn_splits(rows, seed).join(rows, on="id")
    assert drawn.height == n and drawn.group_by("group").agg(pl.col("split").n_unique())["split"].max() == 1
    held = {name: drawn.filter(split=name).height for name in ("test", "validation")}
    assert all(count <= round(n / 10) for count in held.values())
    if size == 1:
        assert set(held.values()) == {round(n / 10)}
    shuffled = drawn_splits(rows.sample(fraction=1, shuffle=True, seed=1), seed).sort("id")
    assert shuffled.equals(drawn.select("id", "split").sort("id"))


def test_1988_questions_fall_as_the_published_table_has_them() -> None:
    rows = pl.DataFrame({"id": [f"igakuqa/112-A/{i}" for i in range(1988)], "group": range(1988)})
    counts = dict(drawn_splits(rows, "medmill")["split"].value_counts().iter_rows())
    assert counts == {"train": 1590, "validation": 199, "test": 199}


def test_a_stem_that_many_share_is_no_repetition() -> None:
    rows = asked(
        {"id": "a", "split": "train", "question": "Which is true?", "options": options("One thing", "Another")},
        {"id": "b", "split": "test", "question": "Which is true?", "options": options("A third thing", "A fourth")},
        {"id": "c", "split": "train", "question": "WHICH is true", "options": options("A fourth!", "a third thing")},
    )
    assert fates(rows) == {"a": "kept", "b": "kept", "c": "in_test"}


def test_equal_and_nearly_equal_questions_within_a_split() -> None:
    long = " ".join(f"word{i}" for i in range(60))
    rows = asked(
        {"id": "a", "split": "train", "question": long}, {"id": "b", "split": "train", "question": long + "."},
        {"id": "c", "split": "train", "question": long + " again"},
        {"id": "d", "split": "train", "question": long + " again and", "answer": ["B"]},
        {"id": "e", "split": "train", "question": long, "language": "fr"},
    )  # fmt: skip
    assert fates(rows) == {"a": "kept", "b": "duplicate", "c": "near_duplicate", "d": "kept", "e": "kept"}


def test_a_text_that_test_asks_about_is_not_trained_on() -> None:
    told = " ".join(f"word{i}" for i in range(12))
    rows = asked(
        {"id": "a", "split": "train", "question": "Does it rise at night?", "context": told},
        {"id": "b", "split": "test", "question": "What is it measured in, and by whom?", "context": told},
        {"id": "c", "split": "train", "question": "Does it rise at night?", "context": told + " and something else"},
    )
    made = Fates()(rows)
    assert dict(made.select("id", "fate").cast(pl.String).iter_rows())["a"] == "in_test"
    assert made.filter(id="a")["repeats"].to_list() == ["b"] and made.filter(id="b")["fate"].to_list() == ["kept"]


def test_pictures_and_validation() -> None:
    rows = asked(*({"id": f"{split}{image}", "split": split, "question": f"{split} {image} what?", "needs_image": image}
                   for split in ("train", "validation", "test") for image in (False, True)))  # fmt: skip
    pictures = {name: value for name, value in fates(rows, images="drop", dev="train").items() if name.endswith("True")}
    assert set(pictures.values()) == {"needs_image"}
    assert (
        fates(rows, images="drop_test")["trainTrue"] == "kept"
        and fates(rows, images="drop_test")["testTrue"] == "needs_image"
    )
    made = Fates()(rows)
    assert made.filter(fate="dev_split")["id"].to_list() == ["validationFalse", "validationTrue"]
    counts = QuestionCount.validate(Counts()(made))
    assert counts.select("read", "kept", "dev_split", "needs_image").sum().row(0) == (6, 4, 2, 2)
    assert counts.height == 3 and counts["published"].null_count() == 3


@given(st.lists(st.sampled_from(["train", "test"]), min_size=1, max_size=12), st.integers(0, 3))
def test_no_question_of_train_has_the_words_of_one_of_test(splits: list[str], kinds: int) -> None:
    rows = asked(*({"id": f"q{n}", "split": split, "question": f"number {n % (kinds + 1)} asks this"}
                   for n, split in enumerate(splits)))  # fmt: skip
    made = rows.join(Fates()(rows).filter(fate="kept").select("id", home="split"), on="id")
    homes = made.group_by("question").agg(pl.col("home").cast(pl.String).unique(), n=pl.len())
    assert (homes["home"].list.len() == 1).all() and (homes["n"] == 1).all(), "each once, in one split"
    assert set(rows["question"]) == set(made["question"])


def test_words_in_every_script() -> None:
    said = pl.Series(["ＣＴ検査、薬A。", "Él, «così»: 5 mg", "Да — нет!", ""])
    assert plain_words(said).to_list() == ["ct 検 査 薬 a", "él così 5 mg", "да нет", ""]
    long = "".join(chr(0x4E00 + at) for at in range(60))
    rows = asked({"id": "a", "question": long}, {"id": "b", "question": long + "百"})
    assert alike(rows)["group"].n_unique() == 1 and alike(rows)["same"].n_unique() == 2
