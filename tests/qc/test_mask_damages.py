"""Phantoms with their true masks pass; masks or reports that are made wrong in one way are told by the check for it."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import polars as pl
import pytest

from qc.build import Build
from qc.disagreements import disagreements
from qc.run import examine
from tests.builders.phantom_build import phantom_build
from tests.qc.conftest import GoodBuild

ONE = "train_1_a_1"
"""A volume that the phantoms have, in train."""


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return phantom_build(tmp_path_factory.mktemp("phantoms"), 6)


@pytest.fixture
def build(phantoms: Path, tmp_path: Path) -> GoodBuild:
    copytree(phantoms, tmp_path / "build")
    return GoodBuild(tmp_path / "build")


def outcomes(build: GoodBuild) -> dict[str, Any]:
    groups = ("Volumes", "Report and masks")
    return {one.name: one for one in examine(Build.open(build.folder)).checks if one.group in groups}


def not_passed(build: GoodBuild) -> dict[str, str]:
    return {name: one.verdict for name, one in outcomes(build).items() if one.verdict != "pass"}


def masks(build: GoodBuild, where: pl.Expr, **values: Any) -> None:
    build.edit("masks", lambda f: f.with_columns(pl.when(where).then(e).otherwise(n).cast(f.schema[n]).alias(n)
                                                 for n, e in values.items()))  # fmt: skip


def of(structure: str) -> pl.Expr:
    return (pl.col("volume") == ONE) & (pl.col("structure") == structure)


def moved(millimetres: float) -> pl.Expr:
    x = pl.col("centroid").list.get(0) + millimetres
    return pl.concat_list(x, pl.col("centroid").list.get(1), pl.col("centroid").list.get(2))


def lungs_change_names(build: GoodBuild) -> None:
    names = {"left lower lobe": "right lower lobe", "right lower lobe": "left lower lobe"}
    masks(build, pl.col("volume") == ONE, structure=pl.col("structure").replace(names))


def pixels_flipped(build: GoodBuild) -> None:
    """About the vertebrae, all but the pairs: those would tell it too."""
    single = pl.col("structure").is_in(["liver", "heart", "stomach", "spleen", "gallbladder"])
    x = -pl.col("centroid").list.get(0)
    flipped = pl.concat_list(x, pl.col("centroid").list.get(1), pl.col("centroid").list.get(2))
    masks(build, (pl.col("volume") == ONE) & single, centroid=flipped)


def nothing_segmented(build: GoodBuild) -> None:
    masks(build, pl.col("volume") == ONE, voxels=pl.lit(0), volume_ml=pl.lit(0.0))


def livers_of_ten_litres(build: GoodBuild) -> None:
    grown = pl.col("structure").is_in(["liver", "spleen", "heart", "left kidney", "right kidney"])
    masks(build, grown, volume_ml=pl.col("volume_ml") * 100)


def organs_in_crumbs(build: GoodBuild) -> None:
    masks(build, pl.col("structure").is_in(["liver", "spleen"]), largest_share=pl.lit(0.3))


def spleen_in_the_liver(build: GoodBuild) -> None:
    whole = build.read("masks").schema["overlaps"]
    claimed = pl.lit([{"structure": "spleen", "voxels": 500}], whole)
    masks(build, of("liver"), overlaps=claimed)


def spacing_of_a_metre(build: GoodBuild) -> None:
    wide = pl.concat_list(pl.lit(1000.0), pl.lit(1000.0), pl.lit(1000.0)).cast(pl.List(pl.Float32))
    build.edit("volumes", lambda f: f.with_columns(spacing=pl.when(id=ONE).then(wide).otherwise("spacing")))


def liver_said_to_be_gone(build: GoodBuild) -> None:
    def change(rows: pl.DataFrame) -> pl.DataFrame:
        first = rows.filter(report=ONE.rpartition("_")[0]).head(1)
        told = {"type": "Anatomy", "assertion": "absent", "canonical": "liver"}
        told = {name: pl.lit(value).cast(rows.schema[name]) for name, value in told.items()}
        added = first.with_columns(
            **told, anatomy=pl.lit(["liver"]), start=pl.lit(0, pl.Int32), end=pl.lit(1, pl.Int32)
        )
        return pl.concat([rows, added.select(rows.columns)])

    build.edit("entities", change, "all")


def what_is_found_is_empty(build: GoodBuild) -> None:
    found = build.read("grounded").filter(pl.col("kind").cast(pl.String).is_in(["focal", "multifocal", "diffuse"]))
    masks(build, pl.col("structure").is_in(found["node"].to_list()), voxels=pl.lit(0))


def nodule_masks(build: GoodBuild, off: float, where: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """A mask `lung nodule` for some studies, so many mm to the right of the spine."""

    def change(rows: pl.DataFrame) -> pl.DataFrame:
        like = where(rows.filter(structure="thoracic spine"))
        new = like.with_columns(
            id=pl.col("volume") + "/lung-nodule", structure=pl.lit("lung nodule"), voxels=pl.lit(90, pl.Int64),
            volume_ml=pl.lit(2.4), centroid=moved(off), borders=pl.lit([], rows.schema["borders"]),
        )  # fmt: skip
        return pl.concat([rows, new.select(rows.columns)])

    build.edit("masks", change)


def reported(build: GoodBuild) -> dict[str, set[str]]:
    """Sides of nodules of the lungs by study, as the findings have them."""
    said = build.read("findings").explode("entities").drop_nulls("entities").unnest("entities")
    there = pl.col("type").cast(pl.String).is_in(["Abnormality", "Disease"])
    sides = said.filter(there & (pl.col("term") == "nodule") & pl.col("anatomy").str.contains("lung|lobe"))
    sides = sides.with_columns(side=pl.col("anatomy").str.extract(r"^(left|right)"))
    return {study: set(found) - {None} for study, found in sides.group_by("study").agg("side").iter_rows()}


def nodules_that_nobody_reported(build: GoodBuild) -> None:
    known = list(reported(build))
    nodule_masks(build, 80, lambda rows: rows.filter(~pl.col("study").is_in(known)))


def nodules_on_the_other_side(build: GoodBuild) -> None:
    sides = {
        study: side for study, (side, *more) in ((s, sorted(f)) for s, f in reported(build).items() if f) if not more
    }
    assert sides, "the phantoms have a nodule on one side"
    study, side = sorted(sides.items())[0]
    nodule_masks(build, 80 if side == "left" else -80, lambda rows: rows.filter(study=study))


DAMAGES: dict[Callable[[GoodBuild], None], tuple[str, str]] = {
    lungs_change_names: ("masks_swapped", "fail"),
    pixels_flipped: ("masks_mirrored", "fail"),
    nothing_segmented: ("masks_empty", "fail"),
    livers_of_ten_litres: ("masks_sizes", "warn"),
    organs_in_crumbs: ("masks_pieces", "warn"),
    spleen_in_the_liver: ("masks_overlap", "warn"),
    spacing_of_a_metre: ("volumes_geometry", "warn"),
    liver_said_to_be_gone: ("report_removed", "warn"),
    what_is_found_is_empty: ("report_out_of_view", "warn"),
    nodules_that_nobody_reported: ("report_predicted", "warn"),
    nodules_on_the_other_side: ("report_sides", "warn"),
}


def test_phantoms_with_their_own_masks_pass(build: GoodBuild) -> None:
    assert not_passed(build) == {}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage_is_told(build: GoodBuild, damage: Callable[[GoodBuild], None]) -> None:
    damage(build)
    name, verdict = DAMAGES[damage]
    found = outcomes(build)[name]
    assert (found.verdict, bool(found.cases)) == (verdict, True), found.summary
    assert found.advice


def test_a_crumb_on_the_wrong_side_swaps_no_pair(build: GoodBuild) -> None:
    """A rib that the field of view cuts off leaves voxels anywhere."""
    masks(build, of("left rib 12"), volume_ml=pl.lit(0.3), centroid=moved(200))
    assert outcomes(build)["masks_swapped"].verdict == "pass"
    assert outcomes(build)["masks_swapped"].figures["with_a_crumb"] == 1


def test_disagreements_are_the_cases_of_the_checks(build: GoodBuild) -> None:
    liver_said_to_be_gone(build)
    assert disagreements(Build.open(build.folder), "masks").rows() == [
        (f"{ONE}/liver", outcomes(build)["report_removed"].cases[0].partition(": ")[2])
    ]


def test_sentences_of_a_mask_that_disagrees_are_in_the_queue_too(build: GoodBuild) -> None:
    what_is_found_is_empty(build)
    opened = Build.open(build.folder)
    queue = disagreements(opened, "grounded")
    assert queue["id"].is_unique().all()
    rows = build.read("grounded").join(queue, on="id", how="semi")
    lost = disagreements(opened, "masks").select(mask="id").join(build.read("masks").rename({"id": "mask"}), on="mask")
    both = rows.filter(~pl.col("laterality_conflict")).join(
        lost.select("volume", node="structure"), on=["volume", "node"], how="anti"
    )
    assert both.height == 0
    assert rows.height >= lost.height
