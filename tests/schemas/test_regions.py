"""The published hierarchy of regions: its 174 paths, and where our other structures stand in it."""

from pathlib import Path

import polars as pl
import pytest

from schemas import anatomy, regions

PUBLISHED = Path(__file__).with_name("published_paths.tsv")


def produced() -> set[str]:
    return {prefix for name in anatomy.names() for path in regions.paths(name) for prefix in regions.prefixes(path)}


def test_every_node_stands_somewhere() -> None:
    assert set(regions._places()) == set(anatomy.names())
    for name in anatomy.names():
        assert anatomy.node(regions.nearest(name)).ct, name
        assert regions.paths(name), name
        assert all(path.split("/")[-1] == regions.published(name) for path in regions.paths(name))
        assert (regions.nearest(name) == name) == bool(anatomy.node(name).ct)


def test_there_are_ten_regions_and_others() -> None:
    assert sorted(regions.regions()) == [
        "abdomen", "bone", "breast", "esophagus", "heart", "lung", "mediastinum", "others", "pleura", "thyroid",
        "trachea and bronchie",
    ]  # fmt: skip
    assert {regions.region(name) for name in anatomy.names()} == set(regions.regions())


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("lungs", {"lung/lung"}),
        ("right upper lobe", {
            "lung/lung/right lung/right lung upper lobe", "lung/lung/lung upper lobe/right lung upper lobe",
        }),
        ("aorta", {"abdomen/abdomen/aorta", "mediastinum/aorta"}),
        ("mediastinum", {"mediastinum"}),
        ("left rib 4", {"bone/bone/rib/left rib/left rib 4", "bone/bone/rib/rib 4/left rib 4"}),
        ("lingula", {
            "lung/lung/left lung/left lung upper lobe", "lung/lung/lung upper lobe/left lung upper lobe",
        }),
        ("coronary artery", {"heart/heart/heart tissue"}),
        ("pericardium", {"heart/heart/heart tissue"}),
        ("hilum", {"mediastinum/mediastinal tissue"}),
        ("left pleura", {"pleura/pleura"}),
        ("diaphragm", {"lung/lung"}),
        ("axilla", {"others/thoracic cavity"}),
        ("chest wall", {"others/thoracic cavity"}),
    ],
)  # fmt: skip
def test_paths_of_a_node(name: str, paths: set[str]) -> None:
    assert set(regions.paths(name)) == paths


def test_what_lies_above_is_what_the_paths_say() -> None:
    names = {node.ct: name for name, node in anatomy.nodes().items() if node.ct}
    for name in anatomy.names():
        told = {part for path in regions.paths(name) for part in path.split("/")} - {regions.published(name)}
        assert {anatomy.node(node).ct for node in regions.above(name)} == told, name
        assert {names[part] for part in told} == regions.above(name)


def test_the_174_published_paths_are_produced_and_no_other_of_their_nodes() -> None:
    published = set(pl.read_csv(PUBLISHED, separator="\t", comment_prefix="#")["path"])
    assert len(published) == 174
    names = {path.split("/")[-1] for path in published}
    assert len(names) == 139
    assert {path for path in produced() if path.split("/")[-1] in names} == published


@pytest.mark.real
def test_every_path_of_the_released_rows_is_produced(samples: Path) -> None:
    files = sorted((samples / "radgenome_chestct").glob("train_vqa_*.csv.gz"))
    assert {path for file in files for path in pl.read_csv(file)["Anatomy"].unique()} <= produced()
