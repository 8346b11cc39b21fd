"""Items of a form, `Pleural effusion: left`: what stood behind the colon once said nothing of what stood before it."""

import polars as pl
import pytest

from annotators.rules import Findings

ITEMS = [
    ("Pneumothorax: no.", "pneumothorax", "absent", ["pleura"]),
    ("Pleural effusion - no", "pleural effusion", "absent", ["pleura"]),
    ("Pleural effusion: absent", "pleural effusion", "absent", ["pleura"]),
    ("Pleural effusion: not seen.", "pleural effusion", "absent", ["pleura"]),
    ("Nodules: negative.", "nodule", "absent", ["lungs"]),
    ("Right pleural effusion: none", "pleural effusion", "absent", ["right pleura"]),
    ("Pleural effusion: yes", "pleural effusion", "present", ["pleura"]),
    ("Pleural effusion: left.", "pleural effusion", "present", ["left pleura"]),
    ("Consolidation: right lower lobe.", "consolidation", "present", ["right lower lobe"]),
    ("Emphysema: mild, upper lobes", "emphysema", "present", ["lung upper lobe"]),
    ("Calcification: coronary arteries", "coronary artery calcification", "present", ["coronary artery"]),
    ("Lymphadenopathy: mediastinum", "lymphadenopathy", "present", ["mediastinum"]),
    ("Pericardial effusion: no; pleural effusion: left.", "pericardial effusion", "absent", ["pericardium"]),
    ("Pericardial effusion: no; pleural effusion: left.", "pleural effusion", "present", ["left pleura"]),
    ("Lungs: no nodules.", "nodule", "absent", ["lungs"]),
]


def read(text: str) -> pl.DataFrame:
    frame = pl.DataFrame({"report": ["r"], "section": ["findings"], "section_index": [0], "text": [text]})
    return Findings().annotate(frame).cast({"assertion": pl.String})


@pytest.mark.parametrize(("text", "canonical", "assertion", "anatomy"), ITEMS)
def test_what_follows_is_said_of_the_heading(text: str, canonical: str, assertion: str, anatomy: list[str]) -> None:
    found = read(text).filter(canonical=canonical).select("assertion", "anatomy").rows()
    assert found == [(assertion, anatomy)]


def test_a_heading_that_is_named_again_says_nothing_of_its_own() -> None:
    assert read("Nodules: no nodule is seen.").select("canonical", "assertion", "start").rows() == [
        ("nodule", "absent", 12)
    ]


def test_a_size_in_an_item_is_that_of_its_heading() -> None:
    (nodule,) = read("Nodule: left upper lobe, 5 mm.").filter(canonical="nodule").iter_rows(named=True)
    assert [size["values"] for size in nodule["measurements"]] == [[5.0]]


@pytest.mark.parametrize("text", ["There is no effusion: the lungs are clear.", "Impression: pneumothorax."])
def test_a_sentence_before_a_colon_is_read_as_before(text: str) -> None:
    said = dict(read(text).select("canonical", "assertion").iter_rows())
    assert said.get("pleural effusion", "absent") == "absent"
    assert said.get("pneumothorax", "present") == "present"
