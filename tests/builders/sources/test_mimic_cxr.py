"""MIMIC-CXR as PhysioNet lays it out, on synthetic copies of the layout, whole and damaged."""

import gzip
import shutil
import zipfile

import polars as pl
import pytest

from builders.sources.grammar.tree import write_tree
from builders.sources.mimic_cxr import MimicCxr
from builders.sources.patient_shards import prefixes
from builders.sources.synthetic import Synthetic
from schemas.errors import SourceError
from tests.builders.sources.reading import as_nobody, cut_out_verbatim, read_all, reasons

N = 60


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """One copy with the zip, one with the tree of files; not to be changed."""
    home = tmp_path_factory.mktemp("mimic")
    for form in ("zip", "files"):
        write_tree(home / form, N, reports=form)
    return home


@pytest.fixture(params=["zip", "files"])
def tree(request, trees, tmp_path):
    """A copy of each form that a test may damage."""
    shutil.copytree(trees / request.param, tmp_path / "mimic")
    return tmp_path / "mimic"


def edit(path, change):
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()).decode()).encode()))


def first_study(tree):
    with gzip.open(tree / "cxr-study-list.csv.gz", "rt") as lines:
        return lines.readlines()[1].strip().split(",")


def replace_report(tree, path, raw):
    """Put other bytes in the place of a report; None takes it out."""
    archive = tree / "mimic-cxr-reports.zip"
    if not archive.exists():
        (tree / path).unlink()
        if raw is not None:
            (tree / path).write_bytes(raw)
        return
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    members.pop(path)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as new:
        for name, body in {**members, **({path: raw} if raw is not None else {})}.items():
            new.writestr(name, body)


@pytest.mark.parametrize("form", ["zip", "files"])
@pytest.mark.parametrize("table", ["reports", "images", "labels"])
def test_what_was_written_is_what_is_read(trees, form, table):
    synthetic = read_all(Synthetic(location=str(N)), table)
    read = read_all(MimicCxr(location=str(trees / form), most_per_shard=20), table)
    keys = [name for name in ("id", "study", "label") if name in read.frame.columns]
    expected = synthetic.frame.sort(keys).drop("origin", strict=False)
    assert read.frame.sort(keys).drop("origin", strict=False).equals(expected)
    assert read.rejected.height == 0


def test_sections_are_cut_out_verbatim(trees):
    assert cut_out_verbatim(read_all(MimicCxr(location=str(trees / "zip"))).frame)


def test_labels_say_who_made_them(trees):
    labels = read_all(MimicCxr(location=str(trees / "zip")), "labels").frame
    assert set(labels["origin"]) == {"CheXpert labeler, MIMIC-CXR-JPG 2.0.0"}
    assert {"present", "absent", "uncertain", "not_mentioned"} == set(labels["state"])


def test_shards_hold_whole_patients_and_few_enough_studies(trees):
    source = MimicCxr(location=str(trees / "files"), most_per_shard=20)
    pieces = [source.read("reports", shard.name).frame for shard in source.shards("reports")]
    assert max(piece.height for piece in pieces) <= 20 and len(pieces) > 1
    patients = [set(piece["patient"]) for piece in pieces]
    assert sum(map(len, patients)) == len(set().union(*patients))


def test_a_new_study_changes_its_own_shard_alone(tree):
    source = MimicCxr(location=str(tree), most_per_shard=20)
    before = {shard.name: shard.identity for shard in source.shards("reports")}
    subject, _, path = first_study(tree)
    replace_report(tree, path, b" FINAL REPORT\n FINDINGS:  Another report.\n")
    after = {shard.name: shard.identity for shard in source.shards("reports")}
    changed = {name for name in before if before[name] != after[name]}
    assert len(changed) == 1 and f"p{subject}".startswith(changed.pop())


def test_all_of_mimic_comes_to_a_hundred_shards():
    ids = pl.Series([f"p{10_000_000 + place * 10_000_000 // 227_835}" for place in range(227_835)])
    assert len(prefixes(ids, 3000)) == 100


def test_a_patient_with_more_studies_than_a_shard_holds_stays_whole():
    assert prefixes(pl.Series(["p10000001"] * 9 + ["p10000002"]), 5) == [("p10000001", 9), ("p10000002", 1)]


def test_without_the_lists_the_reports_that_are_there_are_read(tree):
    whole = read_all(MimicCxr(location=str(tree))).frame
    for path in tree.glob("*.csv.gz"):
        path.unlink()
    bare = MimicCxr(location=str(tree))
    assert read_all(bare).frame.sort("id").drop("date", "split").equals(whole.sort("id").drop("date", "split"))
    assert [list(bare.shards(table)) for table in ("images", "labels")] == [[], []]


def test_the_tables_of_jpg_may_lie_in_a_second_folder(tree, tmp_path):
    whole = [read_all(MimicCxr(location=str(tree)), table).frame for table in ("reports", "images", "labels")]
    jpg = tmp_path / "jpg"
    (jpg / "files" / "p10").mkdir(parents=True)
    for path in tree.glob("mimic-cxr-2.0.0-*"):
        path.rename(jpg / path.name)
    for location in (f"{tree},{jpg}", f"{jpg},{tree}"):
        source = MimicCxr(location=location)
        assert [read_all(source, table).frame.equals(frame) for table, frame in zip(source.tables, whole, strict=True)]


def test_a_download_by_wget_is_found_from_above(tree, tmp_path):
    below = tmp_path / "data" / "physionet.org" / "files" / "mimic-cxr"
    below.mkdir(parents=True)
    shutil.copytree(tree, below / "2.1.0")
    assert read_all(MimicCxr(location=str(tmp_path / "data"))).frame.height == N


def test_tables_of_the_later_release_have_their_own_names(tree):
    for path in tree.glob("mimic-cxr-2.0.0-*"):
        path.rename(tree / path.name.replace("2.0.0", "2.1.0"))
    labels = read_all(MimicCxr(location=str(tree)), "labels").frame
    assert set(labels["origin"]) == {"CheXpert labeler, MIMIC-CXR-JPG 2.1.0"}


def test_a_report_that_is_not_utf8_is_rejected_and_the_others_pass(tree):
    _, study, path = first_study(tree)
    replace_report(tree, path, b" FINDINGS:  caf\xe9\n")
    kept = read_all(MimicCxr(location=str(tree)))
    assert reasons(kept) == {f"s{study}": "not_utf8"}
    assert kept.rejected["detail"][0].startswith(path) and "caf" not in kept.rejected["detail"][0]
    assert kept.frame.height == N - 1


@pytest.mark.parametrize(
    ("raw", "reason"), [(b"  \n \n", "empty_report"), (b"", "empty_report"), (None, "missing_report")]
)
def test_an_empty_or_missing_report_is_rejected(tree, raw, reason):
    _, study, path = first_study(tree)
    replace_report(tree, path, raw)
    kept = read_all(MimicCxr(location=str(tree)))
    assert reasons(kept) == {f"s{study}": reason}


def test_a_study_listed_twice_is_read_once(tree):
    subject, study, path = first_study(tree)
    edit(tree / "cxr-study-list.csv.gz", lambda text: f"{text}{subject},{study},{path}\n")
    kept = read_all(MimicCxr(location=str(tree)))
    assert reasons(kept) == {f"s{study}": "duplicate_id"}
    assert kept.frame.height == N


def test_a_study_listed_under_two_patients_is_read_once(tree):
    _, study, path = first_study(tree)
    edit(tree / "cxr-study-list.csv.gz", lambda text: f"{text}19999999,{study},{path}\n")
    kept = read_all(MimicCxr(location=str(tree), most_per_shard=10))
    assert reasons(kept) == {f"s{study}": "duplicate_id"}


def test_a_row_of_the_list_without_ids_is_rejected(tree):
    edit(tree / "cxr-study-list.csv.gz", lambda text: f"{text}10000032,,files/x.txt\n,12,files/y.txt\n")
    kept = read_all(MimicCxr(location=str(tree), most_per_shard=20))
    assert sorted(reasons(kept).items()) == [("s", "missing_id"), ("s12", "missing_id")]
    assert kept.frame.height == N


def test_a_split_that_names_unknown_studies_is_used_for_the_others(tree):
    before = read_all(MimicCxr(location=str(tree))).frame
    edit(tree / "mimic-cxr-2.0.0-split.csv.gz", lambda text: f"{text}x-y,59999999,19999999,train\n")
    source = MimicCxr(location=str(tree))
    assert read_all(source).frame.equals(before)
    (note,) = source.notes()
    assert "split.csv.gz: names 1 study that the study list does not have, first s59999999" in note


def test_a_study_without_a_split_has_that_of_its_patient(tree):
    before = read_all(MimicCxr(location=str(tree))).frame
    counts = before.group_by("patient").len().filter(pl.col("len") > 1)
    study = before.join(counts, on="patient", how="semi").sort("id")["id"][0]
    edit(
        tree / "mimic-cxr-2.0.0-split.csv.gz",
        lambda text: "".join(line for line in text.splitlines(True) if f",{study[1:]}," not in line),
    )
    assert read_all(MimicCxr(location=str(tree))).frame.sort("id").equals(before.sort("id"))


def test_a_zip_that_is_cut_off_says_so(trees, tmp_path):
    shutil.copytree(trees / "zip", tmp_path / "cut")
    archive = tmp_path / "cut" / "mimic-cxr-reports.zip"
    archive.write_bytes(archive.read_bytes()[:-3000])
    with pytest.raises(
        SourceError, match=r"mimic-cxr-reports\.zip: the zip file is cut off or damaged; download it again"
    ):
        MimicCxr(location=str(tmp_path / "cut")).shards("reports")


def test_a_damaged_member_is_one_rejected_report(trees, tmp_path):
    shutil.copytree(trees / "zip", tmp_path / "bad")
    archive = tmp_path / "bad" / "mimic-cxr-reports.zip"
    with zipfile.ZipFile(archive) as members:
        entry = members.infolist()[5]
    raw = bytearray(archive.read_bytes())
    place = entry.header_offset + 30 + len(entry.filename) + 20
    raw[place : place + 40] = bytes(40)
    archive.write_bytes(raw)
    kept = read_all(MimicCxr(location=str(tmp_path / "bad")))
    assert reasons(kept) == {entry.filename[-13:-4]: "truncated_member"}
    assert kept.frame.height == N - 1


@pytest.mark.parametrize(
    "name", ["cxr-study-list", "mimic-cxr-2.0.0-split", "mimic-cxr-2.0.0-metadata", "mimic-cxr-2.0.0-chexpert"]
)
def test_a_table_that_is_cut_off_says_so(tree, name):
    path = tree / f"{name}.csv.gz"
    path.write_bytes(path.read_bytes()[:-20])
    source = MimicCxr(location=str(tree))
    with pytest.raises(SourceError, match=f"{name}.csv.gz: the gzip file is cut off or damaged; download it again"):
        for table in ("reports", "labels"):
            read_all(source, table)


def test_wrong_columns_are_named(tree):
    edit(tree / "mimic-cxr-2.0.0-split.csv.gz", lambda text: text.replace("subject_id", "patient", 1))
    with pytest.raises(SourceError, match=r"split\.csv\.gz: missing column subject_id; expected .*found dicom_id"):
        read_all(MimicCxr(location=str(tree)))


def test_jpg_without_reports_says_what_is_missing(trees, tmp_path):
    (tmp_path / "jpg").mkdir()
    for path in (trees / "zip").glob("*.csv.gz"):
        shutil.copy(path, tmp_path / "jpg")
    with pytest.raises(SourceError, match=r"no reports here; expected mimic-cxr-reports\.zip .*not with MIMIC-CXR-JPG"):
        MimicCxr(location=str(tmp_path / "jpg")).shards("reports")


def test_a_report_without_permission_is_rejected(trees, tmp_path):
    shutil.copytree(trees / "files", tmp_path / "mimic")
    open_to_all(tmp_path)
    _, study, path = first_study(tmp_path / "mimic")
    (tmp_path / "mimic" / path).chmod(0)
    with as_nobody():
        kept = read_all(MimicCxr(location=str(tmp_path / "mimic")))
    assert reasons(kept) == {f"s{study}": "unreadable_report"}


def test_a_folder_or_file_without_permission_says_so(trees, tmp_path):
    shutil.copytree(trees / "zip", tmp_path / "mimic")
    open_to_all(tmp_path)
    archive = tmp_path / "mimic" / "mimic-cxr-reports.zip"
    archive.chmod(0)
    with as_nobody(), pytest.raises(SourceError, match=r"reports\.zip: no permission to read this file"):
        MimicCxr(location=str(tmp_path / "mimic")).shards("reports")
    (tmp_path / "mimic").chmod(0)
    with as_nobody(), pytest.raises(SourceError, match="no permission to read this folder"):
        MimicCxr(location=str(tmp_path / "mimic")).shards("reports")
    (tmp_path / "mimic").chmod(0o755)


def open_to_all(folder):
    """Let any user come through the folders above a test's own (pytest keeps them private)."""
    for parent in folder.parents:
        if any(part.startswith("pytest-") for part in parent.parts):
            parent.chmod(0o755)
    folder.chmod(0o755)


def test_a_copy_behind_a_url_is_read_like_one_on_disk(trees):
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for form in ("zip", "files"):
        memory.put(f"{trees / form}", f"/bucket/{form}", recursive=True)
        on_disk = read_all(MimicCxr(location=str(trees / form)))
        behind = read_all(MimicCxr(location=f"memory://bucket/{form}"))
        assert behind.frame.equals(on_disk.frame)
    memory.rm("/bucket", recursive=True)


def test_an_address_of_an_unknown_kind_says_so():
    with pytest.raises(SourceError, match="cannot be opened"):
        MimicCxr(location="nosuch://bucket/mimic").shards("reports")


def test_a_written_tree_is_the_same_every_time(trees, tmp_path):
    write_tree(tmp_path / "again", N)
    names = sorted(path.name for path in (trees / "zip").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    assert all((trees / "zip" / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in names)


def test_a_split_that_names_none_of_the_studies_says_so(tree):
    edit(tree / "mimic-cxr-2.0.0-split.csv.gz", lambda text: text.replace(",5", ",7").replace(",1", ",3"))
    source = MimicCxr(location=str(tree))
    assert read_all(source).frame["split"].null_count() == N
    names, without = source.notes()
    assert f"names {N} studies that the study list does not have" in names
    assert f"no split for {N} of {N} studies" in without and "drawn by patient" in without


def test_a_word_that_is_no_split_rejects_the_report(tree):
    edit(tree / "mimic-cxr-2.0.0-split.csv.gz", lambda text: text.replace(",test\n", ",holdout\n"))
    kept = read_all(MimicCxr(location=str(tree)))
    assert kept.rejected.height and set(kept.rejected["reason"]) == {"unknown_split"}
    assert kept.frame.height + kept.rejected.height == N
    assert "test" not in kept.frame["split"].to_list()


def test_reports_that_the_list_does_not_name_are_counted(tree):
    _, study, _ = first_study(tree)
    edit(
        tree / "cxr-study-list.csv.gz",
        lambda text: "".join(line for line in text.splitlines(True) if study not in line),
    )
    source = MimicCxr(location=str(tree))
    assert read_all(source).frame.height == N - 1
    assert any("does not name 1 report of" in note and study in note for note in source.notes())


def test_rows_of_a_table_that_are_no_csv_are_noted_and_the_others_count(tree):
    before = read_all(MimicCxr(location=str(tree))).frame
    edit(tree / "mimic-cxr-2.0.0-split.csv.gz", lambda text: text + "a,b,c,d,e,f\n")
    edit(tree / "cxr-study-list.csv.gz", lambda text: text + '10000000,"50000000,x\n')
    source = MimicCxr(location=str(tree))
    kept = read_all(source)
    assert kept.frame.equals(before)
    assert kept.rejected["reason"].to_list() == ["missing_id"] and "line 62: a stray" in kept.rejected["detail"].item()
    assert any("split.csv.gz: 1 row without a study or no CSV at all" in note for note in source.notes())


def test_of_two_members_of_one_study_the_listed_one_is_read(trees, tmp_path):
    shutil.copytree(trees / "zip", tmp_path / "mimic")
    path = first_study(tmp_path / "mimic")[2]
    with zipfile.ZipFile(tmp_path / "mimic" / "mimic-cxr-reports.zip", "a") as archive:
        archive.writestr(path.replace("files/", "old/"), " FINDINGS: Another text.")
    source = MimicCxr(location=str(tmp_path / "mimic"))
    assert read_all(source).frame.equals(read_all(MimicCxr(location=str(trees / "zip"))).frame)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_packed_in_another_way_is_not_called_cut_off(trees, tmp_path, method):
    shutil.copytree(trees / "zip", tmp_path / "mimic")
    archive = tmp_path / "mimic" / "mimic-cxr-reports.zip"
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(archive, "w", method) as new:
        for name, body in members.items():
            new.writestr(name, body)
    kept = read_all(MimicCxr(location=str(tmp_path / "mimic")))
    assert set(kept.rejected["reason"]) == {"unreadable_report"}
    assert f"packed by method {method}" in kept.rejected["detail"][0] and "cut off" not in kept.rejected["detail"][0]


def test_a_folder_under_the_name_of_a_report_rejects_that_report(trees, tmp_path):
    shutil.copytree(trees / "files", tmp_path / "mimic")
    _, study, path = first_study(tmp_path / "mimic")
    (tmp_path / "mimic" / path).unlink()
    (tmp_path / "mimic" / path).mkdir()
    assert reasons(read_all(MimicCxr(location=str(tmp_path / "mimic")))) == {f"s{study}": "unreadable_report"}


def test_a_study_list_without_rows_is_an_error(tree):
    edit(tree / "cxr-study-list.csv.gz", lambda text: text.splitlines(True)[0])
    with pytest.raises(SourceError, match=r"cxr-study-list\.csv\.gz: no rows here"):
        MimicCxr(location=str(tree)).shards("reports")
