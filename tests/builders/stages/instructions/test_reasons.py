"""Reasons before answers: of which instances, what the model is asked, what is not taken, and how chats read."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.llm.by_name import llm_named
from builders.base import Kept
from builders.exports.task_files import instances as instances_of
from builders.instructions.declared import declared
from builders.instructions.mixing import Rule
from builders.instructions.reason_requests import (
    REQUESTS,
    bare_answer,
    bare_question,
    in_one_block,
    with_reasons,
    with_request,
)
from builders.stages.instructions.chats import Chats, Wording
from builders.stages.instructions.definitions import Definitions, Told
from builders.stages.instructions.examples import Candidates, Examples
from builders.stages.instructions.keys import Keys
from builders.stages.instructions.mixture import Mixed, Mixture
from builders.stages.instructions.reasons import GiveReasons, Reasoned, reasoned_tasks
from schemas.instructions import ChatInstance, Drawable, InstanceRationale, TaskDefinition
from tests.annotators.llm.scripted import Scripted, serving
from tests.builders.reasoned_choices import reasons
from tests.builders.stages.instructions.made import instances

pytest.importorskip("openai")
_TASKS = {"1": Reasoned("en"), "2": Reasoned("en", choices_apart=True)}
_WORDED = Wording("MCQA", "en", "en", "en", ("Say which.", "Choose."))


def _choices(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"mark": mark, "text": text} for mark, text in pairs]


def _lettered(id_: str, gold: str = "A", **more: object) -> dict[str, object]:
    return {"id": id_, "task": "1", "input": f"Which gas is {id_}?\nA. oxygen\nB. helium", "outputs": [gold],
            "choices": _choices(("A", "oxygen"), ("B", "helium")), "gold": [gold], **more}  # fmt: skip


def _worded(id_: str, **more: object) -> dict[str, object]:
    words = ("yes", "no, not at all")
    return {"id": id_, "task": "2", "input": f"It is {id_}.\n\nSo?", "outputs": [words[1]],
            "choices": _choices(*((word, word) for word in words)), "gold": [words[1]], **more}  # fmt: skip


def _kept(folder: Path, name: str, rows: pl.DataFrame) -> Path:
    (folder / name).mkdir(exist_ok=True)
    rows.write_parquet(folder / name / "all.parquet")
    return folder / name


def _drawable(rows: pl.DataFrame) -> pl.DataFrame:
    return Keys("medmill")(rows).filter(pl.col("split") != "test").select(Drawable.column_names())


def _needs(rows: pl.DataFrame, folder: Path, target: int = 0) -> dict[str, Path]:
    tasks = tuple(Mixed(task, task, "MCQA", "en", "corpus") for task in sorted(set(rows["task"])))
    drawable = _drawable(rows)
    return {
        "mixture": _kept(folder, "mixture", Mixture(tasks, Rule(target))(drawable)),
        "examples": _kept(folder, "examples", Examples()(Candidates()(rows, drawable))),
    }


def _reasons(
    rows: pl.DataFrame, folder: Path, share: float = 1.0, target: int = 0, **tasks: Reasoned
) -> tuple[Kept, Scripted]:
    with serving(Scripted(reasons)) as script:
        llm = llm_named(f"llm:tiny@{script.url}", "choice-rationale", answers=str(folder / "answers"))
        stage = GiveReasons(llm, {**_TASKS, **tasks}, share)
        made = stage(rows, _drawable(rows), mixture=_needs(rows, folder, target)["mixture"])
    InstanceRationale.validate(made.frame)
    return made, script


def test_reasons_are_held_to_answer_quotations_and_language(tmp_path):
    ids = ("good", "other", "invented", "french")
    made, _ = _reasons(instances(*(_lettered(id_) for id_ in ids)), tmp_path)
    assert made.frame.select("id", "rationale_by").rows() == [("good", "tiny")]
    assert "\n\n" not in made.frame["rationale"][0] and made.frame["rationale"][0].endswith("to this.")
    assert dict(made.rejected.select("id", "reason").iter_rows()) == {
        "other": "answer_differs", "invented": "quote_not_in_source", "french": "other_language",
    }  # fmt: skip
    assert not any(word in str(made.rejected["detail"].to_list()) for word in ("oxygen", "gas"))


def test_choices_are_sentences_of_their_own_and_stand_there_too_where_only_definitions_name_them(tmp_path):
    _, script = _reasons(instances(_lettered("x"), _worded("y")), tmp_path)
    asked = {question.splitlines()[0]: question.splitlines()[1:] for question in script.questions}
    assert asked["answer: A"] == [
        "language: English",
        "report:",
        "[1] Which gas is x?",
        "[2] A: oxygen",
        "[3] B: helium",
    ]
    assert asked["answer: no, not at all"][2:] == ["[1] It is y.", "[2] So?", "[3] yes", "[4] no, not at all"]


def test_an_answer_of_words_with_a_comma_is_one_answer(tmp_path):
    """A comma parted the right letters of an examination, and so the words of an option."""
    made, _ = _reasons(instances(_worded("y")), tmp_path)
    assert made.frame["id"].to_list() == ["y"]


def test_only_what_is_drawn_has_choices_and_falls_into_the_share_is_asked(tmp_path):
    many = [_lettered(f"{n:03}") for n in range(60)]
    rows = instances(*many, _lettered("t", split="test"), {"id": "free", "task": "1"}, _lettered("z", task="9"))
    made, script = _reasons(rows, tmp_path, share=0.5, target=40)
    ids = set(made.frame["id"])
    assert 5 < len(ids) < 35 and not ids & {"t", "free", "z"} and len(script.asked) == len(ids)
    small, _ = _reasons(rows, tmp_path, share=0.2, target=40)
    assert set(small.frame["id"]) < ids
    assert _reasons(rows, tmp_path, share=0.0)[0].frame.height == 0


def test_tasks_with_choices_are_those_of_the_shape():
    tasks = reasoned_tasks([declared().task(id_) for id_ in (124, 57, 45)])
    assert tasks == {"124": Reasoned("en", choices_apart=True), "57": Reasoned("en")}


def _chats(rows: pl.DataFrame, told: pl.DataFrame | None, folder: Path, shots: int = 0) -> pl.DataFrame:
    frames = [rows, _drawable(rows), *([] if told is None else [told])]
    made = Chats(dict.fromkeys(sorted(set(rows["task"])), _WORDED), shots)(*frames, **_needs(rows, folder))
    assert ChatInstance.is_valid(made)
    return made


def test_a_chat_asks_for_reasons_and_gives_them_before_the_answer(tmp_path):
    rows = instances(_lettered("a"), _lettered("other"))
    made = _chats(rows, _reasons(rows, tmp_path)[0].frame, tmp_path).sort("id")
    (asked, answered), (bare, plain) = made["messages"].to_list()
    assert made["rationale_by"].to_list() == ["tiny", None]
    assert asked["content"].endswith(f"B. helium\n\n{REQUESTS['en']}") and asked["content"].startswith(
        _WORDED.definitions
    )
    reason, _, answer = answered["content"].partition("\n\n")
    assert reason.startswith("It follows") and answer == "A"
    assert bare["content"].endswith("B. helium") and plain["content"] == "A", "a rejected one keeps the plain answer"


def test_chats_without_reasons_are_those_of_a_build_that_wants_none(tmp_path):
    rows = instances(*(_lettered(f"{n}") for n in range(9)))
    assert _chats(rows, InstanceRationale.create_empty(), tmp_path, 2).equals(_chats(rows, None, tmp_path, 2))


@pytest.mark.parametrize("shots", [0, 2])
def test_instances_come_back_out_of_chats_with_reasons(tmp_path, shots):
    rows = instances(*(_lettered(f"{n:02}" if n % 3 else f"{n:02} other") for n in range(12)))
    told = _reasons(rows, tmp_path)[0].frame
    assert 0 < told.height < 12
    back = instances_of(_chats(rows, told, tmp_path, shots).lazy(), _WORDED.definitions).collect()
    assert back.equals(rows.select("id", "input", "outputs").sort("id"))


@given(
    st.text(min_size=1), st.text(min_size=1).filter(str.strip), st.text(min_size=1), st.sampled_from([*REQUESTS, "th"])
)
def test_request_and_reasons_come_off_again_whatever_the_words(question: str, reason: str, answer: str, language: str):
    rows = pl.DataFrame({"q": [question] * 2, "r": [reason, None], "a": [answer] * 2, "l": [language] * 2})
    rows = rows.with_columns(in_one_block(pl.col("r")))
    made = rows.select("l", "r", asked=with_request("q", "l", "r"), said=with_reasons(pl.col("a"), "r"))
    back = made.select(q=bare_question(pl.col("asked"), "l", "r"), a=bare_answer(pl.col("said"), "r"))
    assert back["q"].to_list() == [question] * 2 and back["a"].to_list() == [answer] * 2


def test_every_definition_of_a_task_with_chats_is_listed_with_its_parent_and_use():
    told = (Told("1", 0, "Say."), Told("1", 1, "Tell."), Told("1", 2, "Utter.", 1, "tiny"), Told("2", 0, "Go."))
    chats = pl.DataFrame(
        {"task": ["1", "1", "1"], "definition": [2, 0, 2]}, {"task": pl.String, "definition": pl.Int32}
    )
    made = Definitions(told)(chats.head(1), chats.tail(2))
    TaskDefinition.validate(made)
    assert made.rows() == [("1", 0, None, None, "Say.", 1), ("1", 1, None, None, "Tell.", 0),
                           ("1", 2, 1, "tiny", "Utter.", 2)]  # fmt: skip
