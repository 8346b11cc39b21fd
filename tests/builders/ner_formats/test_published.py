"""The published layout: what public programs read in it, and records that are only as RaTE-NER's."""

import json
from pathlib import Path

import pytest

from builders.ner_formats.corpus import read, write
from builders.ner_formats.frames import Labelled, frame, rows
from schemas.errors import SourceError

ROW = Labelled("n/1", "No  pneumothorax.", [(4, 16, "Non-Disease")])


def test_label_files_have_the_published_sizes(tmp_path: Path) -> None:
    write("published", {"train": frame([ROW])}, tmp_path)
    sizes = [(tmp_path / name).stat().st_size for name in ("label2idx.json", "idx2label.json")]
    assert sizes == [201, 223]


def test_both_files_say_the_same_and_datasets_reads_them(tmp_path: Path) -> None:
    from datasets import load_dataset

    write("published", {"train": frame([ROW])}, tmp_path)
    tagged = json.loads((tmp_path / "train_IOB.json").read_text())
    spanned = json.loads((tmp_path / "train_span.json").read_text())
    assert (tagged[0]["tokens"], tagged[0]["ner_tags"]) == (["No", "pneumothorax", "."], [10, 6, 10])
    assert (spanned["sentences"], spanned["ner"]) == ([["No", "pneumothorax", "."]], [[[1, 1, "NON-DISEASE"]]])
    for name, keys in (("IOB", ["tokens", "ner_tags"]), ("span", ["sentences", "ner"])):
        files = str(tmp_path / f"train_{name}.json")
        held = load_dataset("json", data_files={"train": files}, cache_dir=str(tmp_path / "cache"))
        assert set(keys) <= set(held["train"].column_names)


def test_either_file_is_enough_and_they_agree(tmp_path: Path) -> None:
    write("published", {"train": frame([ROW])}, tmp_path)
    (tmp_path / "train_span.json").unlink()
    assert list(rows(read(tmp_path)["train"])) == [ROW]


def test_records_without_our_additions_are_read(tmp_path: Path) -> None:
    records = [
        {"note_id": "7", "sentences": [["Clear", "lungs"]], "ner": [[[1, 1, "Anatomy"]]]},
        {"note_id": "7", "sentences": [["No", "edema"]], "ner": [[[1, 1, "NON-ABNORMALITY"]]]},
        {"note_id": "8", "sentences": [[]], "ner": [[]]},
    ]
    (tmp_path / "dev_span.json").write_text("".join(json.dumps(record) + "\n" for record in records))
    assert list(rows(read(tmp_path)["validation"])) == [
        Labelled("7/1", "Clear lungs", [(6, 11, "Anatomy")]),
        Labelled("7/2", "No edema", [(3, 8, "Non-Abnormality")]),
        Labelled("8", "", []),
    ]


def test_numbers_without_label_files_are_those_of_rate_ner(tmp_path: Path) -> None:
    (tmp_path / "test_IOB.json").write_text('{"tokens": ["Left", "lung"], "ner_tags": [8, 9]}\n')
    assert list(rows(read(tmp_path)["test"])) == [Labelled("test/1", "Left lung", [(0, 9, "Anatomy")])]


@pytest.mark.parametrize("content", ['{"tokens": ["a"], "ner_tags": [99]}', '{"words": []}', "[1]", "{", "\xff"])
def test_records_of_another_shape_are_told_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "test_IOB.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(SourceError, match=r"test_IOB\.json: (a record has not|neither a JSON array)"):
        read(tmp_path)
