"""Folders of CT of any hospital: NIfTI and DICOM, where each voxel lies, and whose it is. All sentences are our own."""

import locale

import nibabel as nib
import numpy as np
import polars as pl
import pytest
import SimpleITK

from builders.sources.claims import claimed
from builders.sources.ct_folder import CtFolder
from builders.sources.volume_files import names_of
from builders.stages.hu_scale import decide_scale
from schemas.errors import SourceError, UsageError
from schemas.volumes import Volume
from schemas.voxels import VolumeError
from tests.builders.sources.dicom_slices import NAME, write_series
from tests.builders.sources.reading import cut_out_verbatim, read_all, reasons
from tests.builders.stages.ct_bodies import WAYS, chest, turned

HU = np.rint(chest(20.0, (12, 10, 8))).astype(np.int16)
AFFINE = np.diag([4.0, 4.0, 8.0, 1.0])


@pytest.fixture(autouse=True)
def own_locale():
    """Writing DICOM, as these tests do, leaves a process in the locale "C"."""
    before = locale.setlocale(locale.LC_ALL)
    yield
    locale.setlocale(locale.LC_ALL, before)


def nifti(path, values=HU, affine=AFFINE):
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(values, affine), path)
    return path


def table(folder, rows, **columns):
    """`rows`: id and the name of a volume."""
    frame = pl.DataFrame({"id": [row[0] for row in rows], "scan": [row[1] for row in rows]})
    frame.with_columns(text=pl.lit("FINDINGS: A nodule of 4 mm."), **columns).write_csv(folder / "reports.csv")
    return folder


def made(folder, **settings):
    return CtFolder(location=str(folder), **{"volume": "scan", **settings})


def by_study(source):
    rows = read_all(source, "volumes").frame
    return {study: sorted(part["path"]) for (study,), part in rows.group_by("study")}


def in_patient(values, affine):
    """The voxel nearest to each of some points of the patient, whatever the order of the axes."""
    centres = np.stack(np.meshgrid(*(np.arange(1, size - 1) for size in (12, 10, 8)), indexing="ij"), -1).reshape(-1, 3)
    points = nib.affines.apply_affine(AFFINE, centres)
    found = np.rint(nib.affines.apply_affine(np.linalg.inv(affine), points)).astype(int)
    return values[tuple(found.T)]


@pytest.fixture
def folder(tmp_path):
    """Two NIfTI files, a DICOM series and a file nobody reports; a report without a volume."""
    nifti(tmp_path / "p1/ct.nii.gz")
    nifti(tmp_path / "p2/late.nii")
    nifti(tmp_path / "p9/stray.nii.gz")
    write_series(tmp_path / "p3/dicom", HU, AFFINE)
    rows = [("R1", "p1/ct.nii.gz"), ("R2", "late"), ("R3", "p3/dicom"), ("R4", "gone.nii.gz")]
    people, folds = pl.Series(["A", "A", "B", "C"]), pl.Series(["train", "train", "test", "valid"])
    return table(tmp_path, rows, person=people, fold=folds)


def test_volumes_are_matched_with_reports_and_neither_is_lost(folder):
    source = made(folder, patient="person", split="fold")
    reports, volumes = read_all(source), read_all(source, "volumes")
    assert sorted(reports.frame["id"]) == ["R1", "R2", "R3", "R4"] and cut_out_verbatim(reports.frame)
    rows = {row["study"]: row for row in volumes.frame.iter_rows(named=True)}
    assert (rows["R1"]["path"], rows["R1"]["patient"], rows["R1"]["split"]) == ("p1/ct.nii.gz", "A", "train")
    assert (rows["R3"]["kernel"], rows["R3"]["slice_spacing"], rows["R3"]["split"]) == ("Br40f", 8, "test")
    stray = next(row for study, row in rows.items() if study.startswith("unreported-"))
    assert stray["path"] == "p9/stray.nii.gz" and stray["patient"] is None and len(rows) == 4
    assert list(source.notes()) == [
        "1 reports have no volume here", "1 volumes or folders of slices have no report", "1 named volumes are not here"
    ]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", ["ct.nii.gz", "ct.mha", "ct.nrrd", "dicom"])
def test_every_voxel_lies_where_it_lay_in_the_patient(tmp_path, way, form):
    values, affine = turned(HU, way)
    if form == "dicom":
        write_series(tmp_path / form, values, affine)
    else:
        nib.save(nib.Nifti1Image(values, affine), tmp_path / "as.nii.gz")
        image = SimpleITK.ReadImage(str(tmp_path / "as.nii.gz"))
        (tmp_path / "as.nii.gz").unlink()
        SimpleITK.WriteImage(image, str(tmp_path / form))
    source = made(table(tmp_path, [("R1", form)]))
    read = source.voxels(by_study(source)["R1"][0])
    if way in ("RAS", "LPS", "LAS"):
        assert np.array_equal(in_patient(read.values, read.affine), in_patient(HU, AFFINE))
    else:
        assert np.array_equal(read.values, values) and np.allclose(read.affine, affine, atol=1e-3)
    assert read.values.dtype == np.int16 and decide_scale(read.values, None, None).name == "as_stored"


def test_slope_and_intercept_of_dicom_are_applied_once(tmp_path):
    write_series(tmp_path / "s", HU, AFFINE, rescale=("1", "-8192"))
    source = made(table(tmp_path, [("R1", "s")]))
    row = read_all(source, "volumes").frame.row(0, named=True)
    assert np.array_equal(source.voxels(row["path"]).values, HU) and row["slope"] is None


def test_series_of_one_folder_are_told_apart_by_their_uid(tmp_path):
    write_series(tmp_path / "s", HU, AFFINE, uid="1.2.3.4", kernel="Br40f")
    write_series(tmp_path / "s", HU + 1, AFFINE, uid="1.2.3.5", kernel="Bl57d")
    source = made(table(tmp_path, [("R1", "s")]), reconstruction="sharp")
    rows = read_all(source, "volumes").frame
    assert rows["study"].to_list() == ["R1", "R1"] and sorted(rows["reconstruction"]) == [1, 2]
    assert rows.filter("chosen")["kernel"].to_list() == ["Bl57d"]
    values = [source.voxels(path).values for path in rows.sort("kernel")["path"]]
    assert np.array_equal(values[1], HU) and np.array_equal(values[0], HU + 1)


@pytest.mark.parametrize("drop", [(3,), (1, 2), (6,)])
def test_a_series_that_lacks_a_slice_is_not_read(tmp_path, drop):
    write_series(tmp_path / "s", HU, AFFINE, drop=drop)
    assert failure(tmp_path) == "missing_slice"


def failure(folder, name="s", **settings):
    source = made(table(folder, [("R1", name)]), **settings)
    path = read_all(source, "volumes").frame["path"][0]
    with pytest.raises(VolumeError) as caught:
        source.voxels(path)
    assert str(folder) not in str(caught.value) and "nii" not in caught.value.detail and NAME not in str(caught.value)
    return caught.value.reason


def test_two_slices_at_one_place(tmp_path):
    write_series(tmp_path / "s", HU, AFFINE)
    first = sorted((tmp_path / "s").iterdir())[0]
    copy = SimpleITK.ReadImage(str(first))
    copy.SetMetaData("0008|0018", "1.2.3.4.99")
    writer = SimpleITK.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    writer.SetFileName(str(tmp_path / "s" / "again.dcm"))
    writer.Execute(copy)
    assert failure(tmp_path) == "repeated_slice"


def test_slices_of_several_sizes_in_one_series(tmp_path):
    write_series(tmp_path / "s", HU, AFFINE)
    write_series(tmp_path / "t", HU[:-1], AFFINE)
    third = sorted((tmp_path / "s").iterdir())[3]
    third.write_bytes((tmp_path / "t" / third.name).read_bytes())
    assert failure(tmp_path) == "mixed_slices"


def test_a_tilted_gantry_is_told(tmp_path):
    sheared = AFFINE.copy()
    sheared[1, 2] = 2.0
    write_series(tmp_path / "s", HU, sheared)
    assert failure(tmp_path) == "tilted_gantry"


def test_a_single_slice_is_no_volume(tmp_path):
    write_series(tmp_path / "s", HU[:, :, :1], AFFINE)
    assert failure(tmp_path) == "two_dimensional"


def test_slices_that_are_cut_off(tmp_path):
    write_series(tmp_path / "s", HU, AFFINE)
    slices = sorted((tmp_path / "s").iterdir())
    slices[4].write_bytes(slices[4].read_bytes()[:-150])
    assert failure(tmp_path) in ("unreadable_volume", "missing_slice")


def test_a_series_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    write_series(tmp_path / "s", HU, AFFINE)
    assert failure(tmp_path, most_voxels=100) == "too_many_voxels"


def test_bad_files_are_told_without_their_names(tmp_path):
    (tmp_path / "jane.nii.gz").write_bytes(b"no volume")
    assert failure(tmp_path, "jane.nii.gz") == "not_nifti"
    (tmp_path / "jane.nii.gz").unlink()
    (tmp_path / "jane.mha").write_bytes(b"no volume")
    assert failure(tmp_path, "jane.mha") == "unreadable_volume"


def test_a_folder_of_dicom_without_a_series_is_rejected_and_the_rest_stays(folder):
    (folder / "p4").mkdir()
    (folder / "p4/a.dcm").write_bytes(b"no slice")
    kept = read_all(made(folder), "volumes")
    assert list(reasons(kept).values()) == ["not_dicom"] and kept.frame.height == 4


def test_neither_ids_nor_messages_hold_a_name(tmp_path):
    nifti(tmp_path / "Doe_Jane/Doe_Jane.nii.gz")
    nifti(tmp_path / "Doe_John/ct.nii.gz")
    source = made(table(tmp_path, [("R1", "Doe_Jane"), ("R2", "Doe_Jane/Doe_Jane.nii.gz"), ("R3", "Doe_Joe")]))
    kept = read_all(source, "volumes")
    said = [*kept.frame["id"], *kept.frame["study"], *kept.rejected["id"], *kept.rejected["detail"], *source.notes()]
    assert not any("Doe" in word for word in said)
    assert list(reasons(kept).values()) == ["ambiguous_report"]


def test_ids_stay_where_others_are_added(folder):
    before = set(read_all(made(folder), "volumes").frame["id"])
    nifti(folder / "p0/first.nii.gz")
    assert before < set(read_all(made(folder), "volumes").frame["id"])


def test_shards_are_bounded_hold_whole_studies_and_change_with_their_files(tmp_path):
    for number in range(30):
        nifti(tmp_path / f"s{number}/a.nii", np.arange(8, dtype=np.int16).reshape(2, 2, 2))
        nifti(tmp_path / f"s{number}/b.nii", np.arange(8, dtype=np.int16).reshape(2, 2, 2))
    source = made(table(tmp_path, [(f"R{number}", f"s{number}") for number in range(30)]), volumes_per_shard=20)
    before = {shard.name: shard.identity for shard in source.shards("volumes")}
    rows = {shard: source.read("volumes", shard).frame for shard in before}
    assert max(frame.height for frame in rows.values()) <= 20 and sum(frame.height for frame in rows.values()) == 60
    assert all(frame["study"].value_counts()["count"].unique().to_list() == [2] for frame in rows.values())
    nifti(tmp_path / "s7/a.nii")
    after = {shard.name: shard.identity for shard in source.shards("volumes")}
    assert [name for name in before if before[name] != after[name]] == [
        name for name, frame in rows.items() if "R7" in frame["study"]
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/b/ct.nii.gz", "a/b/ct"), ("a/b/ct.nii.gz", "b"), ("a/b/ct.nii.gz", "ct.nii.gz"), ("a/x.1.nii", "x.1")],
)
def test_what_a_volume_may_be_called(path, name):
    assert name in names_of(path)


def test_a_name_that_two_volumes_have_names_neither():
    claims = pl.DataFrame({"study": ["R1", "R2", "R3"], "name": ["ct.nii.gz", "./p2/ct.nii.gz", "p3\\b"]})
    made = claimed(["p1/ct.nii.gz", "p2/ct.nii.gz", "p3/b/x.nii", "p3/b/y.nii"], claims)
    assert made["reported"].to_list() == [False, True, True, True]
    assert made["study"].to_list()[1:] == ["R2", "R3", "R3"]


def test_paths_from_the_root_of_the_disk_are_understood(tmp_path):
    path = nifti(tmp_path / "p1/ct.nii.gz")
    assert by_study(made(table(tmp_path, [("R1", str(path))]))) == {"R1": ["p1/ct.nii.gz"]}


def test_without_a_column_of_volumes_the_id_names_them(tmp_path):
    nifti(tmp_path / "R1.nii.gz")
    assert by_study(made(table(tmp_path, [("R1", "")]), volume="")) == {"R1": ["R1.nii.gz"]}


def test_a_table_elsewhere_and_terms_as_given(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (folder / "reports.csv").rename(other / "ours.csv")
    with pytest.raises(SourceError, match="0 tables of reports here"):
        made(folder).shards("reports")
    source = made(folder, table=str(other / "ours.csv"), text_may_leave="verbatim")
    assert read_all(source).frame.height == 4 and source.terms.text_may_leave == "verbatim"
    assert made(folder).terms.text_may_leave == "no" and not made(folder).terms.ids_may_leave


def test_settings_that_do_not_fit_name_this_source():
    with pytest.raises(UsageError, match=r"^ct-folder\.text: no section is called nose"):
        made("x", text=("nose=a", "findings=b"))
    with pytest.raises(SourceError, match="no such folder"):
        made("/nowhere").shards("volumes")


def test_rows_have_the_columns_of_every_volume(folder):
    assert read_all(made(folder), "volumes").frame.columns == list(Volume.columns())


@pytest.mark.real
def test_a_real_ct_written_as_dicom_is_the_same_ct(samples, tmp_path):
    image = nib.load(samples / "totalsegmentator_ct" / "example_ct_sm.nii.gz")
    values = np.asarray(image.dataobj)
    write_series(tmp_path / "s", values, image.affine)
    source = made(table(tmp_path, [("R1", "s")]))
    read = source.voxels(by_study(source)["R1"][0])
    assert np.allclose(read.affine, image.affine, atol=1e-2) and np.array_equal(read.values, values)


@pytest.mark.real
def test_real_radiographs_are_no_volumes(samples, tmp_path):
    (tmp_path / "s").symlink_to(samples / "dicom" / "dicom_cxr" / "data_store" / "data")
    source = made(table(tmp_path, [("R1", "s")]))
    paths = by_study(source)["R1"]
    for path in paths:
        with pytest.raises(VolumeError) as caught:
            source.voxels(path)
        assert caught.value.reason in (
            "two_dimensional",
            "colour_image",
            "no_orientation",
            "several_frames",
            "repeated_slice",
        )


def test_reading_dicom_leaves_the_locale_of_the_process_alone(folder):
    """GDCM set it to "C", and every file opened later without an encoding was read as ASCII."""
    before = locale.setlocale(locale.LC_ALL, "C.UTF-8"), locale.getpreferredencoding(False)
    source = made(folder, patient="person", split="fold")
    for path in read_all(source, "volumes").frame["path"]:
        source.voxels(path)
    assert (locale.setlocale(locale.LC_ALL), locale.getpreferredencoding(False)) == before


def test_files_that_hold_other_numbers_than_hu_may_name_their_intercept(tmp_path):
    """They were rejected without a way out: a folder has no table of slopes."""
    values = np.rint(chest(20.0)).astype(np.int16)
    nifti(tmp_path / "raw.nii.gz", values + 1024)
    nifti(tmp_path / "hu.nii.gz", values)
    source = made(table(tmp_path, [("R1", "raw"), ("R2", "hu")]), intercept=-1024.0)
    decided = {
        row["study"]: decide_scale(source.voxels(row["path"]).values, row["slope"], row["intercept"]).name
        for row in read_all(source, "volumes").frame.iter_rows(named=True)
    }
    assert decided == {"R1": "rescaled", "R2": "as_stored"}
