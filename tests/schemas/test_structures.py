"""The table of structures: complete, resolvable, and true to the tasks' own lists of classes."""

import json
from pathlib import Path

import pytest

from schemas import anatomy
from schemas.structures import obtained, structures

REFERENCE = Path(__file__).resolve().parents[3] / "shared/reference/tables/radgenome_chestct_masks.json"


def test_every_row_is_obtained_or_says_why_not() -> None:
    for structure in structures().values():
        assert (structure.how == "none") == (not structure.of), structure
        assert structure.how != "none" or structure.why, structure
        anatomy.node(structure.node)


def test_parts_are_labels_or_rows_of_the_table() -> None:
    names = {name for _, name in structures()}
    parts = {part for structure in structures().values() for part in structure.of if ":" not in part}
    assert parts <= names


def test_a_side_is_made_of_parts_of_that_side() -> None:
    for structure in structures().values():
        for part in structure.of:
            for side, other in (("left", "right"), ("right", "left")):
                if structure.name.startswith(side):
                    assert other not in part.replace("_", " ").split(), structure


@pytest.mark.real
def test_all_published_names_are_there_and_no_other_structure_but_those_said() -> None:
    published = json.loads(REFERENCE.read_text(encoding="utf-8"))
    masks, regions = set(published["anatomy_masks_210"]), set(published["region_masks_10"])
    rows = structures()
    assert {name for kind, name in rows if kind == "region"} == regions
    ours = {name for (kind, name), row in rows.items() if kind != "region" and not row.why.startswith("not among")}
    assert ours == masks and len(masks) == 210


@pytest.mark.heavy
def test_every_label_is_a_class_of_its_task() -> None:
    from totalsegmentator.map_to_binary import class_map

    labels = {
        part for structure in structures().values() for part in structure.of if ":" in part and structure.how != "split"
    }
    wrong = [label for label in labels if label.split(":")[1] not in class_map[label.split(":")[0]].values()]
    assert wrong == []


@pytest.mark.heavy
def test_all_that_total_yields_is_known_but_what_lies_outside_the_table() -> None:
    from totalsegmentator.map_to_binary import class_map

    labels = {part for structure in structures().values() for part in structure.of}
    unused = [name for name in class_map["total"].values() if f"total:{name}" not in labels]
    assert unused == [name for name in unused if name.startswith(("gluteus", "autochthon", "iliopsoas", "brain"))]


def test_what_total_yields_alone() -> None:
    labels = [(1, "lung_upper_lobe_left", "total"), (2, "lung_lower_lobe_left", "total"), (3, "aorta", "total")]
    found = {one.structure.known_as: (one.values, one.origin) for one in obtained(labels)}
    assert found == {
        "aorta": ((3,), "direct"),
        "left lung": ((1, 2), "union"),
        "left lower lobe": ((2,), "direct"),
        "left upper lobe": ((1,), "direct"),
        "mediastinum": ((3,), "union"),
    }
