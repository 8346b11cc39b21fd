"""The published files from a build of phantoms, and the published rules on them; conversations."""

import json
from pathlib import Path

import polars as pl
import pytest

from annotators.rules import Findings
from builders.exports.chat import chat
from builders.exports.radgenome_vqa import radgenome_vqa, said, slots
from builders.stages.ground import Ground
from builders.stages.place_entities import PlaceEntities
from builders.stages.roll_up import RollUp
from schemas import regions
from schemas.errors import UsageError
from schemas.references import passages
from tests.builders.phantom_build import phantom_build
from tests.builders.stages.grounded import corpus

COLUMNS = {
    "vqa_abnormality": ["Volumename", "Anatomy", "Abnormality"],
    "vqa_location": ["Volumename", "Anatomy", "Abnormality"],
    "vqa_presence": ["Volumename", "Anatomy", "Finding", "Presence"],
    "vqa_size": ["Volumename", "Anatomy", "Abnormality", "Size"],
    "case_disorders": ["Volumename", "Disorders"],
}
NODE = ["Volumename", "Anatomy"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("vqa")
    made = phantom_build(home, 5, rollup="published")
    radgenome_vqa(made, out=home / "csv")
    chat(made, out=home / "chat")
    chat(made, out=home / "all", balanced=False)
    return home


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.concat(pl.read_csv(file) for file in sorted((folder / "csv").glob(f"*_{name}.csv")))


def test_columns_are_the_published_ones(folder: Path) -> None:
    for name, columns in COLUMNS.items():
        assert pl.read_csv(folder / "csv" / f"train_{name}.csv").columns == columns


@pytest.mark.real
def test_columns_are_those_of_the_released_files(folder: Path, samples: Path) -> None:
    for name, columns in COLUMNS.items():
        assert pl.read_csv(samples / "radgenome_chestct" / f"train_{name}.csv.gz", n_rows=1).columns == columns


def check_rules(abnormality: pl.DataFrame, location: pl.DataFrame, presence: pl.DataFrame) -> None:
    """What was verified on the released rows."""
    yes, no = (presence.filter(pl.col("Presence") == word).select(NODE) for word in ("Yes.", "No."))
    assert location.equals(abnormality.filter(pl.col("Abnormality") != "no findings"))
    assert location.select(NODE).equals(yes)
    assert abnormality.filter(pl.col("Abnormality") == "no findings").join(no, on=NODE, how="anti").is_empty()
    assert not abnormality.select(NODE).is_duplicated().any()
    found = {(volume, path): set(text.split(", ")) for volume, path, text in location.iter_rows()}
    for (volume, path), terms in found.items():
        assert all(terms <= found[volume, above] for above in regions.prefixes(path))


def test_published_rules_hold(folder: Path) -> None:
    location = table(folder, "vqa_location")
    check_rules(table(folder, "vqa_abnormality"), location, table(folder, "vqa_presence"))
    assert table(folder, "vqa_size").join(location, on=NODE, how="anti").is_empty()
    assert location.height > 50


@pytest.mark.real
def test_published_rules_hold_on_800_reports(samples: Path) -> None:
    reports = pl.read_csv(samples / "ct_rate" / "labelled_reports_train.csv.gz")
    studies = corpus(**dict(reports.select("AccessionNo", "report_text").iter_rows()))
    entities = Findings().annotate(passages(studies))
    placed = PlaceEntities()(entities, Ground()(studies, entities))
    names = studies.select(study="id", split="split", Volumename=pl.col("id") + "_1.nii.gz")
    made = dict(slots(said(RollUp("published", "ct")(studies, placed).lazy()), names))
    check_rules(*(made[f"vqa_{name}"].drop("split") for name in ("abnormality", "location", "presence")))


def test_files_name_the_volumes(folder: Path) -> None:
    files = {f"{name}.nii.gz" for name in pl.read_parquet(folder / "build" / "volumes" / "*.parquet")["id"]}
    assert set(table(folder, "case_disorders")["Volumename"]) <= files


def test_conversations_hold_every_question_once(folder: Path) -> None:
    rows = pl.read_parquet(folder / "build" / "questions" / "*.parquet")
    for name, wanted in (("chat", rows.filter("balanced")), ("all", rows)):
        lines = [json.loads(line) for file in sorted((folder / name).glob("*.jsonl")) for line in file.open()]
        turns = [turn for line in lines for turn in line["messages"]]
        assert len(turns) == 2 * wanted.height
        assert [turn["role"] for turn in turns] == ["user", "assistant"] * wanted.height
        assert all(line["messages"][0]["content"].startswith("<image>") for line in lines)
        assert sum("<image>" in turn["content"] for turn in turns) == len(lines)
    chains = [line for line in lines if len(line["messages"]) > 2]
    assert chains
    assert all(line["types"][:2] == ["presence", "location"] for line in chains)


def test_masks_prove_what_was_painted(folder: Path) -> None:
    """Phantoms lie as people do: no side is contradicted, and cut structures prove nothing."""
    rows = pl.read_parquet(folder / "build" / "questions" / "*.parquet")
    proved = rows.filter(pl.col("rule").str.starts_with("mask:"))
    assert set(proved["type"].cast(pl.String)) >= {"side", "volume_band", "level", "larger"}
    masks = pl.read_parquet(folder / "build" / "masks" / "*.parquet").select(
        mask="id", borders="borders", voxels="voxels"
    )
    used = proved.explode("masks").join(masks, left_on="masks", right_on="mask", how="left")
    assert used.filter(pl.col("borders").list.len().fill_null(1) > 0).is_empty()
    assert used.filter(pl.col("voxels").fill_null(0) == 0).is_empty()


def test_a_build_without_questions_is_refused(good: object, tmp_path: Path) -> None:
    folder: Path = good.folder  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(UsageError, match="has no"):
        radgenome_vqa(folder, out=tmp_path)
    with pytest.raises(UsageError, match="has no questions"):
        chat(folder, out=tmp_path)
