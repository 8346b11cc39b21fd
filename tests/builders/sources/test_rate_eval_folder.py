"""A copy of RaTE-Eval in the shapes that are taken, and in each way that it can be wrong."""

import json
from pathlib import Path

import pytest

from builders.base import Kept
from builders.sources.rate_eval_folder import RateEvalFolder
from schemas.errors import SourceError
from schemas.rate_eval import RatedParagraph, RatedSentence
from tests.builders.sources.rated_files import CANDIDATES, ERROR_COLUMNS, ERRORS, REFERENCES, write_copy


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return write_copy(tmp_path)


def sentences(copy: Path, **settings) -> Kept:
    settings = settings or {"errors": tuple(ERROR_COLUMNS.split(",")), "potential": ("could",)}
    return RateEvalFolder(str(copy), **settings).read("sentence_ratings", "test")


def test_errors_are_counted_and_divided(copy: Path) -> None:
    kept, rejected = sentences(copy)
    assert RatedSentence.is_valid(kept)
    assert kept["id"].to_list() == [f"sentence/test/{number}" for number in (0, 1, 2, 3, 4, 6, 7)]
    assert kept["rating"].to_list() == [0, 0.5, 0, 0, 0.5, 1, 0.75]
    assert kept["errors"].to_list() == [n for place, n in enumerate(ERRORS) if place != 5]
    assert kept["missing_finding"].to_list() == [0, 1, 0, 0, 0, 0, 3]
    assert rejected.rows() == [("sentence/test/5", "not_rated", "no number, or no potential errors to divide by")]
    assert kept["candidate"][6] == CANDIDATES[7] and kept["reference"][0] == REFERENCES[0]


def test_grades_are_found_by_their_ids(copy: Path) -> None:
    source = RateEvalFolder(str(copy))
    assert [shard.name for shard in source.shards("paragraph_ratings")] == ["train", "test"]
    kept, rejected = source.read("paragraph_ratings", "train")
    assert RatedParagraph.is_valid(kept) and rejected.is_empty()
    assert kept["id"][1] == "paragraph/train/p1" and kept["rating"].to_list() == [5 - n for n in ERRORS]
    assert kept["candidate"][1] == f"{CANDIDATES[1]} Bones are intact."


def test_a_task_that_is_not_there_has_no_shards(copy: Path) -> None:
    for path in (copy / "Task1_sentence_rate").iterdir():
        path.unlink()
    source = RateEvalFolder(str(copy))
    assert source.shards("sentence_ratings") == [] and len(source.shards("paragraph_ratings")) == 2


def test_errors_alone_are_the_rating(copy: Path) -> None:
    kept, _ = sentences(copy, errors=tuple(ERROR_COLUMNS.split(",")))
    assert kept["rating"].to_list() == list(ERRORS) and kept["potential"].null_count() == 8


@pytest.mark.parametrize(("settings", "said"), [
    ({"rating": ""}, "say which is the rating"), ({"rating": "grade"}, "column grade is not there"),
    ({"errors": ("c0", "c1")}, "2 columns of errors, expected six"),
])  # fmt: skip
def test_which_column_is_meant_is_asked(settings: dict, said: str, copy: Path) -> None:
    with pytest.raises(SourceError, match=said):
        sentences(copy, **settings)


def test_texts_without_words_are_rejected(copy: Path) -> None:
    path = copy / "Task1_sentence_rate" / "similar_report_test.json"
    path.write_text(json.dumps([" ", *CANDIDATES[1:]]))
    assert sentences(copy).rejected.select("id", "reason").rows()[0] == ("sentence/test/0", "empty_report")


DAMAGES = {
    "no JSON in UTF-8": ("gt_report_test.json", b'["a'),
    "expected a list of texts": ("gt_report_test.json", b'"a"'),
    "item 1 is no text": ("gt_report_test.json", b'["a", 5]'),
    "both files are to have the same texts": ("gt_report_test.json", b'["a"]'),
    "2 rows of ratings for 8 pairs": ("rate_test.csv", b"rating\n1\n2\n"),
    "another number of cells": ("rate_test.csv", b"rating\n1,2\n"),
    "no CSV in UTF-8": ("rate_test.csv", b"rating\n\xff\n"),
}


@pytest.mark.parametrize("said", DAMAGES)
def test_a_damaged_file_is_one_line_without_words_of_it(said: str, copy: Path) -> None:
    name, raw = DAMAGES[said]
    (copy / "Task1_sentence_rate" / name).write_bytes(raw)
    with pytest.raises(SourceError, match=said) as caught:
        sentences(copy)
    assert "\n" not in str(caught.value) and "effusion" not in str(caught.value)


def test_a_missing_file_or_folder_is_named(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (copy / "Task1_sentence_rate" / "gt_report_test.json").unlink()
    with pytest.raises(SourceError, match=r"no Task1_sentence_rate/gt_report_test.json; the three files"):
        RateEvalFolder(str(copy)).shards("sentence_ratings")
    with pytest.raises(SourceError, match="no RaTE-Eval here"):
        RateEvalFolder(str(tmp_path_factory.mktemp("empty"))).shards("sentence_ratings")
