"""Which masks a grounded sentence names: its own, those of its parts, or those of the nearest whole."""

import polars as pl

from builders.stages.ground_masks import GroundMasks
from schemas.grounding import GroundedMask
from tests.builders.stages.grounded import grounded, masks, volumes

NODULE = "A nodule is seen in the right upper lobe."


def named(text: str, *there: pl.DataFrame, scans: tuple[str, ...] = ("s_1",)) -> dict[str, tuple[list[str], str, str]]:
    """(masks, mask_node, mask_role) by node, of the one report `s`."""
    rows = GroundMasks()(grounded(s=text), volumes(*scans), pl.concat(there))
    GroundedMask.validate(rows)
    return {row["node"]: (row["masks"], row["mask_node"], row["mask_role"]) for row in rows.to_dicts()}


def test_a_structure_has_its_own_mask() -> None:
    found = named(NODULE, masks("s_1", right_upper_lobe=500, right_lung=2000, lungs=4000))
    assert found == {"right upper lobe": (["s_1/right-upper-lobe"], "right upper lobe", "container")}


def test_without_it_the_smallest_of_the_nearest_that_hold_it() -> None:
    found = named(NODULE, masks("s_1", right_lung=2000, lung_upper_lobe=900, lungs=4000))
    assert found == {"right upper lobe": (["s_1/lung-upper-lobe"], "lung upper lobe", "container")}
    found = named("Consolidation in the lingula.", masks("s_1", left_lung=2000, thorax=9000))
    assert found == {"lingula": (["s_1/left-lung"], "left lung", "container")}


def test_both_sides_stand_for_a_whole_that_has_no_mask() -> None:
    text = "Nodules are seen in both lungs."
    assert named(text, masks("s_1", lungs=4, left_lung=2, right_lung=2)) == {
        "lungs": (["s_1/lungs"], "lungs", "container")
    }
    assert named(text, masks("s_1", left_lung=2, right_lung=2)) == {
        "lungs": (["s_1/left-lung", "s_1/right-lung"], "lungs", "container")
    }


def test_ribs_are_all_ribs_that_are_in_view() -> None:
    found = named("Fractures of the ribs.", masks("s_1", left_rib_4=1, right_rib_5=2, left_rib_11=0, bones=99))
    assert found == {"ribs": (["s_1/left-rib-4", "s_1/right-rib-5"], "ribs", "container")}


def test_a_removed_kidney_is_not_in_the_other_one() -> None:
    text = "The right kidney is not observed (operated)."
    found = named(text, masks("s_1", right_kidney=0, left_kidney=300, kidneys=300, abdomen=9000))
    assert found["right kidney"] == (["s_1/abdomen"], "abdomen", "container")
    assert named(text, masks("s_1", right_kidney=0, left_kidney=300, kidneys=300))["right kidney"] == ([], None, None)


def test_a_predicted_effusion_is_the_extent_of_the_effusion_and_of_nothing_else() -> None:
    there = masks("s_1", pleural_effusion=40, lungs=4000, thorax=9000)
    present = named("Pleural effusion on the left.", there)
    assert present == {"left pleura": (["s_1/pleural-effusion"], "left pleura", "extent")}
    absent = named("No pleural effusion.", there)
    assert absent == {"pleura": (["s_1/thorax"], "thorax", "container")}
    two = named("Pleural effusion and pleural thickening.", there)
    assert two == {"pleura": (["s_1/thorax"], "thorax", "container")}
    assert named("Pleural effusion.", masks("s_1", pleural_effusion=0, thorax=9000))["pleura"][2] == "container"


def test_what_speaks_of_no_structure_and_what_has_no_volume_name_no_mask() -> None:
    assert named("Clinical correlation is recommended.", masks("s_1", lungs=4)) == {"none": ([], None, None)}
    rows = GroundMasks()(grounded(other=NODULE), volumes("s_1"), masks("s_1", lungs=4))
    assert rows.select("volume", "masks", "mask_node", "mask_role").row(0) == (None, [], None, None)


def test_of_several_reconstructions_the_first_counts() -> None:
    there = (masks("s_2", right_upper_lobe=500), masks("s_1", right_lung=2000))
    found = named(NODULE, *there, scans=("s_2", "s_1"))
    assert found == {"right upper lobe": (["s_1/right-lung"], "right lung", "container")}


def test_every_sentence_keeps_its_row_and_its_place() -> None:
    sentences = grounded(s="The liver is normal. A nodule in the left lung. Follow-up is recommended.", t=NODULE)
    rows = GroundMasks()(sentences, volumes("s_1"), masks("s_1", liver=10, left_lung=20))
    assert rows.select(sentences.columns).equals(sentences)
    assert rows.filter(pl.col("masks").list.len() > 0)["study"].unique().to_list() == ["s"]
