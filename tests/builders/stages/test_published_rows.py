"""RadGenome's invariants hold for findings that rise along its regions; entities stand where they are grounded."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.rules import Findings
from builders.stages.ground import Ground
from builders.stages.place_entities import PlaceEntities
from builders.stages.roll_up import RollUp
from schemas import anatomy, regions
from schemas.anatomy import WHOLE_REPORT
from schemas.radiology import Entity
from schemas.references import passages
from tests.builders.stages.grounded import corpus

TEXTS = [
    "A nodule of 5 mm in the right upper lobe.",
    "No nodule in the left lung.",
    "Pericardial effusion was not observed.",
    "Calcified plaques in the aortic arch and the coronary arteries.",
    "The liver is normal.",
    "Trachea and both main bronchi are open.",
    "Enlarged lymph nodes in the mediastinum and at both hila.",
    "Pleural effusion on the right, none on the left.",
    "Fracture of the left 4th rib.",
    "Degenerative changes in the T11 vertebra.",
    "No free fluid in the abdomen.",
    "The ascending aorta is wider than normal.",
    "Consolidation in the lingula.",
    "Emphysema in both lungs.",
]


def placed_of(studies: pl.DataFrame) -> pl.DataFrame:
    """Entities where they are grounded."""
    entities = Findings().annotate(passages(studies))
    placed = PlaceEntities()(entities, Ground()(studies, entities))
    Entity.validate(placed)
    return placed


def findings(studies: pl.DataFrame, placed: pl.DataFrame, rollup: str) -> pl.DataFrame:
    """study, node (published name), term, positive."""
    rows = RollUp(rollup, "ct")(studies, placed)  # pyright: ignore[reportArgumentType]
    said = rows.filter(pl.col("anatomy") != WHOLE_REPORT).explode("entities").unnest("entities")
    kind = pl.col("type").cast(pl.String)
    return said.select("study", "anatomy", "term", positive=~kind.str.starts_with("Non-")).unique(maintain_order=True)


def check_invariants(rows: pl.DataFrame) -> None:
    """A child's findings are among its parent's on every published path; nodes are published ones."""
    assert set(rows["anatomy"]) <= set(anatomy.vocabulary("ct"))
    below = pl.DataFrame(
        [(name, up) for name in anatomy.vocabulary("ct") for up in sorted(regions.above(name))],
        ["anatomy", "up"], orient="row",
    )  # fmt: skip
    risen = rows.join(below, on="anatomy").select("study", pl.col("up").alias("anatomy"), "term", "positive")
    assert risen.join(rows, on=rows.columns, how="anti").is_empty()


def check_tables(rows: pl.DataFrame) -> None:
    """Location rows are presence-yes rows are abnormality rows that are positive; what is denied is a presence-no."""
    node = ["study", "anatomy"]
    yes, no = rows.filter("positive").select(node).unique(), rows.filter(~pl.col("positive")).select(node).unique()
    abnormality = rows.group_by(node).agg(pl.col("positive").any())
    assert abnormality.filter("positive").select(node).sort(node).equals(yes.sort(node))
    assert abnormality.filter(~pl.col("positive")).join(no, on=node, how="anti").is_empty()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6).map(" ".join), min_size=1, max_size=4))
def test_published_invariants(texts: list[str]) -> None:
    studies = corpus(**{f"s{i}": text for i, text in enumerate(texts)})
    rows = findings(studies, placed_of(studies), "published")
    check_invariants(rows)
    check_tables(rows)


def test_findings_rise_along_the_published_regions() -> None:
    studies = corpus(s="Calcified plaques in the aortic arch. No nodule in the left lung.")
    rows = findings(studies, placed_of(studies), "published")
    there, absent = (rows.filter(pl.col("positive") == positive)["anatomy"].to_list() for positive in (True, False))
    assert sorted(there) == ["abdomen", "aorta", "mediastinum"]
    assert sorted(absent) == ["left lung", "lungs"]


def test_an_entity_is_where_its_sentence_is_grounded() -> None:
    studies = corpus(
        s="The pancreas is normal. No mass was seen. Enlarged lymph nodes in the mediastinum. Nodules in both lungs."
    )
    entities = Findings().annotate(passages(studies))
    placed = PlaceEntities()(entities, Ground()(studies, entities))
    assert placed.drop("anatomy").equals(entities.drop("anatomy"))
    found = {row["canonical"]: row["anatomy"] for row in placed.filter(pl.col("type") != "Anatomy").to_dicts()}
    assert found["mass"] == ["pancreas"]
    assert found["lymphadenopathy"] == ["mediastinal tissue"]
    assert found["nodule"] == ["lungs"]


@pytest.fixture(scope="module")
def reports(samples: Path) -> pl.DataFrame:
    rows = pl.read_csv(samples / "ct_rate" / "labelled_reports_train.csv.gz")
    return corpus(**dict(rows.select("AccessionNo", "report_text").iter_rows()))


@pytest.fixture(scope="module")
def placed(reports: pl.DataFrame) -> pl.DataFrame:
    return placed_of(reports)


@pytest.fixture(scope="module")
def directed(reports: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    return findings(reports, placed, "directed")


@pytest.mark.real
def test_published_invariants_on_800_reports(reports: pl.DataFrame, placed: pl.DataFrame) -> None:
    rows = findings(reports, placed, "published")
    check_invariants(rows)
    check_tables(rows)


@pytest.mark.real
def test_directed_findings_contradict_themselves_in_few_reports(reports: pl.DataFrame, directed: pl.DataFrame) -> None:
    both = (
        directed.group_by("study", "anatomy", "term").agg(pl.col("positive").n_unique()).filter(pl.col("positive") > 1)
    )
    assert both["study"].n_unique() <= 0.002 * reports.height


@pytest.mark.real
def test_directed_findings_cover_the_published_nodes(directed: pl.DataFrame) -> None:
    """The commonest published nodes all have rows; heads too."""
    named = set(directed["anatomy"])
    assert {"lungs", "mediastinum", "bones", "heart", "pleura", "abdomen", "esophagus", "trachea", "bronchi"} <= named
    assert len(named) > 150
