"""Grounding in a build: the engine's shapes and accounting hold, and each partition gives what the whole does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
import pytest

from builders.base import Group, Kept, Map, Recipe, Shard, Source, Table
from builders.run import Orders, make
from builders.stages.annotate import Annotate
from builders.stages.corpus import Corpus
from builders.stages.ground import Ground
from builders.stages.ground_masks import GroundMasks
from builders.stages.place_entities import PlaceEntities
from builders.stages.roll_up import RollUp
from schemas.grounding import GroundedMask, GroundedSentence
from schemas.manifest import read_manifest
from schemas.radiology import Entity, Report
from schemas.retrieval import Study, StudyFinding
from schemas.terms import OPEN, Terms
from schemas.volumes import Mask, OpenedVolume
from tests.builders.stages.grounded import grounded, masks, volumes

TEXTS = {
    "a": "The heart is normal, the liver is enlarged. A nodule in the right upper lobe.",
    "b": "Clinical correlation is recommended.",
    "c": "",
    "d": "Pleural effusion. No pneumothorax.",
}


@dataclass(frozen=True)
class Scans(Source):
    """Four reports, each a shard, and volumes of two of them."""

    location: str = ""
    name: ClassVar[str] = "scans"
    terms: ClassVar[Terms] = OPEN
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "volumes": OpenedVolume, "masks": Mask}

    def shards(self, table: str) -> Sequence[Shard]:
        return [Shard(name, name) for name in (TEXTS if table == "reports" else "ab")]

    def read(self, table: str, shard: str) -> pl.DataFrame | Kept:
        if table == "masks":
            return _whole(masks(f"{shard}_1", right_lung=9, heart=5, liver=0, abdomen=7), Mask)
        if table == "volumes":
            return _whole(volumes(f"{shard}_1"), OpenedVolume)
        text = TEXTS[shard]
        row = {"id": shard, "text": text, "sections": [{"name": "findings", "start": 0, "text": text}]}
        schema = {name: column.dtype for name, column in Report.columns().items()}
        return pl.DataFrame([dict.fromkeys(schema) | row], schema)


def _whole(rows: pl.DataFrame, schema: Any) -> pl.DataFrame:
    """Without the nulls that a table may not have."""
    filled = {name: column.dtype for name, column in schema.columns().items() if not column.nullable}
    return rows.with_columns(pl.col(name).fill_null(_something(kind)) for name, kind in filled.items())


def _something(kind: Any) -> pl.Expr:
    if isinstance(kind, pl.Enum):
        return pl.lit(kind.categories[0], kind)
    value = [] if isinstance(kind, pl.List) else "x" if kind == pl.String else 0
    return pl.lit(value, kind)


def recipe() -> Recipe:
    source = Scans()
    by_study = Group(("study",), buckets=2)
    tables = [
        Table("reports", Report, source="scans", publish=False),
        Table("volumes", OpenedVolume, source="scans"),
        Table("masks", Mask, source="scans"),
        Table("corpus", Study, Corpus("both"), ("reports",)),
        Table("entities", Entity, Annotate(), ("corpus",), shape=Map(of="report"), split=None),
        Table("sentences", GroundedSentence, Ground(), ("corpus", "entities"), shape=Map(of="study")),
        Table("grounded", GroundedMask, GroundMasks(), ("sentences", "volumes", "masks"), shape=by_study),
        Table("placed", Entity, PlaceEntities(), ("entities", "sentences"), shape=Map(of="report"), split=None,
              input_id="report"),
        Table("findings", StudyFinding, RollUp(anatomies="ct"), ("corpus", "placed"), shape=Map(of="study")),
    ]  # fmt: skip
    return Recipe("scans", {"scans": source}, tables, OPEN)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("grounding") / "out"
    make(recipe(), out, Orders(workers=0))
    return out


def test_sentences_of_a_build_are_those_of_all_texts_at_once(built: Path) -> None:
    rows = pl.read_parquet(built / "sentences" / "*.parquet").sort("id").drop("split")
    expected = grounded(**{name: text for name, text in TEXTS.items() if text}).sort("id").drop("split")
    assert rows.equals(expected)


def test_masks_come_to_the_sentences_of_their_scan(built: Path) -> None:
    rows = pl.read_parquet(built / "grounded" / "*.parquet").sort("study", "start", "node")
    found = {(study, node): ids for study, node, ids in rows.select("study", "node", "masks").iter_rows()}
    assert found == {
        ("a", "heart"): ["a_1/heart"],
        ("a", "liver"): ["a_1/abdomen"],
        ("a", "right upper lobe"): ["a_1/right-lung"],
        ("b", "none"): [],
        ("d", "pleura"): [],
    }
    assert rows.filter(pl.col("study") == "d")["volume"].null_count() == 2


def test_a_report_without_text_is_rejected_and_all_others_are_accounted_for(built: Path) -> None:
    manifest = read_manifest(built)
    assert manifest.stage("corpus").rejected == {"no_text": 1}
    assert set(pl.read_parquet(built / "findings" / "*.parquet")["study"]) == {"a", "d"}
