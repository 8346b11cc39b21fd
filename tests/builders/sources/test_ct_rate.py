"""CT-RATE: every spelling of its folders, every part of it alone, its scans and which volume of each is taken."""

import numpy as np
import polars as pl
import pytest

from annotators.labels import label_set
from builders.sources.ct_rate import CtRate
from builders.sources.ct_rate_files import Copy
from builders.sources.ct_rate_tables import LABELS
from builders.sources.reconstructions import chosen, kernel_named, sharpness
from schemas.errors import SourceError
from schemas.voxels import VolumeError
from tests.builders.sources.ct_rate_copies import (
    AFFINE,
    SPELLINGS,
    volume_path,
    write_labels,
    write_metadata,
    write_reports,
    write_volume,
)
from tests.builders.sources.reading import cut_out_verbatim, read_all, reasons

REPORT = ("Cough.", "Not given.", "A nodule of 4 mm.", "Nodule.")
MAPPED = "AccessionNo,NameinCTRATE\ntrain_1,valid_9_b\ntrain_2,not in CT-RATE\n"
VOLUMES = ("train_1_a_1", "train_1_a_2", "train_1_b_1", "train_12_a_1", "valid_3_a_1")


def made(folder, **settings):
    return CtRate(location=str(folder), **settings)


@pytest.fixture
def whole(tmp_path):
    """A copy with everything: five volumes of four scans, of which one has no report, and a report without volume."""
    root = tmp_path / "ct-rate"
    for name in VOLUMES:
        write_volume(root / volume_path(name, SPELLINGS[0]))
    head = root / "dataset"
    write_reports(head / "radiology_text_reports/train_reports.csv", [
        ("train_1_a_1.nii.gz", *REPORT), ("train_1_a_2.nii.gz", *REPORT), ("train_1_b_1.nii.gz", *REPORT),
        ("train_77_a_1.nii.gz", *REPORT),
    ])  # fmt: skip
    write_reports(head / "radiology_text_reports/validation_reports.csv", [("valid_3_a_1.nii.gz", *REPORT)])
    write_metadata(head / "metadata/train_metadata.csv", [
        ("train_1_a_1.nii.gz", "['Bl57d', '3']", 1.5, -8192), ("train_1_a_2.nii.gz", "B", 0.75, -1024),
        ("train_1_b_1.nii.gz", "strange", 1, -1024),
    ])  # fmt: skip
    write_labels(head / "multi_abnormality_labels/train_predicted_labels.csv",
                 {"train_1_a_1.nii.gz": "Lung nodule", "train_1_a_2.nii.gz": "Lung nodule"})  # fmt: skip
    return root


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_volumes_are_found_in_every_spelling_of_the_folders(tmp_path, spelling):
    for name in VOLUMES:
        write_volume(tmp_path / volume_path(name, spelling))
    source = made(tmp_path)
    kept = read_all(source, "volumes")
    assert kept.rejected.height == 0
    assert sorted(kept.frame["id"]) == sorted(VOLUMES)
    row = kept.frame.row(by_predicate=pl.col("id") == "train_12_a_1", named=True)
    assert (row["study"], row["patient"], row["split"], row["reconstruction"]) == ("train_12_a", "train_12", "train", 1)
    assert source.voxels(row["path"]).values.shape == (6, 5, 4)


def test_one_report_per_scan_with_the_sections_that_are_given(whole):
    kept = read_all(made(whole))
    assert sorted(kept.frame["id"]) == ["train_1_a", "train_1_b", "train_77_a", "valid_3_a"]
    assert kept.frame["split"].cast(pl.String).to_list().count("validation") == 1
    names = kept.frame["sections"].list.eval(pl.element().struct["name"]).to_list()
    assert {tuple(row) for row in names} == {("history", "findings", "impression")}
    assert cut_out_verbatim(kept.frame) and not kept.frame["text"].str.contains("Not given").any()


def test_labels_are_those_of_the_classifier_once_per_scan(whole):
    labels = read_all(made(whole), "labels").frame
    assert labels.filter(state="present").rows() == [
        ("train_1_a", "ctrate18", "Lung nodule", "present", "CT-RATE report classifier")
    ]
    assert labels.height == 18


def test_names_of_the_labels_are_those_of_the_label_set():
    assert list(label_set("ctrate18").labels) == list(LABELS)


def test_a_scan_with_only_a_report_or_only_volumes_is_kept_and_counted(whole):
    source = made(whole)
    assert "train_77_a" in read_all(source)[0]["id"] and "train_12_a" in read_all(source, "volumes")[0]["study"]
    notes = source.notes()
    assert "1 scans with a report have no volume here, first train_77_a" in notes
    assert "1 scans with volumes have no report here, first train_12_a" in notes


@pytest.mark.parametrize(
    "gone", ["dataset/train", "dataset/radiology_text_reports", "dataset/metadata", "dataset/multi_abnormality_labels"]
)
def test_a_copy_that_lacks_a_part_gives_the_rest(whole, gone):
    import shutil

    shutil.rmtree(whole / gone)
    source = made(whole)
    counts = {table: sum(shard.rows for shard in source.shards(table)) for table in source.tables}
    full = {"reports": 4, "volumes": 5, "labels": 1}
    lost = {"dataset/train": {"volumes": 1}, "dataset/radiology_text_reports": {"reports": 0},
            "dataset/metadata": {}, "dataset/multi_abnormality_labels": {"labels": 0}}[gone]  # fmt: skip
    assert counts == full | lost


def test_other_texts_of_one_scan_are_told(tmp_path):
    rows = [("train_1_a_1.nii.gz", *REPORT), ("train_1_a_2.nii.gz", "", "", "Other words.", "")]
    write_reports(tmp_path / "train_reports.csv.gz", rows)
    source = made(tmp_path)
    assert read_all(source).frame["text"].to_list()[0].count("nodule") == 1
    assert any(note.startswith("1 scans have other reports for other reconstructions") for note in source.notes())


def test_bad_rows_of_reports_are_rejected_with_their_place(tmp_path):
    rows = [("head_1.nii.gz", *REPORT), ("train_2_a_1.nii.gz", "Not given.", "", "not given", " "),
            ("train_3_a_1.nii.gz", *REPORT)]  # fmt: skip
    path = write_reports(tmp_path / "train_reports.csv", rows)
    path.write_bytes(path.read_bytes() + b'train_4_a_1.nii.gz,\xff,b,c,d\ntrain_5_a_1.nii.gz,"a"b,c\n')
    kept = read_all(made(tmp_path))
    assert kept.frame["id"].to_list() == ["train_3_a"]
    told = {"train_reports.csv#1": "bad_name", "train_2_a": "empty_report", "train_4_a": "not_utf8"}
    assert {key: reasons(kept)[key] for key in told} == told
    assert sorted(reasons(kept).values()) == ["bad_name", "bad_row", "empty_report", "not_utf8"]


def test_a_label_that_is_neither_0_nor_1_is_rejected(tmp_path):
    path = write_labels(tmp_path / "valid_predicted_labels.csv", {"valid_1_a_1.nii.gz": "Emphysema"})
    path.write_text(path.read_text().replace("1,0", "2,0"))
    assert reasons(read_all(made(tmp_path), "labels")) == {"valid_1_a": "bad_label"}


def test_strange_and_repeated_files_are_rejected(tmp_path):
    for name in ("train/train_1/train_1_a/train_1_a_1", "train_fixed/train_1/train_1_a/train_1_a_1"):
        write_volume(tmp_path / f"{name}.nii.gz")
    write_volume(tmp_path / "train/train_1/train_1_a/scout.nii.gz")
    write_volume(tmp_path / "ts_seg/train_1_a_2.nii.gz")
    kept = read_all(made(tmp_path), "volumes")
    assert kept.frame["path"].to_list() == ["train_fixed/train_1/train_1_a/train_1_a_1.nii.gz"]
    assert reasons(kept) == {"train_1_a_1": "duplicate_id", "train/train_1/train_1_a/scout.nii.gz": "bad_name"}


def test_a_folder_without_anything_of_ct_rate_is_one_error(tmp_path):
    with pytest.raises(SourceError, match="nothing of CT-RATE here"):
        made(tmp_path).shards("reports")
    with pytest.raises(SourceError, match="no such folder"):
        made(tmp_path / "gone").shards("reports")


def test_shards_are_bounded_and_a_changed_file_changes_its_own(tmp_path):
    for number in range(40):
        write_volume(tmp_path / volume_path(f"train_{number}_a_1", "{patient}/{scan}"))
    source = made(tmp_path, volumes_per_shard=10)
    before = {shard.name: shard for shard in source.shards("volumes")}
    assert len(before) == 4 and max(shard.rows for shard in before.values()) == 10
    path = tmp_path / volume_path("train_17_a_1", "{patient}/{scan}")
    write_volume(path, np.ones((3, 3, 3), np.int16))
    after = {shard.name: shard for shard in source.shards("volumes")}
    assert {name for name in before if before[name].identity != after[name].identity} == {"t0001"}
    assert read_all(source, "volumes").frame["id"].n_unique() == 40


def test_listing_opens_no_volume(tmp_path):
    path = tmp_path / volume_path("train_1_a_1", "{patient}/{scan}")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no volume at all")
    assert read_all(made(tmp_path), "volumes").frame["id"].to_list() == ["train_1_a_1"]
    assert [file.name for file in Copy(str(tmp_path)).volumes("t00001")] == ["train_1_a_1.nii.gz"]
    assert list(Copy(str(tmp_path)).volumes("t00002")) == []


def test_a_copy_behind_a_url_gives_the_same_rows(whole):
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.put(str(whole), "/ct-rate", recursive=True)
    here, there = made(whole), CtRate(location="memory://ct-rate")
    for table in here.tables:
        assert read_all(here, table).frame.sort(pl.all()).equals(read_all(there, table).frame.sort(pl.all()))
    path = volume_path("train_1_a_1", SPELLINGS[0])
    assert np.array_equal(here.voxels(path).values, there.voxels(path).values)


SCAN = pl.DataFrame(
    {
        "study": ["s"] * 4,
        "reconstruction": [1, 2, 3, 4],
        "kernel": ["YA", "B", "A", "unheard-of"],
        "slice_spacing": [1.5, 1.5, 0.75, None],
    },
    schema_overrides={"slice_spacing": pl.Float32},
)


@pytest.mark.parametrize(
    ("setting", "taken"), [("first", [1]), ("thinnest", [3]), ("soft", [3]), ("sharp", [1]), ("all", [1, 2, 3, 4])]
)
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2]])
def test_the_setting_decides_whatever_the_order(setting, taken, order):
    picked = SCAN[order].with_columns(chosen=chosen(setting)).filter("chosen")
    assert sorted(picked["reconstruction"]) == taken


def test_without_a_known_kernel_the_unknown_one_is_taken_before_the_other_kind():
    scan = SCAN.filter(pl.col("kernel").is_in(["YA", "unheard-of"]))
    assert scan.filter(chosen("soft"))["kernel"].to_list() == ["unheard-of"]
    assert SCAN.filter(pl.col("kernel") == "YA").filter(chosen("soft")).height == 1


@pytest.mark.parametrize(
    ("written", "name", "kind"),
    [
        ("['Br40f', '3']", "Br40f", "soft"), ("['Bl57d', '3']", "Bl57d", "sharp"), ("I30f", "I30f", "soft"),
        ("B70f", "B70f", "sharp"), ("STANDARD", "STANDARD", "soft"), ("LUNG", "LUNG", "sharp"),
        ("FC08", "FC08", "soft"), ("FC51", "FC51", "sharp"), ("YA", "YA", "sharp"), ("LungB", "LungB", "sharp"),
        ("Qr36d\\3", "Qr36d", "soft"), ("unheard-of", "unheard-of", None), ("", None, None),
    ],
)  # fmt: skip
def test_what_a_kernel_was_made_for(written, name, kind):
    frame = pl.DataFrame({"raw": [written]}, schema={"raw": pl.String}).select(kernel=kernel_named("raw"))
    assert frame["kernel"].to_list() == [name]
    assert frame.select(sharpness("kernel")).to_series().to_list() == [kind]


def test_kernels_reach_the_rows_and_unknown_ones_are_counted(whole):
    source = made(whole, reconstruction="soft")
    rows = {row["id"]: row for row in read_all(source, "volumes").frame.iter_rows(named=True)}
    assert (rows["train_1_a_1"]["kernel"], rows["train_1_a_1"]["intercept"]) == ("Bl57d", -8192)
    assert [key for key in sorted(rows) if rows[key]["chosen"]] == [
        "train_12_a_1", "train_1_a_2", "train_1_b_1", "valid_3_a_1"
    ]  # fmt: skip
    assert any("3 volumes have a kernel that is not known" in note for note in source.notes())


def test_reports_that_people_labelled_are_read_under_the_names_of_their_scans(tmp_path):
    path = write_labels(tmp_path / "labelled_reports_x.csv", {"train_1": "Emphysema", "train_2": "Lung nodule"},
                        "AccessionNo")  # fmt: skip
    pl.read_csv(path, infer_schema=False).with_columns(report_text=pl.lit("Emphysema in both lungs.")).write_csv(path)
    (tmp_path / "map_x_classifier.csv").write_text(MAPPED)
    source = made(tmp_path)
    rows = read_all(source).frame.sort("id").select("id", "patient", "split").rows()
    assert rows == [("train_2", None, "train"), ("valid_9_b", "valid_9", "validation")]
    labels = read_all(source, "labels").frame.filter(state="present").sort("study")
    assert labels.select("study", "label", "origin").rows() == [
        ("train_2", "Lung nodule", "people"), ("valid_9_b", "Emphysema", "people")
    ]  # fmt: skip


def test_labels_of_people_and_reports_with_sections_win(tmp_path):
    path = write_labels(tmp_path / "labelled_reports_x.csv", {"train_1": "Emphysema"}, "AccessionNo")
    pl.read_csv(path, infer_schema=False).with_columns(report_text=pl.lit("Emphysema in both lungs.")).write_csv(path)
    (tmp_path / "map_x_classifier.csv").write_text("AccessionNo,NameinCTRATE\ntrain_1,train_9_b\n")
    write_reports(tmp_path / "train_reports.csv", [("train_9_b_1.nii.gz", *REPORT)])
    write_labels(tmp_path / "train_predicted_labels.csv", {"train_9_b_1.nii.gz": "Lung nodule"})
    source = made(tmp_path)
    assert read_all(source).frame["sections"].list.len().to_list() == [3]
    assert set(read_all(source, "labels").frame["origin"]) == {"people"}
    assert any(note.startswith("1 labelled reports are of scans whose report with sections") for note in source.notes())


def test_a_volume_keeps_its_affine(whole):
    read = made(whole).voxels(volume_path("train_1_a_1", SPELLINGS[0]))
    assert np.allclose(read.affine, AFFINE) and read.values.dtype == np.int16
    with pytest.raises(VolumeError, match="missing_file"):
        made(whole).voxels("dataset/train/train_1/train_1a/train_1_a_9.nii.gz")


@pytest.mark.real
def test_the_labelled_sample_gives_800_reports_and_their_labels(samples):
    source = CtRate(location=str(samples / "ct_rate"))
    reports, labels = read_all(source), read_all(source, "labels")
    assert reports.frame.height == 800 and reports.rejected.height == 0 and labels.frame.height == 800 * 18
    splits = dict(reports.frame["split"].cast(pl.String).value_counts().iter_rows())
    assert splits == {"train": 767, "validation": 33}
    assert reports.frame["patient"].null_count() == 253
    assert cut_out_verbatim(reports.frame)


@pytest.mark.real
def test_the_first_reconstruction_is_often_not_the_thinnest(samples, tmp_path):
    metadata = pl.read_csv(samples / "ct_rate" / "validation_metadata.csv", infer_schema=False)
    for name in metadata["VolumeName"]:
        (tmp_path / name).touch()
    (tmp_path / "validation_metadata.csv").symlink_to(samples / "ct_rate" / "validation_metadata.csv")
    settings = ("first", "thinnest", "soft", "sharp")
    sources = {name: made(tmp_path, reconstruction=name, volumes_per_shard=10_000) for name in settings}
    several = pl.len().over("study") > 1
    taken = {
        name: read_all(source, "volumes").frame.sort("study").with_columns(several=several).filter("chosen")
        for name, source in sources.items()
    }
    first, thinnest = taken["first"], taken["thinnest"]
    assert first.height == 1564 and first["several"].sum() == 1432
    assert (first["slice_spacing"] > thinnest["slice_spacing"]).sum() == 762
    kinds = {name: frame.filter("several").select(sharpness("kernel")).to_series() for name, frame in taken.items()}
    assert kinds["soft"].null_count() == 0 and not any("not known as soft" in note for note in sources["soft"].notes())
    assert sum(kinds["soft"] == "soft") > 0.98 * 1432 and sum(kinds["sharp"] == "sharp") > 0.98 * 1432
