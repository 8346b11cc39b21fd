"""Open-i from CSV and from XML, on made-up reports in the shape of the collection, and on the real files."""

import gzip
from html import escape

import polars as pl
import pytest

from builders.sources.openi import LABELS, Openi
from schemas.errors import SourceError
from tests.builders.sources.reading import cut_out_verbatim, read_all, reasons

ROWS = [
    ("1", "Chest PA and Lateral", "Cough, XXXX fever", "None.", "Clear lungs. Heart size is normal.", "No disease."),
    ("2", "Chest AP", "Pain & fall", "", "A rib fracture on the left.", "Left rib fracture < 1 XXXX old."),
    ("7", "Chest", "", "", "", "Small effusion."),
    ("512", "Chest", "", "Prior film", "Nodule in the right lung.", ""),
    ("513", "Chest", "", "", "", ""),
]  # fmt: skip
COLUMNS = ("uid", "image", "indication", "comparison", "findings", "impression")
IMAGES = [
    ("1", "1_IM-0001-4001.dcm.png", "Frontal"),
    ("1", "1_IM-0001-3001.dcm.png", "Lateral"),
    ("2", "2_IM-0652-1001.dcm.png", "Frontal"),
    ("512", "512_IM-2132-1001.dcm.png", "Frontal"),
]


def write_csv_form(folder, rows=ROWS, columns=COLUMNS, packed=False, images=IMAGES):
    text = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row").write_csv()
    if packed:
        (folder / "indiana_reports.csv.gz").write_bytes(gzip.compress(text.encode()))
    else:
        (folder / "indiana_reports.csv").write_text(text)
    schema = dict.fromkeys(("uid", "filename", "projection"), pl.String)
    pl.DataFrame(images, schema=schema, orient="row").write_csv(folder / "indiana_projections.csv")
    return Openi(location=str(folder))


def xml_of(uid, sections, images=()):
    """One file in the shape of `ecgen-radiology`, index terms included."""
    texts = "".join(
        f'<AbstractText Label="{name.upper()}">{escape(body)}</AbstractText>' for name, body in sections.items()
    )
    figures = "".join(
        f'<parentImage id="{image}"><figureId>F1</figureId><caption>Chest</caption></parentImage>' for image in images
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<eCitation><uId id="CXR{uid}"/><MedlineCitation Status="supplied">'
        f"<Article><Abstract>{texts}</Abstract></Article></MedlineCitation>"
        f"<MeSH><major>normal</major></MeSH>{figures}</eCitation>\n"
    )


def write_xml_form(folder):
    home = folder / "ecgen-radiology"
    home.mkdir()
    for uid, _, indication, comparison, findings, impression in ROWS:
        told = {"comparison": comparison, "indication": indication, "findings": findings, "impression": impression}
        double = f"CXR{uid}_{uid}" if uid == "1" else f"CXR{uid}"
        images = [f"{double}{name.removesuffix('.dcm.png')[len(uid) :]}" for one, name, _ in IMAGES if one == uid]
        (home / f"{uid}.xml").write_text(xml_of(uid, told, images))
    return Openi(location=str(folder))


def test_reports_have_ids_sections_and_a_text_that_holds_them(tmp_path):
    kept = read_all(write_csv_form(tmp_path))
    assert kept.frame["id"].to_list() == ["CXR1", "CXR2", "CXR7", "CXR512"]
    assert reasons(kept) == {"CXR513": "empty_report"}
    assert cut_out_verbatim(kept.frame)
    assert kept.frame["text"][0].startswith("COMPARISON: None.\n\nINDICATION: Cough")
    assert kept.frame["sections"][2].to_list() == [{"name": "impression", "start": 12, "text": "Small effusion."}]
    assert kept.frame.select(pl.col("patient", "date", "split").null_count().sum()).row(0) == (4, 4, 4)


def test_packed_reports_are_read_as_well(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    plain = read_all(write_csv_form(tmp_path / "a")).frame.drop("path")
    assert read_all(write_csv_form(tmp_path / "b", packed=True)).frame.drop("path").equals(plain)


def test_the_xml_files_give_the_same_reports_and_images(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    csv, xml = write_csv_form(tmp_path / "a"), write_xml_form(tmp_path / "b")
    assert read_all(xml).frame.drop("path").equals(read_all(csv).frame.drop("path"))
    assert reasons(read_all(xml)) == reasons(read_all(csv))
    ids = [set(read_all(form, "images").frame.select("id", "study").iter_rows()) for form in (csv, xml)]
    assert ids[0] == ids[1] and len(ids[0]) == len(IMAGES)


def test_a_damaged_xml_file_is_one_rejected_report(tmp_path):
    source = write_xml_form(tmp_path)
    (tmp_path / "ecgen-radiology" / "2.xml").write_text("<eCitation><uId id=")
    kept = read_all(source)
    assert reasons(kept) == {"CXR2": "bad_xml", "CXR513": "empty_report"}
    assert "2.xml" in kept.rejected.filter(id="CXR2")["detail"][0]
    assert read_all(source, "images").frame.height == 3


@pytest.mark.parametrize("form", ["present", "blank", "shuffled"])
def test_index_terms_change_nothing(tmp_path, form):
    terms = {"present": ["normal", "Rib/fracture", "Effusion", "Nodule", "x"], "blank": [""] * 5}
    terms["shuffled"] = terms["present"][::-1]
    rows = [(*row, term, term) for row, term in zip(ROWS, terms[form], strict=True)]
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    source = write_csv_form(tmp_path / "with", rows, (*COLUMNS, "MeSH", "Problems"))
    without = write_csv_form(tmp_path / "without")
    for table in ("reports", "images"):
        assert read_all(source, table).frame.equals(read_all(without, table).frame)


def test_images_have_the_view_of_the_projection(tmp_path):
    images = read_all(write_csv_form(tmp_path), "images").frame
    assert images.row(0) == ("1_IM-0001-4001", "CXR1", "frontal", "1_IM-0001-4001.dcm.png")
    assert images["view"].to_list() == ["frontal", "lateral", "frontal", "frontal"]


def test_without_projections_there_are_no_images(tmp_path):
    source = write_csv_form(tmp_path)
    (tmp_path / "indiana_projections.csv").unlink()
    assert list(source.shards("images")) == [] and read_all(source).frame.height == 4


def test_a_folder_whose_name_looks_like_a_pattern_is_a_folder(tmp_path):
    home = tmp_path / "chest [2020] *"
    home.mkdir()
    assert read_all(write_xml_form(home)).frame.height == 4
    (home / "labels_dev.csv").write_text("filename\nCXR1\n")
    assert [shard.name for shard in Openi(location=str(home)).shards("labels")] == ["labels_dev.csv"]


def test_labels_of_people_become_rows(tmp_path):
    source = write_csv_form(tmp_path)
    assert list(source.shards("labels")) == []
    header = ",".join(["filename", *LABELS, "normal"])
    (tmp_path / "labels_dev.csv").write_text(
        f"{header}\nCXR1,{','.join('0' * 13)},1\nCXR2,1,{','.join('0' * 12)},0\nCXR2,1,{','.join('0' * 12)},0\n"
        f"CXR7,?,{','.join('0' * 12)},0\n"
    )
    kept = read_all(source, "labels")
    assert kept.frame.height == 2 * 13
    assert kept.frame.filter(state="present").rows() == [("CXR2", "openi13", "Atelectasis", "present", "people")]
    assert sorted(kept.rejected["reason"]) == ["bad_label", "duplicate_id"]


def test_a_changed_file_changes_the_identity_and_a_moved_one_does_not(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    first, moved = write_csv_form(tmp_path / "a"), write_csv_form(tmp_path / "b")
    changed = write_csv_form(tmp_path / "c", [*ROWS[:4], ("513", "", "", "", "", "Clear.")])
    assert first.shards("reports") == moved.shards("reports")
    assert first.shards("reports") != changed.shards("reports")
    assert [shard.name for shard in first.shards("reports")] == ["0000-0499", "0500-0999"]


def test_a_repeated_uid_is_rejected_and_the_first_kept(tmp_path):
    again = ("1", "Chest", "", "", "Other words.", "")
    kept = read_all(write_csv_form(tmp_path, [*ROWS, again]))
    assert reasons(kept)["CXR1"] == "duplicate_id"
    assert "Other words." not in "".join(kept.frame["text"])


def test_a_uid_that_is_no_number_rejects_its_row(tmp_path):
    kept = read_all(
        write_csv_form(tmp_path, [*ROWS, ("x9", "", "", "", "Lost words.", ""), (None, "", "", "", "More.", "")])
    )
    assert kept.frame.height == 4
    assert {name: reason for name, reason in reasons(kept).items() if name != "CXR513"} == {
        "CXRx9": "missing_id",
        "CXR": "missing_id",
    }


def test_bytes_that_are_not_utf8_reject_their_row_alone(tmp_path):
    source = write_csv_form(tmp_path)
    path = tmp_path / "indiana_reports.csv"
    path.write_bytes(path.read_bytes().replace(b"Small effusion.", b"Small \xe9ffusion."))
    kept = read_all(source)
    assert reasons(kept) == {"CXR7": "not_utf8", "CXR513": "empty_report"}
    assert kept.frame.height == 3


def test_rejected_rows_never_hold_words_of_a_report(tmp_path):
    source = write_csv_form(tmp_path, [*ROWS, ("7", "", "", "", "", "Secret words.")])
    assert "Secret" not in read_all(source).rejected.write_csv()


def test_wrong_columns_are_named(tmp_path):
    source = write_csv_form(tmp_path, [row[:4] for row in ROWS], COLUMNS[:4])
    with pytest.raises(SourceError, match=r"indiana_reports\.csv: missing column findings, impression.* found uid"):
        read_all(source)


def test_a_folder_without_the_collection_says_what_it_expects(tmp_path):
    with pytest.raises(SourceError, match=r"expected indiana_reports\.csv.* ecgen-radiology"):
        Openi(location=str(tmp_path)).shards("reports")


@pytest.mark.real
def test_the_real_collection(samples):
    source = Openi(location=str(samples / "openi"))
    kept = read_all(source)
    assert kept.frame.height + kept.rejected.height == 3851
    assert set(reasons(kept).values()) == {"empty_report"}
    assert cut_out_verbatim(kept.frame)
    images = read_all(source, "images")
    assert (images.frame.height, images.rejected.height) == (7466, 0)
    labels = read_all(source, "labels").frame
    assert labels["study"].n_unique() == 3080
    assert set(labels["label"]) == set(LABELS)


def test_a_row_that_is_no_csv_is_rejected_by_its_line(tmp_path):
    source = write_csv_form(tmp_path)
    with (tmp_path / "indiana_reports.csv").open("a") as file:
        file.write('900,Chest,,,Tip 5" from carina.,\n901,Chest,,,"Tip 5" from carina.,\n902,a,b,c,d,e,f,g\n')
    with (tmp_path / "indiana_projections.csv").open("a") as file:
        file.write("1,a.png,Frontal,more\n")
    kept = read_all(Openi(location=source.location))
    assert "CXR900" in kept.frame["id"].to_list()
    told = {name: why for name, why in reasons(kept).items() if why == "bad_row"}
    assert told == {"indiana_reports.csv#8": "bad_row", "indiana_reports.csv#9": "bad_row"}
    images = read_all(Openi(location=source.location), "images")
    assert images.frame.height == len(IMAGES) and set(images.rejected["reason"]) == {"bad_row"}


def test_a_negative_report_number_is_rejected(tmp_path):
    kept = read_all(write_csv_form(tmp_path, [*ROWS, ("-5", "", "", "", "Clear.", "")]))
    assert reasons(kept)["CXR-5"] == "missing_id"


def test_labels_without_a_column_of_labels_are_one_line(tmp_path):
    source = write_csv_form(tmp_path)
    (tmp_path / "labels.csv").write_text("filename,Other\nCXR1,1\n")
    with pytest.raises(SourceError, match=r"labels\.csv: no column of labels here; expected filename and some of Atel"):
        read_all(source, "labels")


def test_reports_without_rows_are_an_error(tmp_path):
    write_csv_form(tmp_path, [])
    with pytest.raises(SourceError, match=r"indiana_reports\.csv: no rows here"):
        Openi(location=str(tmp_path)).shards("reports")


def test_an_xml_file_that_may_not_be_read_rejects_that_report(tmp_path):
    write_xml_form(tmp_path)
    (tmp_path / "ecgen-radiology" / "2.xml").unlink()
    (tmp_path / "ecgen-radiology" / "2.xml").mkdir()
    kept = read_all(Openi(location=str(tmp_path)))
    assert reasons(kept)["CXR2"] == "unreadable_report" and "CXR1" in kept.frame["id"].to_list()
