"""The whole way from phantom scans to grounded sentences and questions, held against what was planted."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from builders.api import build
from builders.sources.phantom.body import structures
from builders.sources.phantom.plants import LOBES
from builders.sources.phantom.tree import write_tree
from builders.sources.synthetic_ct import SyntheticCT
from qc.run import run
from schemas.errors import MedmillError
from schemas.grounding import NO_NODE
from schemas.regions import published

COUNT = 12
SCANS = SyntheticCT(str(COUNT))
F1 = 0.95
"""Of pairs of sentence and structure, at the granularity of published names."""
RIGHT = 0.98
"""Of the answers to presence questions that the phantom's truth can judge."""


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phantoms' label maps, as masks that are there already."""
    folder = tmp_path_factory.mktemp("phantoms")
    write_tree(folder, SCANS)
    return folder / "truth"


@pytest.fixture(scope="module")
def made(truth: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    out = tmp_path_factory.mktemp("built") / "radgenome"
    settings = {"segmenter": f"precomputed:{truth}"}
    build("radgenome-chest-ct", sources={"synthetic-ct": str(COUNT)}, out=out, settings=settings, workers=0)
    yield out


def rows(folder: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(folder / table / "*.parquet")


def test_nothing_fails_in_its_checks(made: Path) -> None:
    report = run(made)
    assert [check.name for check in report.failed()] == []


def test_every_scan_comes_through(made: Path) -> None:
    assert rows(made, "corpus").height == rows(made, "volumes").height == rows(made, "segmentations").height == COUNT
    assert rows(made, "grounded")["volume"].null_count() == 0


def test_a_mask_file_is_the_label_map_on_the_grid_of_its_volume(made: Path) -> None:
    import nibabel

    for row in rows(made, "segmentations").head(6).iter_rows(named=True):
        mask = nibabel.load(made / row["path"])  # pyright: ignore[reportPrivateImportUsage]
        path = rows(made, "volumes").filter(id=row["id"])["path"][0]
        wanted = SCANS.truth_voxels(path)
        values = np.asanyarray(mask.dataobj)  # pyright: ignore[reportAttributeAccessIssue]
        for name, (value, _) in structures().items():
            named = [label["value"] for label in row["labels"] if label["name"] == name]
            assert np.array_equal(np.isin(values, named), wanted.values == value), name
        assert np.allclose(mask.affine, wanted.affine, atol=1e-3)  # pyright: ignore[reportAttributeAccessIssue]


def test_sentences_are_tied_to_the_structures_they_speak_of(made: Path) -> None:
    """F1 of (sentence, published structure) over findings and impressions."""
    wanted = (
        SCANS.sentences()
        .filter(pl.col("section").is_in(["findings", "impression"]))
        .explode("nodes")
        .drop_nulls("nodes")
        .select("study", "section", "start", node=pl.col("nodes").map_elements(published, pl.String))
        .unique()
    )
    starts = SCANS.sentences().select("study", "section", sentence_start="start", sentence_end="end")
    found = (
        rows(made, "grounded")
        .filter(pl.col("node") != NO_NODE)
        .select("study", "section", begin="start", node=pl.col("node").map_elements(published, pl.String))
        .join(starts, on=["study", "section"])
        .filter(pl.col("sentence_start") <= pl.col("begin"), pl.col("begin") < pl.col("sentence_end"))
        .select("study", "section", start="sentence_start", node="node")
        .unique()
    )
    both = wanted.join(found, on=wanted.columns).height
    f1 = 2 * both / (wanted.height + found.height)
    print(f"F1 {f1:.3f}: {both} of {wanted.height} wanted and {found.height} found")
    assert f1 >= F1


def test_presence_is_answered_as_planted(made: Path) -> None:
    """Closed questions on a structure and a finding that was planted there, or denied of the whole body."""
    asked = rows(made, "questions").filter(pl.col("type") == "presence", pl.col("form") == "closed")
    plants = SCANS.plants().select("study", finding="concept").unique().with_columns(planted=True)
    denied = (
        SCANS.sentences().explode("told").unnest("told").filter(assertion="absent").select("study", finding="concept")
    ).unique()
    judged = asked.join(plants, on=["study", "finding"], how="left").with_columns(pl.col("planted").fill_null(False))
    yes = pl.col("answer").str.to_lowercase().str.starts_with("yes")
    said = judged.with_columns(yes=yes)
    wrong_yes = said.filter(pl.col("yes") & ~pl.col("planted"))
    told_no = said.filter(~pl.col("yes")).join(denied, on=["study", "finding"], how="semi")
    wrong_no = told_no.filter("planted")
    share = 1 - (wrong_yes.height + wrong_no.height) / said.height
    print(f"{share:.4f} of {said.height} right")
    assert said.height > 100 and share >= RIGHT


SEGMENTER = {
    "heart": "heart", "liver": "liver", "spleen": "spleen", "stomach": "stomach", "gallbladder": "gallbladder",
    "pancreas": "pancreas", "thyroid gland": "thyroid_gland", **LOBES,
    **{f"{side} adrenal gland": f"adrenal_gland_{side}" for side in ("left", "right")},
    **{f"{side} kidney": f"kidney_{side}" for side in ("left", "right")},
}  # fmt: skip


def truly(made: Path, type: str) -> Iterator[tuple[dict, dict[str, tuple[int, float]]]]:
    """Questions of a type, each with voxels and height (mm) of every structure that was painted in its volume."""
    paths = dict(rows(made, "volumes").select("study", "path").iter_rows())
    asked = rows(made, "questions").filter(pl.col("type") == type).sort("study")
    for question in asked.iter_rows(named=True):
        yield question, painted(paths[question["study"]])


@cache
def painted(path: str) -> dict[str, tuple[int, float]]:
    """Voxels and height of what was painted in one volume."""
    truth = SCANS.truth_voxels(path)
    labels = truth.values.ravel()
    counts = np.bincount(labels, minlength=256)
    sums = [np.bincount(labels, at.ravel(), 256) for at in np.indices(truth.values.shape, np.int16)]
    means = np.stack(sums, 1) / counts.clip(1)[:, None]
    return {name: (int(counts[label]), float(truth.affine[2] @ [*means[label], 1]))
            for name, (label, _) in structures().items() if counts[label]}  # fmt: skip


def test_the_level_of_an_organ_is_that_of_the_nearest_vertebra_painted(made: Path) -> None:
    answers = set()
    for question, seen in truly(made, "level"):
        height = seen[SEGMENTER[question["node"]]][1]
        nearest = min((abs(z - height), name) for name, (_, z) in seen.items() if name.startswith("vertebrae_"))[1]
        assert question["answer"] == f"{nearest.removeprefix('vertebrae_')} vertebra", question["id"]
        answers.add(question["answer"])
    assert len(answers) >= 5


def test_the_larger_of_two_has_more_voxels_painted(made: Path) -> None:
    answers = set()
    for question, seen in truly(made, "larger"):
        pair = [part.replace("-", " ") for part in question["id"].split("/")[-2:]]
        assert question["answer"] == max(pair, key=lambda name: seen[SEGMENTER[name]][0]), question["id"]
        answers.add(question["answer"])
    assert len(answers) >= 3


@pytest.mark.parametrize("type", ["side", "volume_band", "level", "larger"])
def test_what_masks_prove_is_asked_with_answers_that_differ(type: str, made: Path) -> None:
    """Phantoms once had each organ at one vertebra, and one lobe always larger, so nothing of it was ever balanced."""
    balanced = rows(made, "questions").filter((pl.col("type") == type) & pl.col("balanced"))
    assert balanced.height > 0 and balanced["answer"].n_unique() > 1


def test_a_text_only_copy_needs_no_segmenter(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    write_tree(tree, SyntheticCT("3"))
    reports = tree / "dataset" / "radiology_text_reports"
    (tmp_path / "copy").mkdir()
    reports.rename(tmp_path / "copy" / "radiology_text_reports")
    build("radgenome-chest-ct", sources={"ct-rate": str(tmp_path / "copy")}, out=tmp_path / "out", workers=0)
    grounded = rows(tmp_path / "out", "grounded")
    assert grounded.height > 50 and grounded["volume"].null_count() == grounded.height
    assert rows(tmp_path / "out", "questions").height > 50


def test_a_volume_without_a_report_is_rejected_and_one_without_a_mask_too(truth: Path, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    (masks / "labels.json").write_bytes((truth / "labels.json").read_bytes())
    kept = sorted(truth.rglob("train_*_1.nii.gz"))[0]
    (masks / kept.name).write_bytes(kept.read_bytes())
    settings = {"segmenter": f"precomputed:{masks}"}
    out = tmp_path / "out"
    build("radgenome-chest-ct", sources={"synthetic-ct": str(COUNT)}, out=out, settings=settings, limit=3, workers=0)
    assert not list((out / "segmentations").glob("*.parquet")) or rows(out, "segmentations").height == 1
    rejected = pl.concat(pl.read_parquet(path) for path in (out / "rejected").rglob("*.parquet"))
    assert set(rejected["reason"]) == {"no_report", "no_mask", "study_not_in_corpus"}
    assert rows(out, "grounded").height > 50


def test_masks_that_are_not_there_are_one_line(tmp_path: Path) -> None:
    settings = {"segmenter": f"precomputed:{tmp_path}"}
    with pytest.raises(MedmillError, match="no masks here"):
        build("radgenome-chest-ct", sources={"synthetic-ct": "4"}, out=tmp_path / "out", settings=settings, workers=0)
