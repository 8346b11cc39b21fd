"""Tokens with labels: any name of a file, IOB1, blanks or tabs, and a broken text costs itself alone."""

from tests.builders.instructions.reading.own_corpora import rows, source, written

BIO = {"files": {"train": ("**/train.tsv",), "test": ("**/held-out.txt",)}}
FIELDS = {"text": "{text}", "entities": "{entities}"}
TEXT = "Mild\tO\nfever\tB-Sign\n\nChest\tB-Place\npain\tI-Sign\n"


def test_texts_of_each_split_have_their_entities(tmp_path):
    written(tmp_path / "ward" / "train.tsv", TEXT)
    written(tmp_path / "ward" / "held-out.txt", "No O\nrash I-Sign\nhere I-Sign\n")
    frame, rejected = rows(source(tmp_path, "bio", BIO, FIELDS))
    assert frame["text"].to_list() == ["Mild fever", "Chest pain", "No rash here"]
    spans = [[(one["start"], one["end"], one["type"]) for one in row] for row in frame["entities"].to_list()]
    assert spans == [[(5, 10, "Sign")], [(0, 5, "Place"), (6, 10, "Sign")], [(3, 12, "Sign")]]
    assert frame["__split"].to_list() == ["train", "train", "test"]
    assert rejected.height == 0


def test_a_text_with_a_line_that_is_no_token_is_rejected(tmp_path):
    written(tmp_path / "train.tsv", TEXT + "\nalone\n\nLast\tO\n")
    frame, rejected = rows(source(tmp_path, "bio", BIO, FIELDS))
    assert frame.height == 3
    assert rejected["id"].to_list() == ["ward/train.tsv#3"]
    assert "line 7" in rejected["detail"][0]
