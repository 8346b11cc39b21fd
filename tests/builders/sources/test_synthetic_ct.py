"""Phantoms: what is planted is seen in the voxels and said in the report, whatever the file looks like."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from annotators.reading.lexicon import lexicon, plain_words
from builders.sources.ct_rate import CtRate
from builders.sources.phantom.body import structures
from builders.sources.phantom.plants import LOBES
from builders.sources.phantom.reports import patterns
from builders.sources.phantom.tree import write_tree
from builders.sources.phantom.voxels import canvas_of
from builders.sources.synthetic_ct import SyntheticCT
from builders.stages.hu_scale import hounsfield
from builders.stages.open_volumes import OpenVolumes
from schemas.errors import SourceError
from schemas.radiology import Label, Report
from schemas.volumes import Volume

SOURCE = SyntheticCT("40")
UNSEEN = 0.3
"""Least share of finding phrases that the lexicon has not as a whole."""


def all_of(table: str, source: SyntheticCT = SOURCE) -> pl.DataFrame:
    return pl.concat([source.read(table, shard.name) for shard in source.shards(table)])


def hu(path: str) -> np.ndarray:
    """HU in RAS+ order, as the truth of the scan tells the scale."""
    scan, _ = SOURCE._at(path)
    return hounsfield(SOURCE.voxels(path), 1.0, float(scan.storage.offset)).values


@pytest.mark.parametrize(("table", "schema"), [("reports", Report), ("volumes", Volume), ("labels", Label)])
def test_tables_are_as_declared(table: str, schema: type) -> None:
    assert schema.is_valid(all_of(table), cast=True)  # pyright: ignore[reportAttributeAccessIssue]


def test_more_scans_change_none_before_them() -> None:
    few, many = SyntheticCT("16"), SyntheticCT("80")
    for table in ("reports", "volumes", "labels"):
        assert few.read(table, "000000-000007").equals(many.read(table, "000000-000007"))
    path = all_of("volumes")["path"][3]
    assert np.array_equal(few.voxels(path).values, many.voxels(path).values)


@pytest.mark.parametrize("location", ["", "1", "x", "-3", "1e3", "100001"])
def test_a_location_that_is_no_number_of_scans_is_refused(location: str) -> None:
    with pytest.raises(SourceError, match="number of scans"):
        SyntheticCT(location).shards("reports")


def test_sides_are_true_in_the_patient_whatever_the_axes() -> None:
    seen = set()
    for path in all_of("volumes")["path"].head(20):
        truth = SOURCE.truth_voxels(path)
        left, right = (
            truth.affine[0] @ [*np.argwhere(truth.values == structures()[f"lung_upper_lobe_{side}"][0]).mean(0), 1]
            for side in ("left", "right")
        )
        assert left < 0 < right
        seen.add(SOURCE._at(path)[0].storage.axes)
    assert seen == {"RAS", "LPS", "LAS"}


def test_every_scan_opens_at_the_scale_it_was_stored_in() -> None:
    for shard in SOURCE.shards("volumes")[:3]:
        opened = OpenVolumes(SOURCE)(SOURCE.read("volumes", shard.name))
        assert opened.rejected.is_empty()
        for path, scale, axes in opened.frame.select("path", "scale", "orientation").iter_rows():
            stored = SOURCE._at(path)[0].storage
            assert scale == ("as_stored" if stored.stored == "hu" else "rescaled")
            assert axes == stored.axes


def test_nodules_are_dense_balls_of_their_size_in_their_lobe() -> None:
    found = 0
    for study, node, size in SOURCE.plants().filter(concept="nodule").select("study", "node", "size_mm").iter_rows():
        row = all_of("volumes").filter(study=study, reconstruction=1).row(0, named=True)
        others = SOURCE.plants().filter(study=study, node=node).height > 1
        scan, _ = SOURCE._at(row["path"])
        if others or scan.storage.padding is not None:
            continue
        truth = SOURCE.truth_voxels(row["path"])
        lobe = truth.values == structures()[LOBES[node]][0]
        dense = lobe & (hu(row["path"]) > -100)
        assert 0.3 < dense.sum() * 27 / (4 / 3 * np.pi * (size / 2) ** 3) < 2.2, (study, node, size)
        found += 1
    assert found >= 2


def test_effusions_lie_on_their_side_of_the_patient() -> None:
    plants = SOURCE.plants().filter(concept="pleural effusion").select("study", "side").rows()
    assert {side for _, side in plants} == {"left", "right"}
    for study, side in plants:
        path = all_of("volumes").filter(study=study, reconstruction=1)["path"][0]
        truth, values = SOURCE.truth_voxels(path), hu(path)
        fluid = (truth.values == 0) & (values > -15) & (values < 20)
        x = (np.argwhere(fluid) @ truth.affine[:3, :3].T + truth.affine[:3, 3])[:, 0]
        right, left = (x > 25).sum(), (x < -25).sum()
        assert (right > 1.2 * left) if side == "right" else (left > 1.2 * right), (study, side, right, left)


def test_reports_say_what_was_planted_and_nothing_else() -> None:
    told = SOURCE.sentences().filter(section="findings").explode("told").unnest("told").filter(assertion="present")
    said = told.select("study", "concept", pl.col("node")).sort("study", "concept", "node")
    assert said.equals(SOURCE.plants().select("study", "concept", "node").sort("study", "concept", "node"))


def test_nothing_is_both_planted_and_denied() -> None:
    told = SOURCE.sentences().explode("told").unnest("told").filter(assertion="absent")
    both = told.join(SOURCE.plants(), on=["study", "concept"], how="inner")
    assert both.is_empty()


def test_offsets_cut_the_sentences_out_of_the_sections() -> None:
    reports = all_of("reports").explode("sections").select("id", pl.col("sections").struct.unnest())
    rows = SOURCE.sentences().join(reports, left_on=["study", "section"], right_on=["id", "name"], how="left")
    for start, end, text in rows.select("start", "end", "text").iter_rows():
        cut = text[start:end]
        assert cut and cut == cut.strip() and (cut[0].isupper() or cut[0].isdigit())
        assert start == 0 or text[start - 1] in " \n"


def test_conflicts_and_removed_organs_are_planted() -> None:
    many = SyntheticCT("200")
    assert sum(scan.conflict for scan in many.scans()) >= 3
    assert sum(scan.gone for scan in many.scans()) >= 3


def test_the_grammar_was_written_apart_from_the_lexicon() -> None:
    """At least three tenths of the finding phrases stand in no line of the lexicon as they are."""
    known = zip(lexicon().patterns, lexicon().entries, strict=True)
    terms = {words for words, entry in known if entry.role == "term" and len(words.split()) > 1}
    finding = [pattern for pattern in patterns() if pattern.kind in ("present", "absent", "impression", "changed")]
    unseen = [pattern for pattern in finding if not _holds(plain_words(pattern.text), terms)]
    assert len(unseen) / len(finding) >= UNSEEN


def _holds(words: str, terms: set[str]) -> bool:
    """Whether a term of the lexicon of two words or more stands in the sentence as a whole, with its place or alone."""
    parts = words.replace(",", " ").replace(".", " ").split()
    runs = (" ".join(parts[i : i + n]) for n in range(2, 7) for i in range(len(parts) - n + 1))
    return any(run in terms for run in runs)


def test_a_tree_on_disk_is_read_by_the_source_of_ct_rate(tmp_path: Path) -> None:
    small = SyntheticCT("6")
    assert write_tree(tmp_path, small) == all_of("volumes", small).height
    real = CtRate(str(tmp_path / "dataset"))
    for table in ("volumes", "reports"):
        made = pl.concat([real.read(table, shard.name).frame for shard in real.shards(table)])
        columns = ["id", "reconstruction", "kernel", "intercept"] if table == "volumes" else ["id", "patient"]
        assert made.select(columns).sort("id").equals(all_of(table, small).select(columns).sort("id"))
    path = all_of("volumes", small)["path"][0]
    read, made = real.voxels(path), small.voxels(path)
    assert np.array_equal(read.values, made.values) and np.allclose(read.affine, made.affine, atol=1e-4)


def test_emphysema_and_effusions_hide_no_nodule() -> None:
    """They were once painted over it: the report then named a nodule that no voxel showed."""
    source = SyntheticCT("200")
    wide = source.plants().filter(pl.col("concept").is_in(["emphysema", "pleural effusion"]))
    both = source.plants().filter(concept="nodule").join(wide, on="study", how="semi")
    upper = both.filter(pl.col("node").str.ends_with("upper lobe")).head(6)
    for study, node in pl.concat([upper, both.head(6)]).select("study", "node").iter_rows():
        scan = next(one for one in source.scans() if one.id == study)
        canvas = canvas_of(scan, source.seed)
        assert (canvas.hu[canvas.labels == structures()[LOBES[node]][0]] > 0).any(), (study, node)
