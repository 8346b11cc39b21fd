from graphlib import TopologicalSorter

import pytest

from schemas import anatomy


def test_every_parent_is_a_node_and_no_node_is_part_of_itself() -> None:
    order = TopologicalSorter({name: anatomy.parents(name) for name in anatomy.names()})
    assert set(order.static_order()) == set(anatomy.names())


def test_the_published_vocabularies_are_complete() -> None:
    assert len(anatomy.vocabulary("cxr")) == 109
    assert len(set(anatomy.vocabulary("cxr").values())) == 109
    # 48 names of RadIR CT lie within RadGenome's report nodes and its 200 organ masks
    ct = set(anatomy.vocabulary("ct").values())
    assert {"bronchie", "heart ascending aorta", "right lung middle lobe", "left rib 10", "others", "bone"} <= ct
    assert {"trachea and bronchie", "sacral vertebrae 1 (s1)", "cervical esophagus", "urinary bladder"} <= ct


@pytest.mark.parametrize("which", ["cxr", "ct"])
def test_every_published_name_leads_to_exactly_one_node(which: anatomy.Vocabulary) -> None:
    published = anatomy.vocabulary(which)
    assert len(set(published.values())) == len(published)
    assert all(anatomy.canonical(name) == node for node, name in published.items())


def test_a_lobe_is_part_of_its_lung_and_of_the_lobes_of_both_sides() -> None:
    assert {"right lung", "lung lower lobe", "lungs", "thorax", "thoracic structures"} <= anatomy.ancestors(
        "right lower lobe"
    )
    assert "left lung" not in anatomy.ancestors("right lower lobe")
    assert "right lower lobe" in anatomy.descendants("lung lower lobe")
    assert "left lower lobe" in anatomy.children("left lung")


def test_ancestors_and_descendants_mirror_each_other() -> None:
    for name in anatomy.names():
        assert all(name in anatomy.descendants(up) for up in anatomy.ancestors(name))
        assert name not in anatomy.ancestors(name)


def test_no_structure_of_one_side_is_part_of_the_other_side() -> None:
    for name in anatomy.names():
        sides = {anatomy.side(up) for up in anatomy.ancestors(name)} | {anatomy.side(name)}
        assert not {"left", "right"} <= sides, name


def test_slugs_tell_every_node_and_the_whole_report_apart() -> None:
    slugs = {anatomy.slug(name) for name in (*anatomy.names(), anatomy.WHOLE_REPORT)}
    assert len(slugs) == len(anatomy.names()) + 1
    assert anatomy.slug("cervical vertebrae 6 (c6)") == "cervical-vertebrae-6-c6"


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(KeyError, match="left middle toe"):
        anatomy.canonical("left middle toe")
