"""What grounding says of sentences of our own, and what holds for every text."""

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.grounding.ground import Grounding
from annotators.reading.sentences import split
from annotators.rules import Findings
from schemas import anatomy, regions
from schemas.grounding import GROUNDING_KINDS, NO_NODE


def passages(*texts: str) -> pl.DataFrame:
    """The findings of one report each."""
    schema = {"report": pl.String, "section": pl.String, "section_index": pl.Int32, "text": pl.String}
    rows = [(f"r{number}", "findings", 0, text) for number, text in enumerate(texts)]
    return pl.DataFrame(rows, schema, orient="row")


def ground(*texts: str) -> pl.DataFrame:
    frame = passages(*texts)
    return Grounding().ground(frame, Findings().annotate(frame))


def nodes(text: str) -> dict[str, str]:
    """Kind by node of all the parts of a text."""
    return dict(ground(text).select("node", "kind").iter_rows())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A nodule of 4 mm is seen in the right upper lobe.", {"right upper lobe": "focal"}),
        ("Nodules are seen in the right upper lobe.", {"right upper lobe": "multifocal"}),
        ("Diffuse consolidation in the left lung.", {"left lung": "diffuse"}),
        ("Emphysema in both lungs.", {"lungs": "diffuse"}),
        ("The heart is enlarged.", {"heart": "whole_organ"}),
        ("Hepatosteatosis.", {"liver": "whole_organ"}),
        ("The pulmonary trunk measures 36 mm.", {"pulmonary trunk": "whole_organ"}),
        ("The liver is normal.", {"liver": "organ_normal"}),
        ("No nodule in the left lung.", {"left lung": "organ_normal"}),
        ("Clinical correlation is recommended.", {NO_NODE: "none"}),
        ("The examination was done without contrast.", {NO_NODE: "none"}),
        ("Compared with the thorax CT of last year.", {NO_NODE: "none"}),
    ],
)
def test_kinds(text: str, expected: dict[str, str]) -> None:
    assert nodes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Minimal effusion.", {"pleura"}),
        ("Pericardial effusion is seen, the effusion measures 5 mm.", {"pericardium"}),
        ("Fluid of 5 mm around the heart in the pericardial space.", {"pericardium"}),
        ("Consolidation.", {"lungs"}),
        ("Cholelithiasis.", {"gallbladder"}),
        ("Hiatal hernia.", {"esophagus"}),
        ("Enlarged lymph nodes in the mediastinum.", {"mediastinal tissue"}),
        ("Free fluid in the abdomen.", {"abdominal tissue"}),
        ("The stone in the gallbladder measures 3 mm.", {"gallbladder"}),
        ("A calculus of 3 mm is seen in the lumen of the gallbladder.", {"gallbladder"}),
        ("Wall calcifications of the trachea.", {"trachea"}),
    ],
)
def test_implied_anatomy(text: str, expected: set[str]) -> None:
    assert set(nodes(text)) == expected


def test_the_rule_says_how_a_node_was_found() -> None:
    rules = dict(ground("Consolidation is seen. The liver is normal. No mass was seen. Follow-up is advised.")
                 .select("rule", "node").iter_rows())  # fmt: skip
    assert rules == {
        "implied:lungs": "lungs", "named": "liver", "carried": "liver", "none:recommendation": NO_NODE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nodules in both lungs.", {"lungs"}),
        ("Nodules in both lungs, the largest in the right lower lobe.", {"lungs", "right lower lobe"}),
        ("Nodules in both lungs, the largest in the lingula of the left lung.", {"lungs", "lingula"}),
        ("Nodules in the lower lobes of both lungs.", {"lung lower lobe"}),
        ("A nodule in the right lower lobe and one in the left lower lobe.", {"right lower lobe", "left lower lobe"}),
        ("Both adrenal glands are normal.", {"adrenal gland"}),
        ("In the upper abdomen, both kidneys are normal.", {"kidneys"}),
        ("A nodule in the left upper lobe, adjacent to the aortic arch.", {"left upper lobe"}),
        ("Consolidation in the right lower lobe, in favour of pneumonia.", {"right lower lobe"}),
        ("Trachea and both main bronchi are open. No obstruction was seen in the lumen.", {"trachea", "bronchi"}),
        ("The right 5th and 6th ribs are resected.", {"right rib 5", "right rib 6"}),
    ],
)
def test_sides_wholes_and_what_stands_aside(text: str, expected: set[str]) -> None:
    assert set(nodes(text)) == expected


def test_a_sentence_about_several_structures_is_cut_where_a_statement_ends() -> None:
    text = "The heart is normal, the liver is enlarged, and no stone is seen in the gallbladder."
    rows = ground(text)
    parts = {text[start:end]: node for start, end, node in rows.select("start", "end", "node").iter_rows()}
    assert parts == {
        "The heart is normal, ": "heart",
        "the liver is enlarged, ": "liver",
        "and no stone is seen in the gallbladder.": "gallbladder",
    }
    assert rows["sentence"].unique().to_list() == [0]


def test_structures_that_share_one_statement_stay_together() -> None:
    rows = ground("The trachea, both main bronchi and the esophagus are normal.")
    assert rows["node"].to_list() == ["trachea", "bronchi", "esophagus"]
    assert rows.select("start", "end").n_unique() == 1


def test_how_one_looked_is_a_part_of_its_own() -> None:
    text = "When examined in the lung parenchyma window; consolidation in the lingula."
    rows = ground(text)
    assert rows.select("text", "node", "rule").rows() == [
        ("When examined in the lung parenchyma window; ", NO_NODE, "none:technique"),
        ("consolidation in the lingula.", "lingula", "named"),
    ]


def test_what_follows_how_one_looked_is_apart_from_it_also_where_both_name_one_structure() -> None:
    rows = ground("When both lungs are examined in the parenchyma window; no mass is seen in both lungs.")
    assert rows.select("node", "rule").rows() == [(NO_NODE, "none:technique"), ("lungs", "named")]


def test_statements_of_one_structure_are_one_part() -> None:
    rows = ground("Both adrenal glands are normal and no mass is seen, and the spleen is enlarged.")
    assert rows.select("text", "node").rows() == [
        ("Both adrenal glands are normal and no mass is seen, ", "adrenal gland"),
        ("and the spleen is enlarged.", "spleen"),
    ]


def test_one_structure_beside_another_that_is_within_it_keeps_what_is_said_of_it() -> None:
    assert nodes("Cardiomegaly, pericardial effusion.") == {"heart": "whole_organ", "pericardium": "focal"}


def test_a_side_that_findings_and_impression_disagree_on_is_marked() -> None:
    frame = passages("Pleural effusion on the left.", "Pleural effusion on the right.").with_columns(
        report=pl.lit("r"), section=pl.Series(["findings", "impression"])
    )
    rows = Grounding().ground(frame, Findings().annotate(frame))
    assert rows.select("section", "node", "laterality_conflict").rows() == [
        ("findings", "left pleura", True), ("impression", "right pleura", True),
    ]  # fmt: skip
    assert not ground("Pleural effusion on the left.")["laterality_conflict"].any()


WORDS = (
    "the", "no", "a nodule", "nodules", "in the", "right upper lobe", "both lungs", "lungs", "heart", "is", "are",
    "normal", "enlarged", ",", ";", "and", "with", ".", "\n\n", '"', "pleural effusion-thickening",
    "was not observed", "when examined in the lung window;", "clinical correlation is recommended", "liver", "spleen",
    "mass", "lymph nodes", "mediastinum", "hilum", "adjacent to the", "3rd rib", "left", "it is stable", "bilateral",
    "5 mm", "(", "?", ")", "abdominal aorta", "paraaortic", "İ", "in favour of pneumonia", "history of", "lung base",
    "not assessed",
)  # fmt: skip
texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))


@settings(max_examples=50)
@given(st.lists(texts, min_size=1, max_size=6))
def test_the_parts_of_a_section_are_all_of_its_sentences_and_each_is_of_nodes_or_of_none(sections: list[str]) -> None:
    rows = ground(*sections)
    assert rows["id"].is_unique().all()
    for number, text in enumerate(sections):
        own = rows.filter(pl.col("study") == f"r{number}")
        bounds = own.select("sentence", "start", "end").unique(maintain_order=True).rows()
        covered = Counter(place for _, start, end in bounds for place in range(start, end))
        sentences = list(enumerate(split(text)))
        assert set(covered.values()) <= {1}
        assert sorted(covered) == [place for _, (start, end) in sentences for place in range(start, end)]
        assert all(
            sentences[sentence][1][0] <= start < end <= sentences[sentence][1][1] for sentence, start, end in bounds
        )
        for row in own.to_dicts():
            assert text[row["start"] : row["end"]] == row["text"]
    for _, part in rows.group_by("study", "start", maintain_order=True):
        assert part["node"].is_unique().all()
        assert NO_NODE not in part["node"].to_list() or part.height == 1


@settings(max_examples=25)
@given(st.lists(texts, min_size=1, max_size=5))
def test_rows_agree_with_themselves(sections: list[str]) -> None:
    for row in ground(*sections).to_dicts():
        silent = row["node"] == NO_NODE
        assert row["kind"] in GROUNDING_KINDS
        assert silent == (row["kind"] == "none") == (row["region"] is None) == (row["paths"] == [])
        assert row["rule"].split(":")[0] in (("none",) if silent else ("named", "implied", "carried"))
        if not silent:
            assert row["node"] in anatomy.names()
            assert row["paths"] == list(regions.paths(row["node"]))
            assert row["region"] == row["paths"][0].split("/")[0]


@settings(max_examples=25)
@given(st.lists(texts, min_size=1, max_size=4))
def test_a_section_is_grounded_the_same_alone_and_in_company(sections: list[str]) -> None:
    together = ground(*sections).drop("id", "study")
    alone = pl.concat([ground(section).drop("id", "study") for section in sections])
    assert together.equals(alone)


def test_no_text_no_rows() -> None:
    assert ground("", " ", ". .").is_empty() or set(ground("", " ", ". .")["node"]) == {NO_NODE}
    assert Grounding().ground(passages(), Findings().annotate(passages())).is_empty()


def test_same_data_same_fingerprint() -> None:
    assert Grounding().fingerprint == Grounding().fingerprint
    assert Grounding(version=2).fingerprint != Grounding().fingerprint


def test_sentences_in_other_words() -> None:
    """Nearly all have the right nodes by published names, and say rightly whether something is there."""
    told = pl.read_csv(Path(__file__).with_name("paraphrases.tsv"), separator="\t", comment_prefix="#")
    rows = ground(*told["text"])
    nodes_right = there_right = 0
    for number, (_, expected, there) in enumerate(told.iter_rows()):
        own = rows.filter(pl.col("study") == f"r{number}")
        names = {regions.published(node) if node != NO_NODE else node for node in own["node"]}
        nodes_right += names == {regions.published(node) for node in expected.split(";")}
        found = own.filter(pl.col("findings").list.len() > 0)
        there_right += found.height > 0 and ("no" if set(own["kind"]) == {"organ_normal"} else "yes") == there
    assert nodes_right >= 0.95 * told.height
    assert there_right >= 0.95 * told.height
