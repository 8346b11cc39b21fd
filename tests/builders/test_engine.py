"""Tables of every shape, made in this process: what comes out, what is accounted for, what is made again."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.base import Recipe, Stage
from builders.run import Orders, make
from schemas.errors import MedmillError, UsageError
from schemas.manifest import Manifest, read_manifest
from tests.builders.mill import Items, mill

HERE = Orders(workers=0)


def build(out: Path, limit: int | None = None, **settings: Any) -> Manifest:
    return make(mill(**settings), out, Orders(workers=0, limit=limit))


def table(out: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(out / name / "*.parquet")


def made_again(out: Path) -> set[str]:
    """Tables of which the last run made partitions."""
    lines = [json.loads(line) for line in max((out / "logs").iterdir()).read_text().splitlines()]
    return {line["table"] for line in lines if line["event"] == "done"} - {"publish"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "out"
    build(out)
    return out


def items() -> pl.DataFrame:
    source = Items()
    return pl.concat(pl.DataFrame(source.read("items", shard.name)) for shard in source.shards("items"))


def test_map_passes_all_items(built: Path) -> None:
    assert table(built, "polished").sort("id").equals(items().sort("id"))


def test_group_brings_equal_keys_of_two_tables_together(built: Path) -> None:
    weighed = table(built, "weighed").sort("id")
    assert weighed["marks"].to_list() == [number % 3 for number in range(60)]


def test_collect_keeps_arrays_beside_its_rows(built: Path) -> None:
    assert table(built, "words").rows() == [("leaf", 0), ("shell", 1), ("stone", 2)]
    assert list((built / ".work").glob("words-*/rows/lengths.npy"))


def test_blocks_see_every_pair_of_a_key_once(built: Path) -> None:
    rows = items()
    pairs = rows.join(rows, on=["split", "kind"], suffix="_other").filter(pl.col("id") != pl.col("id_other"))
    pairs = pairs.with_columns(distance=(pl.col("weight") - pl.col("weight_other")).abs())
    nearest = pairs.sort("id", "distance", "id_other").group_by("id", maintain_order=True).head(3)
    expected = nearest.select(item="id", other="id_other", distance="distance").sort("item", "other")
    assert table(built, "nearest").select("item", "other", "distance").sort("item", "other").equals(expected)


def test_block_size_changes_no_row(built: Path, tmp_path: Path) -> None:
    build(tmp_path / "out", rows=1000)
    assert (
        table(tmp_path / "out", "nearest").sort("item", "other").equals(table(built, "nearest").sort("item", "other"))
    )


def test_files_are_named_with_size_and_hash(built: Path) -> None:
    drawings = table(built, "drawings")
    assert drawings.height == 60
    assert all((built / path).stat().st_size == size for path, size in drawings.select("path", "bytes").iter_rows())


def test_published_files_are_cut_by_split(built: Path) -> None:
    manifest = read_manifest(built)
    assert manifest.status == "complete"
    splits = manifest.table("polished").splits
    assert {split: record.rows for split, record in splits.items()} == {"test": 12, "train": 36, "validation": 12}
    for split, record in splits.items():
        assert [file.path for file in record.files] == [f"polished/{split}-00000-of-00001.parquet"]
        assert set(pl.read_parquet(built / record.files[0].path)["split"]) == {split}


def test_ids_in_are_passed_or_rejected_in_every_stage(tmp_path: Path) -> None:
    manifest = build(tmp_path / "out", least=50)
    assert all(stage.ids_in == stage.ids_passed + stage.ids_rejected for stage in manifest.stages)
    light = items().filter(pl.col("weight") < 50)["id"].to_list()
    assert manifest.stage("polished").rejected == {"too_light": len(light)}
    rejected = table(tmp_path / "out", "rejected/polished")
    assert rejected["id"].to_list() == sorted(light)
    assert rejected.columns == ["id", "stage", "reason", "detail"]


def test_an_empty_optional_table_is_no_error(tmp_path: Path) -> None:
    build(tmp_path / "out", source=Items(marked=False))
    assert table(tmp_path / "out", "weighed")["marks"].sum() == 0


def test_a_record_that_raises_is_rejected_without_its_words(tmp_path: Path) -> None:
    manifest = build(tmp_path / "out", raises_on="i00013|i00047")
    assert manifest.stage("polished").rejected == {"raised": 2}
    rejected = table(tmp_path / "out", "rejected/polished")
    assert rejected["id"].to_list() == ["i00013", "i00047"]
    assert set(rejected["detail"]) == {rejected["detail"][0]}
    assert rejected["detail"][0].startswith("ValueError at tests/builders/mill.py:")
    assert "somebody" not in rejected["detail"][0]


def test_a_stage_that_fails_on_everything_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MedmillError, match=r"not one of 12 records passes: ValueError at tests/builders/mill.py"):
        build(tmp_path / "out", raises_on="i")
    assert read_manifest(tmp_path / "out").status == "failed"


def test_what_does_not_hang_on_a_failure_is_finished_first(tmp_path: Path) -> None:
    with pytest.raises(MedmillError):
        build(tmp_path / "out", raises_on="i")
    stages = {stage.table: stage for stage in read_manifest(tmp_path / "out").stages}
    assert stages["marks"].rows_out == 60
    assert made_again(tmp_path / "out") == {"items", "marks", "weighed"}, "weighed only shuffles its marks"


def test_nothing_is_made_twice(tmp_path: Path) -> None:
    build(tmp_path / "out")
    build(tmp_path / "out")
    assert made_again(tmp_path / "out") == set()


def test_a_changed_setting_makes_its_stage_and_what_follows(tmp_path: Path) -> None:
    build(tmp_path / "out")
    build(tmp_path / "out", most=2)
    assert made_again(tmp_path / "out") == {"nearest"}
    assert table(tmp_path / "out", "nearest").group_by("item").len()["len"].max() == 2
    build(tmp_path / "out", most=3)
    assert made_again(tmp_path / "out") == set(), "the rows of the first settings are still there"
    assert table(tmp_path / "out", "nearest").group_by("item").len()["len"].max() == 3


def test_a_changed_shard_makes_only_its_own_partitions(tmp_path: Path) -> None:
    place = tmp_path / "source"
    place.mkdir()
    build(tmp_path / "out", source=Items(location=str(place)))
    (place / "from-00024.txt").write_text("500")
    build(tmp_path / "out", source=Items(location=str(place)))
    lines = [json.loads(line) for line in max((tmp_path / "out" / "logs").iterdir()).read_text().splitlines()]
    made = {(line["table"], line["partition"]) for line in lines if line["event"] == "done"}
    assert {part for name, part in made if name in ("items", "polished", "keys", "drawings")} == {"from-00024"}
    assert table(tmp_path / "out", "polished").filter(pl.col("weight") >= 500).height == 12


def test_a_moved_source_makes_nothing(tmp_path: Path) -> None:
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        build(tmp_path / "out", source=Items(location=str(tmp_path / place)))
    assert made_again(tmp_path / "out") == set()


def test_fewer_shards_leave_no_rows_behind(tmp_path: Path) -> None:
    build(tmp_path / "out")
    build(tmp_path / "out", source=Items(count=60, per_shard=30))
    assert table(tmp_path / "out", "polished").height == 60


def test_limit_gives_the_rows_of_the_whole_build(built: Path, tmp_path: Path) -> None:
    manifest = build(tmp_path / "out", limit=7)
    assert manifest.limit == 7
    whole = table(built, "polished").sort("id").head(7)
    assert table(tmp_path / "out", "polished").sort("id").equals(whole)
    weighed = table(built, "weighed").filter(pl.col("id").is_in(whole["id"].to_list()))
    assert table(tmp_path / "out", "weighed").sort("id").equals(weighed.sort("id"))
    assert manifest.stage("items").ids_in == manifest.stage("items").ids_passed == 7


def test_a_limit_and_the_whole_share_what_they_can(tmp_path: Path) -> None:
    build(tmp_path / "out", limit=7)
    build(tmp_path / "out")
    assert table(tmp_path / "out", "polished").height == 60


def test_a_key_larger_than_a_partition_is_named(tmp_path: Path) -> None:
    recipe = mill()
    tables = [replace(t, shape=replace(t.shape, most_rows=1)) if t.name == "weighed" else t for t in recipe.tables]  # pyright: ignore
    with pytest.raises(MedmillError, match=r"key item=i000.. has 2 rows"):
        make(replace(recipe, tables=tables), tmp_path / "out", HERE)


def test_a_collected_table_may_not_be_large(tmp_path: Path) -> None:
    recipe = mill()
    tables = [replace(t, shape=replace(t.shape, most_bytes=10)) if t.name == "words" else t for t in recipe.tables]  # pyright: ignore
    with pytest.raises(MedmillError, match=r"table words: .* raise most_bytes"):
        make(replace(recipe, tables=tables), tmp_path / "out", HERE)


def test_tables_of_other_partitions_cannot_be_mapped_together(tmp_path: Path) -> None:
    recipe = mill()
    tables = [replace(t, reads=("polished", "weighed")) if t.name == "drawings" else t for t in recipe.tables]
    with pytest.raises(
        UsageError, match=r"polished and weighed are cut into different partitions; use the shape Group"
    ):
        make(replace(recipe, tables=tables), tmp_path / "out", HERE)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("not ours")
    with pytest.raises(MedmillError, match=r"holds files that are not of a build"):
        build(tmp_path)


def test_a_folder_of_another_dataset_is_refused(tmp_path: Path) -> None:
    build(tmp_path / "out")
    with pytest.raises(MedmillError, match=r"holds the dataset mill, not other"):
        make(replace(mill(), name="other"), tmp_path / "out", HERE)


def test_a_folder_of_another_format_is_refused(tmp_path: Path) -> None:
    build(tmp_path / "out")
    path = tmp_path / "out" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": 0, "medmill": "0.0.1"}))
    with pytest.raises(MedmillError, match=r"build format 0, made by medmill 0.0.1; this medmill reads format 1"):
        build(tmp_path / "out")


def test_a_damaged_partition_is_made_again(tmp_path: Path) -> None:
    build(tmp_path / "out")
    (part,) = (tmp_path / "out" / ".work").glob("polished-*/rows/from-00024.parquet")
    before = part.read_bytes()
    part.write_bytes(before[: len(before) // 2])
    build(tmp_path / "out")
    assert part.read_bytes() == before


def test_a_missing_file_of_rejected_rows_makes_its_partition_again(tmp_path: Path) -> None:
    build(tmp_path / "out", least=50)
    rejected = sorted((tmp_path / "out" / ".work").glob("polished-*/rejected/*.parquet"))
    rejected[0].unlink()
    build(tmp_path / "out", least=50)
    assert rejected[0].exists()


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("")])
def test_a_large_output_that_is_gone_or_cut_is_made_again(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    build(tmp_path / "out")
    (path, *others) = [tmp_path / "out" / name for name in table(tmp_path / "out", "drawings")["path"].sort()]
    before, made = path.read_bytes(), [other.stat().st_mtime_ns for other in others]
    damage(path)
    build(tmp_path / "out")
    assert path.read_bytes() == before
    assert [other.stat().st_mtime_ns for other in others] == made


def test_missing_blocks_alone_are_made_again(tmp_path: Path) -> None:
    build(tmp_path / "out")
    part = sorted((tmp_path / "out" / ".work").glob("nearest-*/rows/*.parquet"))[4]
    before = part.read_bytes()
    part.unlink()
    build(tmp_path / "out")
    assert part.read_bytes() == before
    lines = [json.loads(line) for line in max((tmp_path / "out" / "logs").iterdir()).read_text().splitlines()]
    assert [line["partition"] for line in lines if line.get("partition", "").startswith("block")] == [part.stem]


@dataclass(frozen=True)
class Flaky(Stage):
    """Fails on the partition of one item as often as `times` says, as a disk does; `note` counts."""

    note: str
    times: int

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        if "i00013" in frames[0]["id"]:
            path = Path(self.note)
            tried = len(path.read_text()) if path.exists() else 0
            path.write_text("x" * (tried + 1))
            if tried < self.times:
                raise OSError("the network is away")
        return frames[0]


def with_stage(table: str, stage: Stage) -> Recipe:
    recipe = mill()
    return replace(recipe, tables=[replace(t, stage=stage) if t.name == table else t for t in recipe.tables])


def test_a_failure_of_the_machine_is_tried_again(tmp_path: Path) -> None:
    manifest = make(with_stage("polished", Flaky(str(tmp_path / "note"), 2)), tmp_path / "out", HERE)
    assert manifest.stage("polished").rejected == {}
    assert (tmp_path / "note").read_text() == "xxx"


def test_a_lasting_failure_names_partition_place_and_command(tmp_path: Path) -> None:
    orders = Orders(workers=0, command="medmill build mill")
    says = (
        r"^polished/from-00012: OSError at tests/builders/test_engine.py:\d+; .* what is missing: medmill build mill$"
    )
    with pytest.raises(MedmillError, match=says):
        make(with_stage("polished", Flaky(str(tmp_path / "note"), 99)), tmp_path / "out", orders)
    stage = read_manifest(tmp_path / "out").stage("polished")
    assert (stage.partitions, stage.rows_out) == (5, 48), "the other partitions were finished first"


def test_tables_that_are_gone_are_published_no_more(tmp_path: Path) -> None:
    build(tmp_path / "out", least=50)
    recipe = mill()
    make(replace(recipe, tables=[t for t in recipe.tables if t.name != "drawings"]), tmp_path / "out", HERE)
    assert not (tmp_path / "out" / "drawings").exists()
    assert not (tmp_path / "out" / "rejected" / "polished").exists()
    assert (tmp_path / "out" / "nearest").exists()
