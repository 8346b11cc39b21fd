"""Sentences that were once read wrongly, each with what it says; a test is named after its bug."""

import polars as pl
import pytest

from annotators.grounding.ground import Grounding
from annotators.rules import Findings


def passages(*texts: str) -> pl.DataFrame:
    named = [(f"r{number:02}", "findings", 0, text) for number, text in enumerate(texts)]
    return pl.DataFrame(named, ["report", "section", "section_index", "text"], orient="row")


def entity(text: str, canonical: str) -> dict:
    """The one entity of this name."""
    return Findings().annotate(passages(text)).row(by_predicate=pl.col("canonical") == canonical, named=True)


def nodes(text: str) -> list[str]:
    frame = passages(text)
    return Grounding().ground(frame, Findings().annotate(frame))["node"].to_list()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("Neither lung contains a nodule.", "nodule"),
        ("Neither lung reveals consolidation.", "consolidation"),
        ("Neither lung shows consolidation.", "consolidation"),
        ("Neither of the kidneys has a stone.", "kidney stone"),
        ("No lobe harbours a nodule.", "nodule"),
        ("There is no consolidation, nor is there a nodule.", "nodule"),
    ],
)
def test_neither_lung_contains_denies_what_follows(text: str, finding: str) -> None:
    assert entity(text, finding)["assertion"] == "absent"


def test_contains_states_a_finding_behind_another_that_is_denied() -> None:
    text = "No nodule is seen in the right lung and the left lung contains a cyst."
    assert entity(text, "nodule")["assertion"] == "absent"
    assert entity(text, "cyst")["assertion"] == "present"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Both lobes of the thyroid contain nodules.", ["thyroid gland"]),
        ("There is a nodule in the lobe of the thyroid gland.", ["thyroid gland"]),
        ("Cyst in the left lobe of thyroid.", ["left thyroid"]),
        ("Hypodense lesions in both lobes of the liver.", ["liver"]),
        ("Both lobes of the left lung show nodules.", ["left lung"]),
    ],
)
def test_lobes_belong_to_the_organ_that_is_named_behind_them(text: str, place: list[str]) -> None:
    assert nodes(text) == place


def test_mediastinal_nodes_stay_in_the_mediastinum_behind_a_sentence_about_the_abdomen() -> None:
    text = "The liver is normal. Mediastinal lymphadenopathy is seen, the node measuring 18 x 12 mm."
    assert nodes(text) == ["liver", "mediastinal tissue"]


def test_retroperitoneal_nodes_are_not_mediastinal() -> None:
    assert nodes("There is retroperitoneal lymphadenopathy, the node measuring 14 mm.") == ["abdominal tissue"]


def test_the_cervical_oesophagus_has_the_findings_said_of_it() -> None:
    assert nodes("The cervical esophagus is dilated.") == ["cervical esophagus"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("In the liver a cyst, in the spleen a calcification.", {"cyst": "liver", "calcification": "spleen"}),
        ("In the right lung a nodule and in the left lung a mass.", {"nodule": "right lung", "mass": "left lung"}),
        ("In the liver there is a cyst and in the right kidney a stone is seen.",
         {"cyst": "liver", "kidney stone": "right kidney"}),
        ("In the right lung a nodule, in the left no effusion.",
         {"nodule": "right lung", "pleural effusion": "left pleura"}),
    ],
)  # fmt: skip
def test_findings_behind_their_places_do_not_swap_them(text: str, places: dict[str, str]) -> None:
    assert {name: entity(text, name)["anatomy"] for name in places} == {n: [place] for n, place in places.items()}
