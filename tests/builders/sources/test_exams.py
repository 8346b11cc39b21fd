"""Sources of examination questions: shapes as published, and what becomes of records that are none."""

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.base import Kept, Source
from builders.discovery import source_class
from builders.sources.exam_images import says_image
from builders.sources.medqa_usmle import MedQaUsMle
from schemas.errors import SourceError
from schemas.exam_questions import ReadQuestion
from schemas.published_exams import PUBLISHED
from tests.builders.sources.exam_copies import (
    all_exams,
    drugs,
    french_row,
    frenchmedmcqa,
    igakuqa_row,
    medqa_row,
    russian_row,
    spanish_row,
    write_json,
    write_lines,
)

SPLITS = {"medqa-usmle": (8, 1, 2), "medqa-mcmle": (8, 1, 2), "frenchmedmcqa": (10, 2, 3), "rumeddanet": (6, 1, 2),
          "headqa": (6, 1, 2)}  # fmt: skip


def opened(name: str, location: Path | str, **settings: Any) -> Source:
    kind: Any = source_class(name)
    return kind(location=str(location), **settings)


def read(name: str, location: Path | str, **settings: Any) -> Kept:
    source = opened(name, location, **settings)
    parts = [source.read("questions", shard.name) for shard in source.shards("questions")]
    kept = [part for part in parts if isinstance(part, Kept)]
    assert len(kept) == len(parts) > 0
    return Kept(pl.concat([part.frame for part in kept]), pl.concat([part.rejected for part in kept]))


def reasons(made: Kept) -> dict[str, str]:
    return dict(made.rejected.select("id", "reason").iter_rows())


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return all_exams(tmp_path_factory.mktemp("exams"))


@pytest.mark.parametrize("name", [*SPLITS, "igakuqa"])
def test_every_exam_is_read_as_it_is_published(name: str, exams: dict[str, str]) -> None:
    frame, rejected = read(name, exams[name])
    rows = ReadQuestion.validate(frame, cast=False)
    assert not rejected.height and rows["id"].is_unique().all() and rows["id"].str.starts_with(f"{name}/").all()
    assert set(rows["language"]) == {code for code, line in PUBLISHED.items() if line.source == name}
    counts = dict(rows["split"].cast(pl.String).value_counts().iter_rows())
    expected = dict(zip(("train", "validation", "test"), SPLITS[name], strict=True)) if name in SPLITS else {None: 20}
    assert counts == expected
    for row in rows.to_dicts():
        letters = [one["letter"] for one in row["options"]]
        assert letters == sorted(letters) and set(row["answer"]) <= set(letters)
        assert row["multiple_answers"] == (len(row["answer"]) > 1)


def test_what_the_files_say_beside_the_question(exams: dict[str, str]) -> None:
    one = {name: read(name, exams[name]).frame.sort("id").row(0, named=True) for name in exams}
    assert (one["igakuqa"]["id"], one["igakuqa"]["year"], one["igakuqa"]["subject"]) == (
        "igakuqa/112-A/1",
        2018,
        "感染症",
    )
    spanish = one["headqa"]
    assert (spanish["id"], spanish["year"], spanish["subject"]) == ("headqa/Cuaderno_2013_1_M/1", 2013, "medicine")
    assert spanish["answer"] == ["B"] and spanish["options"][1] == {"letter": "B", "text": drugs(1)[1]}
    russian = one["rumeddanet"]
    assert russian["context"] and [o["text"] for o in russian["options"]] == ["да", "нет"]
    assert one["medqa-usmle"]["id"] == "medqa-usmle/dev/1" and one["medqa-usmle"]["subject"] == "step1"


@pytest.mark.parametrize("name", ["medqa-usmle", "medqa-mcmle"])
def test_the_variant_with_four_options(name: str, exams: dict[str, str]) -> None:
    rows = read(name, exams[name], options="4").frame
    assert rows.height == 11 and set(rows["options"].list.len()) == {4}


@pytest.mark.parametrize(("name", "part", "split"), [("medqa-usmle", "US", "test"), ("medqa-mcmle", "Mainland", "dev")])
def test_medqa_as_published_with_what_lies_beside_its_questions(
    name: str, part: str, split: str, tmp_path: Path
) -> None:
    """Banks of all splits, phrases of MetaMap, the part of Taiwan, and what macOS adds to archives are not read."""
    home, language = tmp_path / "data_clean" / "questions", "en" if part == "US" else "zh"
    five, four = [[medqa_row(language, n, count) for n in range(1, 5)] for count in (5, 4)]
    four = [{**row, "metamap_phrases": ["cough", "fever"]} for row in four]
    write_lines(home / part / f"{split}.jsonl", five)
    write_lines(home / part / "4_options" / f"phrases_no_exclude_{split}.jsonl", four)
    write_lines(home / part / "metamap_extracted_phrases" / split / f"phrases_{split}.jsonl", four)
    write_lines(home / part / f"{part}_qbank.jsonl", five * 2)
    write_lines(home / "Taiwan" / f"{split}.jsonl", five)
    (tmp_path / "__MACOSX" / part).mkdir(parents=True)
    (tmp_path / "__MACOSX" / part / f"._{split}.jsonl").write_bytes(b"\0\5\x16\7")
    for place, options, count in ((tmp_path, "5", 5), (home / part, "5", 5), (tmp_path, "4", 4),
                                  (home / part / "4_options", "4", 4)):  # fmt: skip
        rows, rejected = read(name, place, options=options)
        assert rows.height == 4 and not rejected.height
        assert set(rows["options"].list.len()) == {count} and set(rows["subject"]) == {"step1"}
        assert rows["answer"].to_list() == [["ABCDE"[n % count]] for n in range(1, 5)]


def test_odd_records_of_medqa(tmp_path: Path) -> None:
    lines = {
        1: medqa_row("en", 1, answer_idx=" b "), 2: medqa_row("en", 2, meta_info=None),
        3: medqa_row("en", 3, options=[]), 4: medqa_row("en", 4, answer_idx=None),
        5: medqa_row("en", 5, answer_idx=1), 6: medqa_row("en", 6, 4, answer_idx="E"),
        7: medqa_row("en", 7, answer_idx="A,C"), 8: medqa_row("en", 8, options={"A": "x", "B": None}),
        9: medqa_row("en", 9, options={"D": "4", "A": "1", "C": "3", "B": "2"}, answer_idx="D"),
        10: medqa_row("en", 10, answer_idx=""),
    }  # fmt: skip
    path = write_lines(tmp_path / "train.jsonl", lines.values())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    made = read("medqa-usmle", tmp_path)
    rows = made.frame
    assert dict(rows.select(pl.col("id").str.split("/").list.last().cast(int), "answer").iter_rows()) == {
        1: ["B"], 2: ["C"], 7: ["A", "C"], 9: ["D"]
    }  # fmt: skip
    assert rows.filter(pl.col("id").str.ends_with("/2"))["subject"].item() is None
    assert [one["text"] for one in rows.filter(pl.col("id").str.ends_with("/9"))["options"].item()] == list("1234")
    told = {int(id_.replace("#", "/").rpartition("/")[2]): reason for id_, reason in reasons(made).items()}
    assert told == {3: "wrong_shape", 4: "wrong_shape", 5: "wrong_shape", 6: "answer_beyond_options",
                    8: "wrong_shape", 10: "no_answer"}  # fmt: skip


def test_files_that_lie_together_are_found_too(tmp_path: Path) -> None:
    for split in ("train", "test"):
        write_lines(tmp_path / "us" / f"{split}.jsonl.gz", [medqa_row("en", n) for n in range(3)])
    source = MedQaUsMle(location=str(tmp_path / "us"))
    assert [shard.name for shard in source.shards("questions")] == ["test", "train"]
    assert source.notes() == ["no file of the split dev"]
    russian = tmp_path / "RuMedDaNet"
    write_lines(russian / "test_v1.jsonl", [russian_row("test", 1)])
    assert read("rumeddanet", russian).frame["id"].to_list() == ["rumeddanet/test/test0001"]


def test_bad_records_are_rejected_with_their_reasons(tmp_path: Path) -> None:
    bad = {
        "no_options": igakuqa_row(1, choices=[]), "answer_beyond_options": igakuqa_row(2, answer=["f"]),
        "empty_question": igakuqa_row(3, problem_text=" \n"), "no_answer": igakuqa_row(4, answer=[]),
        "wrong_shape": igakuqa_row(5, choices="a, b"),
    }  # fmt: skip
    path = write_lines(tmp_path / "112-A.jsonl", [*bad.values(), igakuqa_row(6), igakuqa_row(6)])
    path.write_bytes(b'not json\n["a"]\n\xff\xfe{}\n' + path.read_bytes())
    kept, rejected = read("igakuqa", tmp_path)
    assert kept["id"].to_list() == ["igakuqa/112-A/6"]
    told = rejected["reason"].to_list()
    assert sorted(told) == sorted([*bad, "duplicate_id", "bad_json", "bad_json", "not_utf8"])
    assert not rejected["detail"].str.contains("amoxa|咳").any(), "no words of a question"


def test_letters_beyond_e_and_either_of_two_answers(tmp_path: Path) -> None:
    eight = igakuqa_row(1, choices=[f"薬{n}" for n in range(8)], answer=["g"])
    write_lines(
        tmp_path / "116-F.jsonl",
        [{**eight, "problem_id": "116F1"}, igakuqa_row(2, problem_id="116F2", answer=["a or d"], points="0")],
    )
    rows = read("igakuqa", tmp_path).frame
    assert rows.select("id", "answer", "also_accepted", "struck", "year").rows() == [
        ("igakuqa/116-F/1", ["G"], [], False, 2022), ("igakuqa/116-F/2", ["A"], ["D"], True, 2022)
    ]  # fmt: skip
    assert [one["letter"] for one in rows["options"][0]] == list("ABCDEFGH")


def test_bad_records_of_the_other_shapes(tmp_path: Path) -> None:
    train = [french_row("t", 1, answers={"a": "x"}), french_row("t", 2, correct_answers=["z"]), french_row("t", 3),
             french_row("t", 3), "text", french_row("t", 4, answers={"a": "x", "A": "y"})]  # fmt: skip
    french = read("frenchmedmcqa", frenchmedmcqa(tmp_path / "fr", train=train))  # pyright: ignore[reportArgumentType]
    assert reasons(french) == {
        "frenchmedmcqa/train/t0001": "no_options", "frenchmedmcqa/train/t0002": "answer_beyond_options",
        "frenchmedmcqa/train/t0003": "duplicate_id", "frenchmedmcqa/train#5": "bad_json",
        "frenchmedmcqa/train/t0004": "bad_letters",
    }  # fmt: skip
    rows = [spanish_row(1, ra="7"), spanish_row(2, answers=[{"aid": 1}]), spanish_row(3, qtext=None), spanish_row(4)]
    exam = {"name": "E", "year": "n/a", "category": "medicine", "data": rows}
    write_json(tmp_path / "es" / "test_HEAD.json", {"exams": {"E": exam}})
    spanish = read("headqa", tmp_path / "es")
    assert reasons(spanish) == {
        "headqa/E/1": "answer_beyond_options", "headqa/test#2": "wrong_shape", "headqa/test#3": "wrong_shape"
    }  # fmt: skip
    assert spanish.frame["year"].to_list() == [None]
    write_lines(
        tmp_path / "ru" / "test_v1.jsonl",
        [russian_row("t", 1, answer="не знаю"), russian_row("t", 2, answer=""), russian_row("t", 3)],
    )
    assert reasons(read("rumeddanet", tmp_path / "ru")) == {
        "rumeddanet/test#1": "wrong_shape", "rumeddanet/test/t0002": "no_answer"
    }  # fmt: skip


def cut(path: Path, share: float = 0.6) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])


def test_files_that_were_cut_off_say_so(tmp_path: Path) -> None:
    folder = frenchmedmcqa(tmp_path / "fr")
    cut(folder / "corpus" / "test.json")
    with pytest.raises(
        SourceError, match=r"test\.json: no whole JSON file: it breaks at line 1, column \d+; download it again"
    ):
        read("frenchmedmcqa", folder)
    cut(folder / "corpus" / "train.json.gz")
    with pytest.raises(SourceError, match=r"train\.json\.gz: the gzip file is cut off"):
        opened("frenchmedmcqa", folder).read("questions", "train")
    lines = write_lines(tmp_path / "ja" / "112-A.jsonl", [igakuqa_row(n) for n in range(1, 5)])
    cut(lines, 0.9)
    with pytest.raises(SourceError, match=r"112-A\.jsonl: line 4 ends in the middle; the file was cut off"):
        read("igakuqa", tmp_path / "ja")


def test_a_number_without_end_is_told_and_is_no_traceback(tmp_path: Path) -> None:
    folder = frenchmedmcqa(tmp_path / "fr")
    (folder / "corpus" / "test.json").write_text(f'[{{"id": {"9" * 5000}}}]')
    with pytest.raises(SourceError, match=r"test\.json: a number of thousands of digits"):
        read("frenchmedmcqa", folder)


@pytest.mark.parametrize("name", [*SPLITS, "igakuqa"])
def test_an_empty_folder_says_what_was_expected(name: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=f"no {name} here; expected .*(json|jsonl)"):
        opened(name, tmp_path).shards("questions")
    with pytest.raises(SourceError, match="no such folder"):
        opened(name, tmp_path / "nowhere").shards("questions")


def test_files_of_another_shape_are_said(tmp_path: Path) -> None:
    write_json(tmp_path / "fr" / "test.json", {"not": "a list"})
    with pytest.raises(SourceError, match="expected a list of questions"):
        read("frenchmedmcqa", tmp_path / "fr")
    write_json(tmp_path / "es" / "test_HEAD.json", [1])
    with pytest.raises(SourceError, match="expected an object `exams`"):
        read("headqa", tmp_path / "es")
    (tmp_path / "ja").mkdir()
    (tmp_path / "ja" / "112-A.jsonl").write_text("\n")
    with pytest.raises(SourceError, match="holds no JSON object"):
        read("igakuqa", tmp_path / "ja")
    for place in ("one", "two"):
        write_lines(tmp_path / "twice" / place / "112-A.jsonl", [igakuqa_row(1)])
    with pytest.raises(SourceError, match="two files of the same questions"):
        read("igakuqa", tmp_path / "twice")


def test_a_packed_file_is_left_where_it_lies_unpacked_too(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "112-A.jsonl", [igakuqa_row(1)])
    path.with_suffix(".jsonl.gz").write_bytes(gzip.compress(json.dumps(igakuqa_row(2)).encode()))
    assert read("igakuqa", tmp_path).frame["id"].to_list() == ["igakuqa/112-A/1"]


@pytest.mark.parametrize(("language", "words", "sign"), [
    ("en", "What is shown in the photograph?", "words"),
    ("en", "The radiograph shows a fracture. What next?", None),
    ("en", "He has a distorted self-image.", None),
    ("zh", "患者心电图如下图，诊断为？", "words"),
    ("zh", "患者心电图正常。", None),
    ("ja", "心電図を別に示す。", "words"),
    ("ja", "心電図に異常はない。", None),
    ("fr", "D'après la figure ci-dessous, que voit-on ?", "words"),
    ("fr", "Un tableau clinique typique.", None),
    ("ru", "Что показано на рисунке?", "words"),
    ("ru", "Рисунок дыхания нормальный.", None),
    ("es", "Pregunta vinculada a la imagen nº12", "words"),
    ("es", "¿Qué prueba de imagen es la primera?", None),
])  # fmt: skip
def test_words_that_point_at_a_picture(language: str, words: str, sign: str | None) -> None:
    options = [{"letter": "A", "text": "x"}, {"letter": "B", "text": "y"}]
    frame = pl.DataFrame({"question": [words], "context": [None], "options": [options], "said": [False]},
                         {"question": pl.String, "context": pl.String,
                          "options": ReadQuestion.options.dtype, "said": pl.Boolean})  # fmt: skip
    assert says_image(frame, language).to_list() == [sign]
    assert says_image(frame.with_columns(said=True), language).to_list() == ["source"]


def test_options_that_are_blank_or_alike_are_pictures(tmp_path: Path) -> None:
    made = [igakuqa_row(1, choices=["a", " ", "b"], answer=["a"]), igakuqa_row(2, choices=["図"] * 5),
            igakuqa_row(3, text_only=False)]  # fmt: skip
    write_lines(tmp_path / "112-A.jsonl", made)
    rows = read("igakuqa", tmp_path).frame
    assert rows["image_sign"].to_list() == ["options", "options", "source"] and rows["needs_image"].all()


@pytest.mark.real
def test_real_files_hold_what_the_published_table_counts(samples: Path) -> None:
    home = samples / "exams"
    folders = {"igakuqa": "igakuqa", "frenchmedmcqa": "frenchmedmcqa", "rumeddanet": "rumedbench", "headqa": "headqa"}
    made = {name: read(name, home / folder) for name, folder in folders.items()}
    for line in PUBLISHED.values():
        if line.source in made and line.source != "igakuqa":
            frame, rejected = made[line.source]
            twice = int((rejected["reason"] == "duplicate_id").sum())
            assert (
                frame.filter(split="train").height + twice == line.train
                and frame.filter(split="test").height == line.test
            )
    frame, rejected = made["igakuqa"]
    assert (frame.height, rejected["reason"].to_list()) == (1988, ["no_options"] * 12)
    assert frame["needs_image"].sum() == 529 and frame["struck"].sum() == 11
    assert made["headqa"].frame["needs_image"].sum() == 165
    assert made["frenchmedmcqa"].frame.filter(split="train")["multiple_answers"].mean() == pytest.approx(0.73, abs=0.01)
    for name, (kept, _) in made.items():
        assert ReadQuestion.validate(kept).height, name
