"""`mmedbench` end to end: six exams read, split, cleared of repetitions, reasoned, reviewed, checked and exported."""

import json
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from builders.api import build
from builders.cli import run
from builders.verdicts import read_verdicts
from qc.base import Check
from qc.build import Build
from qc.checks.published_counts import PublishedCounts
from qc.review.reviewable import reviewable
from qc.review.shown import shown
from qc.review.versions import versions
from schemas.checksums import sha256_of
from schemas.errors import UsageError
from schemas.exam_questions import ExamQuestion
from schemas.manifest import read_manifest
from tests.annotators.llm.scripted import Scripted, serving
from tests.builders.reasoned_exams import REASONS, judge, reasons
from tests.builders.sources.exam_copies import (
    all_exams,
    french_row,
    frenchmedmcqa,
    igakuqa,
    igakuqa_row,
    write_lines,
)
from tests.qc.review.conftest import starting

FOUR = ("medqa-usmle", "igakuqa", "headqa", "rumeddanet")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mmedbench")
    build("mmedbench", sources=all_exams(folder / "exams"), out=folder / "build", workers=0)
    return folder


def table(folder: Path, name: str = "exam_questions") -> pl.DataFrame:
    return pl.read_parquet(folder / name / "*.parquet")


def rejected(folder: Path, name: str) -> dict[str, str]:
    path = folder / "rejected" / name
    return dict(pl.read_parquet(path / "*.parquet").select("id", "reason").iter_rows()) if path.is_dir() else {}


def ask(kind: type[Check], folder: Path) -> tuple[str, str]:
    found = kind().conclude(Build.open(folder), {})
    return found.verdict, found.summary


def test_six_languages_in_official_splits_and_one_that_is_drawn(home: Path) -> None:
    rows = ExamQuestion.validate(table(home / "build"))
    counts = {(one, split): n for one, split, n in rows.group_by("language", "split").len().iter_rows()}
    assert counts == {
        ("en", "train"): 8, ("en", "test"): 2, ("zh", "train"): 8, ("zh", "test"): 2, ("ja", "train"): 16,
        ("ja", "test"): 2, ("fr", "train"): 10, ("fr", "test"): 3, ("ru", "train"): 6, ("ru", "test"): 2,
        ("es", "train"): 6, ("es", "test"): 2,
    }  # fmt: skip
    assert set(rows.filter(split_origin="drawn")["source"]) == {"igakuqa"}
    assert rows.filter("multiple_answers")["answer"].to_list() == [["A", "C"]] * 7
    assert rows.filter("needs_image").select("id", "image_sign").rows() == [("headqa/Cuaderno_2016_1_M/22", "source")]
    assert set(rows["licence"]) == {"mit", "apache-2.0", "unknown"}


def test_the_table_of_counts_says_where_questions_went(home: Path) -> None:
    rows = table(home / "build", "exam_counts")
    assert rows.select(pl.col("read", "kept", "dev_split").sum()).row(0) == (75, 67, 8)
    assert (
        rows.filter(split="test")["published"].sum() == 8518 and rows.filter(split="train")["published"].sum() == 45048
    )
    verdict, summary = ask(PublishedCounts, home / "build")
    assert verdict == "warn" and "0 of 12 counts agree" in summary, "these are copies of a few questions"


def test_validation_is_trained_on_and_pictures_are_left_out_where_told(tmp_path: Path) -> None:
    sources = all_exams(tmp_path / "exams")
    build("mmedbench", sources=sources, out=tmp_path / "out", workers=0, settings={"dev": "train", "images": "drop"})
    rows = table(tmp_path / "out")
    assert rows.height == 74 and set(rows["split"]) == {"train", "test"} and not rows["needs_image"].any()
    assert rejected(tmp_path / "out", "sorted.headqa") == {"headqa/Cuaderno_2016_1_M/22": "needs_image"}


def test_what_repeats_a_question_of_test_leaves_train_and_is_listed(tmp_path: Path) -> None:
    again = french_row("train", 31, id="again")
    backwards = dict(zip("abcde", reversed(french_row("x", 32)["answers"].values()), strict=True))
    turned = french_row("train", 32, id="turned", answers=backwards, correct_answers=["d"])
    louder = french_row("train", 33, id="louder", question=french_row("x", 33)["question"].upper().replace(".", " !"))
    near = french_row("train", 5, id="near", question=french_row("x", 5)["question"] + " Une réponse.")
    other = french_row("train", 7, id="other", question=french_row("x", 7)["question"] + " Une réponse.",
                       correct_answers=["e"])  # fmt: skip
    twice = french_row("train", 9, id="zz-twice")
    train = [french_row("train", n) for n in range(1, 11)]
    folder = frenchmedmcqa(tmp_path / "french", train=[*train, again, turned, louder, near, other, twice])
    build("mmedbench", sources={"frenchmedmcqa": str(folder)}, out=tmp_path / "out", workers=0)
    told = {name.rpartition("/")[2]: why for name, why in rejected(tmp_path / "out", "sorted.frenchmedmcqa").items()}
    assert told.pop("again") == told.pop("turned") == told.pop("louder") == "in_test"
    assert told.pop("zz-twice") == "duplicate"
    assert list(told.values()) == ["near_duplicate"] and set(told) <= {"near", "train0005"}
    assert {"frenchmedmcqa/train/other", "frenchmedmcqa/train/train0007"} <= set(table(tmp_path / "out")["id"])


def test_a_drawn_split_depends_on_no_file_names_and_keeps_repetitions_together(tmp_path: Path) -> None:
    rows = [igakuqa_row(n, problem_text="".join(chr(0x4E00 + 101 * n + 7 * at) for at in range(90)))
            for n in range(1, 61)]  # fmt: skip
    rows += [{**one, "problem_id": f"112A{n}", "problem_text": one["problem_text"] + "一つ"}
             for n, one in enumerate(rows[:20], 101)]  # fmt: skip
    homes = []
    for name, order in (("one", rows), ("other", rows[::-1])):
        folder = tmp_path / name
        write_lines(folder / ("112-A.jsonl" if name == "one" else "deep/er/112-A.jsonl.gz"), order)
        build("mmedbench", sources={"igakuqa": str(folder)}, out=tmp_path / f"out-{name}", workers=0,
              settings={"dev": "train"})  # fmt: skip
        homes.append(dict(table(tmp_path / f"out-{name}").select("id", "split").iter_rows()))
    assert homes[0] == homes[1]
    assert sum(split == "test" for split in homes[0].values()) >= 4
    lost = rejected(tmp_path / "out-one", "sorted.igakuqa")
    assert set(lost.values()) == {"near_duplicate"} and len(lost) == 20, "never one in train and one in test"


@pytest.fixture(scope="module")
def reasoned(home: Path) -> Path:
    with serving(Scripted(reasons)) as script:
        told = {"rationale": f"llm:tiny@{script.url}", "answers": str(home / "answers")}
        sources = {name: all_exams(home / "four")[name] for name in FOUR}
        build("mmedbench", sources=sources, out=home / "reasoned", workers=0, settings=told)
        before = len(script.asked)
        build("mmedbench", sources=sources, out=home / "again", workers=0, settings=told)
        assert before and len(script.asked) == before, "answers are stored"
    return home / "reasoned"


def test_rationales_are_held_to_answer_language_and_question(reasoned: Path) -> None:
    rows = table(reasoned)
    assert rows.height == 44, "a question without reasons stays"
    told = rows.drop_nulls("rationale")
    assert set(told["rationale_by"]) == {"tiny"} and not told["needs_image"].any()
    names = {"en": "English", "ja": "Japanese", "ru": "Russian", "es": "Spanish"}
    assert all(REASONS[names[one]] == words for one, words in told.select("language", "rationale").iter_rows())
    why = rejected(reasoned, "exam_rationales")
    by_letter = dict(rows.select("id", pl.col("answer").list.join("")).iter_rows())
    language = dict(rows.select("id", "language").iter_rows())
    expected = {}
    for id_, letters in by_letter.items():
        if id_ == "headqa/Cuaderno_2016_1_M/22":
            expected[id_] = "needs_image"
        elif letters in "CDE" and not (letters == "C" and language[id_] == "en"):
            expected[id_] = {"E": "answer_differs", "D": "quote_not_in_source", "C": "other_language"}[letters]
    assert why == expected and len(set(expected.values())) == 4


def test_verdicts_come_back_as_the_two_published_marks(reasoned: Path, home: Path, tmp_path: Path) -> None:
    opened, what = Build.open(reasoned), reviewable("exam_questions")
    keys = [{"id": id_} for id_ in table(reasoned).filter(split="test").sort("id")["id"]]
    now = versions(opened, what, keys)
    assert len(now) == len(keys) > 5
    judge(reasoned, ("accept", "reject", "correct", "skip"), "test")
    file = tmp_path / "verdicts"
    assert run(["review", str(reasoned), "--export", str(file)]) == 0
    assert len(read_verdicts(str(file), "mmedbench", "exam_questions")) == 4
    sources = {name: all_exams(home / "four")[name] for name in FOUR}
    with serving(Scripted(reasons)) as script:
        told = {"rationale": f"llm:tiny@{script.url}", "answers": str(home / "answers"), "verdicts": str(file)}
        build("mmedbench", sources=sources, out=tmp_path / "out", workers=0, settings=told)
        assert not script.asked
    rows = table(tmp_path / "out")
    assert rows.filter("human_checked").height == 3 and rows.filter("human_check_passed").height == 1
    assert rows.filter("human_check_passed")["human_checked"].all()
    assert rows.drop("human_checked", "human_check_passed").equals(
        table(reasoned).drop("human_checked", "human_check_passed")
    )


def test_a_verdict_on_another_wording_is_stale(home: Path, tmp_path: Path) -> None:
    folder = igakuqa(tmp_path / "igaku", rows=12)
    build("mmedbench", sources={"igakuqa": str(folder)}, out=tmp_path / "out", workers=0)
    first, second = judge(tmp_path / "out", ("accept", "accept"), "train")
    assert run(["review", str(tmp_path / "out"), "--export", str(tmp_path / "said")]) == 0
    number = int(first.rpartition("/")[2])
    changed = [igakuqa_row(n, **({"answer": ["abcde"[(n + 1) % 5]]} if n == number else {})) for n in range(1, 13)]
    write_lines(folder / "data" / "2018" / "112-A.jsonl", changed)
    build("mmedbench", sources={"igakuqa": str(folder)}, out=tmp_path / "new", workers=0,
          settings={"verdicts": str(tmp_path / "said")})  # fmt: skip
    assert table(tmp_path / "new").filter("human_checked")["id"].to_list() == [second]
    assert rejected(tmp_path / "new", "exam_verdicts") == {first: "stale"}


def test_the_same_bytes_whatever_the_workers(home: Path, tmp_path: Path) -> None:
    sources = {name: str(home / "exams" / Path(where).name) for name, where in all_exams(tmp_path).items()}
    build("mmedbench", sources=sources, out=tmp_path / "out", workers=2)
    one, other = ({str(path.relative_to(folder)): sha256_of(path) for path in sorted(folder.glob("exam_*/*.parquet"))}
                  for folder in (home / "build", tmp_path / "out"))  # fmt: skip
    assert one == other and len(one) == 3


def test_the_checks_pass_and_the_table_of_counts_is_checked(home: Path) -> None:
    assert run(["qc", str(home / "build")]) in (0, 3)
    report = json.loads((home / "build" / "qc" / "report.json").read_text())
    assert not [one["name"] for one in report["checks"] if one["verdict"] == "fail"]


def test_a_rationale_wants_a_model_and_a_folder(home: Path, tmp_path: Path) -> None:
    sources = {"igakuqa": str(igakuqa(tmp_path / "igaku"))}
    with pytest.raises(UsageError, match="expected none, or llm:MODEL@URL"):
        build("mmedbench", sources=sources, out=tmp_path / "out", settings={"rationale": "magic"})
    with pytest.raises(UsageError, match="name the folder that keeps its answers"):
        build("mmedbench", sources=sources, out=tmp_path / "out", settings={"rationale": "llm:m@http://127.0.0.1:9/v1"})
    assert not (tmp_path / "out" / "manifest.json").exists() or read_manifest(tmp_path / "out").status != "complete"


def test_a_count_that_is_not_that_of_the_rows_fails(home: Path, tmp_path: Path) -> None:
    """Damage: a row of the table of questions is gone from the manifest's count."""
    folder = copytree(home / "build", tmp_path / "build")
    path = folder / "manifest.json"
    told = json.loads(path.read_text())
    table_ = next(one for one in told["tables"] if one["name"] == "exam_questions")
    table_["splits"]["test"]["rows"] -= 1
    path.write_text(json.dumps(told))
    verdict, summary = ask(PublishedCounts, folder)
    assert verdict == "fail" and "keeps 67 questions, the table of questions has 66" in summary


def test_the_page_of_a_question_shows_its_options_answer_and_reasons(reasoned: Path) -> None:
    build_, what = Build.open(reasoned), reviewable("exam_questions")
    row = table(reasoned).filter(language="ru").drop_nulls("rationale").row(0, named=True)
    item = shown(build_, what, {"id": row["id"]})
    assert item is not None and item.title == ", ".join(row["answer"])
    headings = {part.heading: "".join(piece.text for piece in part.pieces) for part in item.told.passages}
    assert headings == {"read before": row["context"], "question": row["question"], "rationale": row["rationale"]}
    assert [(line.words, line.more) for line in item.lines] == [
        (f"{one['letter']}  {one['text']}", "right" if one["letter"] in row["answer"] else "") for one in row["options"]
    ]
    assert shown(build_, what, {"id": "nowhere"}) is None


@pytest.mark.extras
def test_a_question_is_judged_on_the_page(home: Path, tmp_path: Path) -> None:
    folder = copytree(home / "build", tmp_path / "build")
    with starting() as start:
        page = start(
            folder, "--table", "exam_questions", "--split", "test", "--stratify", "language", "--reviewer", "a"
        )
        assert page.items == 13
        html = page.ask("item/1").text
        assert "Is this the right answer, and are the reasons for it sound?" in html and "past, possible" not in html
        assert page.judge(1, "accept").status == 303
    assert run(["review", str(folder), "--export", str(tmp_path / "said")]) == 0
    assert len(read_verdicts(str(tmp_path / "said"), "mmedbench", "exam_questions")) == 1
