"""What others read: `datasets`, polars, pandas, DuckDB, mlcroissant; all equal to the build.

`datasets` and mlcroissant import torch: every process that collects tests would wait for it.
"""

import json
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
import yaml

from releases import shards
from releases.leaving import plain
from releases.shards import write_split
from schemas.release import read_release

CONFIGS = ("corpus", "images", "labels", "baselines", "entities", "findings", "rankings")


def built(folder: Path, table: str) -> pl.DataFrame:
    return plain(pl.read_parquet(folder / table / "*.parquet")).drop("report_key", strict=False)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_reader_finds_the_rows_of_the_build(
    name: str, open_build: Path, open_release: Path, tmp_path: Path
) -> None:
    from datasets import load_dataset

    expected = built(open_build, name)
    paths = [
        open_release / f.path for split in read_release(open_release).config(name).splits.values() for f in split.files
    ]
    key = read_release(open_release).config(name).primary_key
    loaded = load_dataset(str(open_release), name, cache_dir=str(tmp_path))
    rows = pl.concat(pl.from_arrow(part.data.table) for part in loaded.values())  # pyright: ignore[reportAttributeAccessIssue]
    assert rows.sort(key).equals(expected.sort(key))
    assert pl.read_parquet(paths).sort(key).equals(expected.sort(key))
    assert len(pd.read_parquet(paths)) == expected.height
    ((count,),) = duckdb.execute("select count(*) from read_parquet(?)", [[str(path) for path in paths]]).fetchall()
    assert count == expected.height


def test_the_card_declares_what_datasets_would(open_release: Path) -> None:
    from datasets import Features

    head = yaml.safe_load((open_release / "README.md").read_text().split("---\n")[1])
    for info in head["dataset_info"]:
        config = read_release(open_release).config(info["config_name"])
        for split in config.splits.values():
            for file in split.files:
                schema = pq.read_schema(open_release / file.path)
                assert info["features"] == Features.from_arrow_schema(schema)._to_yaml_list()
        assert {split["name"]: split["num_examples"] for split in info["splits"]} == {
            name: split.rows for name, split in config.splits.items()
        }
    assert [config["config_name"] for config in head["configs"]] == list(CONFIGS)
    assert head["license"] == "apache-2.0" and head["size_categories"] == ["10K<n<100K"]


def test_a_gated_release_says_so_where_the_hub_reads_it(released: Path) -> None:
    head = yaml.safe_load((released / "README.md").read_text().split("---\n")[1])
    assert head["license"] == "other"
    assert head["license_name"] == "physionet-credentialed-health-data-license-1.5.0"
    assert head["extra_gated_prompt"] and head["extra_gated_fields"]


@pytest.mark.parametrize("folder", ["released", "open_release"])
def test_mlcroissant_accepts_the_description_and_reads_through_it(folder: str, request: pytest.FixtureRequest) -> None:
    import mlcroissant

    release = request.getfixturevalue(folder)
    dataset = mlcroissant.Dataset(jsonld=release / "croissant.json")
    issues = dataset.metadata.ctx.issues
    assert not issues._errors and not issues._warnings
    described = json.loads((release / "croissant.json").read_text())
    assert described["conformsTo"] == ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
    assert [key for key in described if key.startswith("rai:")]
    first = next(iter(dataset.records("rankings")))  # of dates, as in `corpus`, its reader makes nothing
    assert first["rankings/column/query"].decode().startswith("s5")
    assert 0 <= first["rankings/column/score"] <= 1


@pytest.mark.parametrize("name", CONFIGS)
def test_the_sample_has_the_columns_of_the_release_and_no_row_of_it(name: str, released: Path) -> None:
    for split, record in read_release(released).config(name).splits.items():
        real = pl.read_parquet(released / record.files[0].path)
        made = pl.read_parquet(released / "sample" / name / f"{split}-00000-of-00001.parquet")
        assert made.schema == real.schema and made.height == 5
        assert not set(made.to_series(0).to_list()) & set(real.to_series(0).to_list()) or name == "baselines"


def test_shards_and_row_groups_stay_below_their_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "MOST_SHARD_BYTES", 200_000)
    monkeypatch.setattr(shards, "MOST_GROUP_BYTES", 100_000)
    frames = [pl.select(n=pl.int_range(start, start + 60_000).hash()) for start in range(0, 180_000, 60_000)]
    record = write_split(tmp_path, "numbers", "train", frames)
    assert len(record.files) > 3 and record.rows == 180_000
    assert pl.read_parquet([tmp_path / file.path for file in record.files]).equals(pl.concat(frames))
    for number, file in enumerate(record.files):
        assert file.path == f"numbers/train-{number:05d}-of-{len(record.files):05d}.parquet"
        footer = pq.read_metadata(tmp_path / file.path)
        groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
        assert all(group.total_byte_size <= 160_000 for group in groups)
        assert all(group.column(0).has_column_index and group.column(0).has_offset_index for group in groups)
        assert all(group.column(0).compression == "ZSTD" for group in groups)
