"""Opening volumes: what is told of each, which are rejected and why, and the split that all of a scan share."""

import nibabel as nib
import numpy as np
import polars as pl
import pytest

from builders.base import Map, Recipe, Table
from builders.boundary import accept
from builders.overrides import with_settings
from builders.provenance import fingerprint
from builders.run import Orders, make
from builders.sources.ct_rate import CtRate
from builders.stages.open_volumes import OpenVolumes
from builders.stages.splits import drawn_split
from schemas.errors import UsageError
from schemas.volumes import OpenedVolume, Volume
from tests.builders.stages.ct_bodies import SPACING, chest, stored

BODY = chest(20.0, (40, 36, 10))


def put(root, name, values, affine=None):
    split, number, letter, _ = name.split("_")
    path = root / split / f"{split}_{number}" / f"{split}_{number}_{letter}" / f"{name}.nii.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(values, np.diag([*SPACING, 1.0]) if affine is None else affine), path)
    return path


def opened(root, volumes=None, corpus=None, **settings):
    """Rows and rejected rows, through the checks of the engine."""
    source = CtRate(location=str(root), **settings)
    if volumes is None:
        volumes = pl.concat([source.read("volumes", shard.name).frame for shard in source.shards("volumes")])
    stage = OpenVolumes(source)
    made = stage(volumes, **({"corpus": corpus} if corpus else {}))
    table = Table("volumes", OpenedVolume, stage, ("volumes.source",), shape=Map())
    return accept(table, made, volumes["id"], "fingerprint")


@pytest.fixture
def root(tmp_path):
    """Three reconstructions of one scan: in HU, not in HU, and lying otherwise; one without lung; one cut off."""
    hu = stored(BODY, scaled=True, intercept=-1024, padding=-2000, in_hu=True, way="LPS")
    raw = stored(BODY, scaled=False, intercept=-8192, padding=None, in_hu=True, way="oblique")
    put(tmp_path, "train_1_a_1", hu.values, hu.affine)
    put(tmp_path, "train_1_a_2", raw.values, raw.affine)
    put(tmp_path, "train_2_a_1", np.random.default_rng(0).normal(45, 20, (9, 9, 9)).astype(np.int16))
    cut = put(tmp_path, "valid_3_a_1", hu.values)
    cut.write_bytes(cut.read_bytes()[:2000])
    (tmp_path / "train_metadata.csv").write_text(
        "VolumeName,ConvolutionKernel,ZSpacing,RescaleSlope,RescaleIntercept\n"
        "train_1_a_1.nii.gz,B,1,1,-1024\ntrain_1_a_2.nii.gz,YA,1,1,-8192\ntrain_2_a_1.nii.gz,B,1,1,-1024\n"
    )
    return tmp_path


def test_what_is_seen_on_opening(root):
    rows = {row["id"]: row for row in opened(root, reconstruction="all").frame.iter_rows(named=True)}
    assert sorted(rows) == ["train_1_a_1", "train_1_a_2"]
    hu, raw = rows["train_1_a_1"], rows["train_1_a_2"]
    assert (hu["orientation"], hu["shape"], hu["spacing"], hu["kernel"]) == ("LPS", [40, 36, 10], [4, 4, 8], "B")
    assert (hu["scale"], hu["slope"], hu["intercept"], hu["padding"]) == ("as_stored", 1, 0, -2000)
    assert (raw["scale"], raw["slope"], raw["intercept"]) == ("rescaled", 1, -8192)
    assert raw["oblique"] > 20 and hu["oblique"] < 1e-3
    affine = stored(BODY, scaled=True, intercept=-1024, padding=None, in_hu=True, way="LPS").affine
    assert np.allclose(np.reshape(hu["affine"], (4, 4)), affine)
    assert abs(hu["soft_peak"] - raw["soft_peak"]) < 10


def test_what_cannot_be_used_is_rejected_with_its_reason_and_the_rest_goes_on(root):
    made = opened(root, reconstruction="all")
    assert dict(made.rejected.select("id", "reason").iter_rows()) == {
        "train_2_a_1": "scale_undecided", "valid_3_a_1": "truncated_volume"
    }  # fmt: skip
    assert (made.account.ids_in, made.account.ids_passed, made.account.ids_rejected) == (4, 2, 2)


def test_a_volume_that_is_not_chosen_is_not_opened_nor_counted(root):
    made = opened(root, reconstruction="sharp")
    assert made.frame["id"].to_list() == ["train_1_a_2"] and made.account.ids_in == 3


def test_a_volume_larger_than_memory_allows_is_refused(root):
    made = opened(root, most_voxels=1000)
    assert dict(made.rejected.select("id", "reason").iter_rows())["train_1_a_1"] == "too_many_voxels"


def test_a_file_that_went_away_after_it_was_listed_is_rejected(root):
    source = CtRate(location=str(root))
    volumes = pl.concat([source.read("volumes", shard.name).frame for shard in source.shards("volumes")])
    (root / volumes["path"][0]).unlink()
    assert opened(root, volumes).rejected["reason"].to_list()[0] == "missing_file"


def without_split(root):
    source = CtRate(location=str(root), reconstruction="all")
    volumes = pl.concat([source.read("volumes", shard.name).frame for shard in source.shards("volumes")])
    return volumes.filter(pl.col("study") == "train_1_a").with_columns(pl.lit(None, Volume.split.dtype).alias("split"))


def test_a_split_that_is_drawn_is_that_of_the_patient(root):
    bare = without_split(root)
    made = opened(root, bare).frame
    assert made["split"].n_unique() == 1
    assert made["split"][0] == drawn_split(pl.Series(["train_1"]), (0.8, 0.1, 0.1), "medmill")[0]
    nobody = opened(root, bare.with_columns(pl.lit(None, pl.String).alias("patient"))).frame
    assert nobody["split"][0] == drawn_split(pl.Series(["train_1_a"]), (0.8, 0.1, 0.1), "medmill")[0]


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_the_split_of_the_report_counts_where_there_is_one(root, tmp_path, split):
    keys = tmp_path / "keys"
    keys.mkdir()
    pl.DataFrame({"study": ["train_1_a"], "split": [split]}).write_parquet(keys / "part.parquet")
    assert set(opened(root, without_split(root), keys).frame["split"]) == {split}


def test_the_place_of_the_source_is_not_part_of_the_fingerprint(root, tmp_path):
    assert fingerprint(OpenVolumes(CtRate(str(root)))) == fingerprint(OpenVolumes(CtRate(str(tmp_path / "else"))))


def test_the_source_of_a_stage_is_set_by_its_own_name_alone(root):
    source = CtRate(location=str(root))
    stage = OpenVolumes(source)
    tables = [Table("volumes.source", Volume, source="ct-rate")]
    tables.append(Table("volumes", OpenedVolume, stage, ("volumes.source",)))
    recipe = Recipe("opened", {"ct-rate": source}, tables, source.terms)
    with pytest.raises(UsageError, match="no part of opened is called source"):
        with_settings(recipe, {"source.most_voxels": "5"})
    assert with_settings(recipe, {"volumes.seed": "x"}).tables[1].stage == OpenVolumes(source, seed="x")


def test_shares_that_do_not_add_up_are_refused(root):
    with pytest.raises(ValueError, match="add up to 1"):
        OpenVolumes(CtRate(str(root)), fractions=(0.5, 0.1, 0.1))


def test_a_build_of_volumes_gives_the_same_bytes_for_any_number_of_workers(root, tmp_path):
    made = []
    for workers in (0, 2):
        source = CtRate(location=str(root), reconstruction="all", volumes_per_shard=1)
        tables = [
            Table("volumes.source", Volume, source="ct-rate", publish=False),
            Table("volumes", OpenedVolume, OpenVolumes(source), ("volumes.source",)),
        ]
        out = tmp_path / f"out-{workers}"
        make(Recipe("opened", {"ct-rate": source}, tables, source.terms), out, Orders(workers, None, None, True, {}))
        made.append({path.name: path.read_bytes() for path in sorted((out / "volumes").glob("*.parquet"))})
    assert made[0] == made[1] and made[0]
