"""Questions proved by the reference masks of a real CT, which has no report."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from annotators.segmenting.precomputed import Precomputed
from builders.base import Kept
from builders.sources.ct_folder import CtFolder
from builders.stages.masks import Masks
from builders.stages.open_volumes import OpenVolumes
from builders.stages.questions import Questions
from builders.stages.segment import Segment
from schemas.grounding import Question
from tests.builders.stages.asked import tables
from tests.builders.stages.grounded import corpus


def rows(made: pl.DataFrame | Kept) -> pl.DataFrame:
    return made.frame if isinstance(made, Kept) else made


@pytest.mark.real
def test_reference_masks_prove_answers(samples: Path, tmp_path: Path) -> None:
    reference = samples / "totalsegmentator_ct"
    (tmp_path / "source").mkdir()
    shutil.copyfile(reference / "example_ct_sm.nii.gz", tmp_path / "source" / "scan.nii.gz")
    (tmp_path / "source" / "reports.csv").write_text("id,text,volume\nscan,The liver is normal.,scan\n")
    source = CtFolder(str(tmp_path / "source"))
    listed = rows(source.read("volumes", source.shards("volumes")[0].name))
    truth = tmp_path / "masks" / listed["id"][0]
    shutil.copytree(reference / "example_seg_fast", truth, ignore=shutil.ignore_patterns("*.json"))
    opened = rows(OpenVolumes(source)(listed))
    folder = tmp_path / "files" / "masks" / "f00"  # as deep as the engine's
    segmented = Segment(Precomputed(str(tmp_path / "masks")), source)(opened, folder=folder).frame
    masks = Masks(source)(opened, segmented, root=tmp_path).frame
    keys = opened.select("study", "split")
    silent = [frame.clear() for frame in tables(corpus(scan="x"))[1:4]]
    made = Question.validate(Questions()(keys, *silent, masks, opened))
    proved = made.filter(pl.col("rule").str.starts_with("mask:"))
    assert {"volume_band", "larger"} <= set(proved["type"])
    whole = set(masks.filter(pl.col("voxels") > 0, pl.col("borders").list.len() == 0)["id"])
    assert set(proved["masks"].explode()) <= whole
    assert proved["evidence"].list.len().sum() == 0
