"""Texts with spans: BRAT, PubTator, and tokens with a label each."""

import pytest

from tests.builders.instructions.reading.own_corpora import every, rows, source, written

FIELDS = {"text": "{text}", "entities": "{entities}"}
BRAT = (
    "T1\tDrug 5 12\taspirin\nT2\tDose 0 4\tTake\nT3\tDrug 5 12;16 21\taspirin daily\n"
    "R1\tHas Arg1:T1 Arg2:T2\nR2\tHas Arg1:T3 Arg2:T1\n#1\tNote T1\tx\n"
)


def spans(row):
    return [(one["start"], one["end"], one["type"]) for one in row]


def test_brat_gives_entities_in_order_and_relations_by_their_places(tmp_path):
    written(tmp_path / "standoff" / "n1.txt", "Take aspirin at daily")
    written(tmp_path / "standoff" / "n1.ann", BRAT)
    written(tmp_path / "standoff" / "n2.txt", "Nothing")
    options = every("**/standoff/*.txt", id="{name}", document="{name}")
    frame, rejected = rows(source(tmp_path, "brat", options, {**FIELDS, "relations": "{relations}"}))
    assert spans(frame["entities"].to_list()[0]) == [(0, 4, "Dose"), (5, 12, "Drug")]
    assert frame["relations"].to_list() == [[{"type": "Has", "head": 1, "tail": 0}], []]
    assert frame["discontinuous"].to_list() == [1, 0]
    assert frame["__id"].to_list() == ["ward/n1", "ward/n2"]
    assert rejected.height == 0


def test_standoff_that_does_not_fit_its_text_rejects_it(tmp_path):
    written(tmp_path / "n1.txt", "Take aspirin")
    written(tmp_path / "n1.ann", "T1\tDrug 5 40\taspirin\n")
    written(tmp_path / "n2.txt", b"Caf\xe9")
    frame, rejected = rows(source(tmp_path, "brat", every("*.txt"), FIELDS))
    assert frame.height == 0
    assert rejected["reason"].to_list() == ["span_beyond_text", "not_utf8"]
    written(tmp_path / "n1.ann", "T1\tDrug 5 11\taspirin\n")
    _, rejected = rows(source(tmp_path, "brat", every("*.txt"), FIELDS))
    assert rejected["reason"].to_list() == ["bad_standoff", "not_utf8"]
    assert "aspirin" not in rejected["detail"][0]


PUBTATOR = (
    "7|t|Rash and fever\n7|a|A rash.\n7\t0\t4\tRash\tSign\tD1\n7\t17\t21\trash\tSign\tD1\n7\tCID\tD1\tD2\n\n"
    "8|t|Fever\n8\t0\t4\tRash\tSign\tD2\n\n9|t|Only a title\n"
)


def test_pubtator_counts_offsets_through_title_and_abstract(tmp_path):
    written(tmp_path / "a.txt", PUBTATOR)
    frame, rejected = rows(source(tmp_path, "pubtator", every("*.txt", id="{pmid}"), FIELDS))
    assert frame["text"].to_list() == ["Rash and fever\nA rash.", "Only a title"]
    assert spans(frame["entities"].to_list()[0]) == [(0, 4, "Sign"), (17, 21, "Sign")]
    assert frame["__id"].to_list() == ["ward/7", "ward/9"]
    assert rejected["reason"].to_list() == ["bad_offsets"]


@pytest.mark.parametrize(("end", "labels"), [(".AGGREGATED.ann", "0\n1\n1\n0\n2\n"), ("_AGGREGATED.ann", "0,1,1,0,2")])
def test_tokens_of_one_label_in_a_row_are_an_entity(tmp_path, end, labels):
    written(tmp_path / "documents" / "11.tokens", "We\nadult\nmen\nand\naspirin\n")
    written(tmp_path / "documents" / "12.tokens", "No\nlabels\n")
    written(tmp_path / "ann" / "test" / f"11{end}", labels)
    beside = {"files": {"train": ("ann/train/*.ann",), "test": ("ann/test/*.ann",)}, "on": "name"}
    frame, rejected = rows(source(tmp_path, "token-labels", every("**/documents/*.tokens", beside=beside), FIELDS))
    assert frame["text"].to_list() == ["We adult men and aspirin"]
    assert spans(frame["entities"].to_list()[0]) == [(3, 12, "1"), (17, 24, "2")]
    assert frame["__split"].to_list() == ["test"]
    assert rejected["reason"].to_list() == ["no_labels"]


def test_labels_of_other_tokens_reject_a_text(tmp_path):
    written(tmp_path / "d" / "1.tokens", "a\nb\n")
    written(tmp_path / "l" / "1.ann", "0\n")
    beside = {"files": {"all": ("l/*.ann",)}, "on": "name"}
    _, rejected = rows(source(tmp_path, "token-labels", every("d/*.tokens", beside=beside), FIELDS))
    assert rejected["reason"].to_list() == ["other_tokens"]


def test_lines_of_two_files_belong_together(tmp_path):
    written(tmp_path / "text" / "5.txt", "One.\nTwo.\nThree.\n")
    written(tmp_path / "labels" / "5.txt", "< <Growth--fine ANDDeath--finer--finest<Growth ")
    written(tmp_path / "text" / "6.txt", "Alone.\n")
    written(tmp_path / "text" / "7.txt", "One.\nTwo.\n")
    written(tmp_path / "labels" / "7.txt", "<Growth")
    beside = {"files": {"all": ("**/labels/*.txt",)}, "on": "name"}
    options = every("**/text/*.txt", beside=beside, lists={"labels": "<"}, document="{name}")
    frame, rejected = rows(source(tmp_path, "text-pairs", options, {"text": "{text}", "labels": "{labels}"}))
    assert frame.select("text", "labels").rows() == [
        ("One.", []),
        ("Two.", ["Growth", "Death"]),
        ("Three.", ["Growth"]),
    ]
    assert rejected["reason"].to_list() == ["no_partner", "other_lines"]
    grouped, _ = rows(source(tmp_path, "text-pairs", {**options, "group": "name", "id": "{name}"}, {"text": "{text}"}))
    assert grouped.select("__id", "text", "labels").rows() == [
        ("ward/5", ["One.", "Two.", "Three."], ["Growth", "Death"])
    ]


def test_plain_lines_of_two_files_have_the_names_that_are_declared(tmp_path):
    written(tmp_path / "en" / "a.txt", "Rest\n\n")
    written(tmp_path / "sv" / "a.txt", "Vila\n")
    options = every("en/*.txt", beside={"files": {"all": ("sv/*.txt",)}, "on": "name"}, columns=("en", "sv"))
    frame, _ = rows(source(tmp_path, "text-pairs", options, {"question": "{en}", "answer": "{sv}"}))
    assert frame.select("en", "sv").rows() == [("Rest", "Vila")]
