"""Tables of reports of any hospital: CSV, JSON lines and Parquet, whole and damaged. All sentences are our own."""

import gzip

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.sources import byte_ranges, parquet_rows
from builders.sources.place import Place
from builders.sources.reports_table import ReportsTable
from builders.sources.synthetic import Synthetic
from schemas.errors import SourceError, UsageError
from tests.builders.sources.reading import cut_out_verbatim, read_all, reasons

ENDS = ("csv", "csv.gz", "tsv", "jsonl", "jsonl.gz", "parquet")
ROWS = {
    "accession": ["A1", "A2", "A3"],
    "Findings_EN": ["Heart, lungs: \"normal\"\nand clear.", "Not given.", "Ein Ödem – mild."],
    "Impressions_EN": ["Normal.", "Small nodule; 4 mm.", None],
    "patient": ["P1", "P1", None],
    "day": ["2020-01-31", None, "20200201"],
    "fold": ["train", "valid", "test"],
    "picture": ["a/1.dcm;a/2.dcm", "b/1.png", None],
}  # fmt: skip
SETTINGS = {
    "id": "accession",
    "text": ("findings=Findings_EN", "impression=Impressions_EN"),
    "patient": "patient",
    "date": "day",
    "split": "fold",
    "image": "picture",
    "blank": ("Not given.",),
}


def write(frame, path):
    """Write a table in the format that the file's name says."""
    end = path.name.partition(".")[2].removesuffix(".gz")
    if end == "parquet":
        frame.write_parquet(path, row_group_size=700)
        return path
    text = frame.write_ndjson() if end == "jsonl" else frame.write_csv(separator="\t" if end == "tsv" else ",")
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("end", ENDS)
def test_columns_become_sections_and_the_rest_is_kept(tmp_path, end):
    path = write(pl.DataFrame(ROWS), tmp_path / f"reports.{end}")
    kept = read_all(ReportsTable(location=str(path), **SETTINGS))
    assert kept.rejected.height == 0
    assert kept.frame["id"].to_list() == ["A1", "A2", "A3"]
    assert kept.frame["patient"].to_list() == ["P1", "P1", None]
    assert [str(day) for day in kept.frame["date"]] == ["2020-01-31", "None", "2020-02-01"]
    assert kept.frame["split"].to_list() == ["train", "validation", "test"]
    named = kept.frame.select(pl.col("sections").list.eval(pl.element().struct["name"])).to_series().to_list()
    assert named == [["findings", "impression"], ["impression"], ["findings"]]
    assert cut_out_verbatim(kept.frame)
    assert kept.frame["text"][0].startswith('FINDINGS: Heart, lungs: "normal"\nand clear.')


@pytest.mark.parametrize("end", ENDS)
def test_images_are_named_by_a_column(tmp_path, end):
    path = write(pl.DataFrame(ROWS), tmp_path / f"reports.{end}")
    images = read_all(ReportsTable(location=str(path), **SETTINGS), "images").frame
    assert images.select("path", "study").rows() == [("a/1.dcm", "A1"), ("a/2.dcm", "A1"), ("b/1.png", "A2")]
    assert images["id"].is_unique().all() and images["id"].str.contains(r"^A\d/[0-9a-f]{10}$").all()
    assert list(ReportsTable(location=str(path), id="accession", text=("Findings_EN",)).shards("images")) == []


@pytest.mark.parametrize("end", ENDS)
def test_a_table_of_many_ranges_gives_every_row_once(tmp_path, end, monkeypatch):
    monkeypatch.setattr(byte_ranges, "RANGE_BYTES", 50_000)
    monkeypatch.setattr(parquet_rows, "ROWS", 300)
    synthetic = read_all(Synthetic(location="1000")).frame
    table = synthetic.select("id", "patient", "text", date=pl.col("date").cast(pl.String), split="split")
    path = write(table, tmp_path / f"reports.{end}")
    source = ReportsTable(location=str(path), patient="patient", date="date", split="split")
    assert len(source.shards("reports")) >= 4
    read = read_all(source).frame
    assert read.drop("path", "sections").equals(synthetic.drop("path", "sections"))
    assert cut_out_verbatim(read)


def test_whole_reports_are_cut_at_their_headings(tmp_path):
    table = pl.DataFrame(
        {"id": ["1", "2"], "report": ["Findings: Clear.\n\nImpression: Well.", "The lungs are clear."]}
    )
    read = read_all(ReportsTable(location=str(write(table, tmp_path / "a.csv")), text=("report",))).frame
    assert read["text"].to_list() == table["report"].to_list()
    names = read.select(pl.col("sections").list.eval(pl.element().struct["name"])).to_series().to_list()
    assert names == [["findings", "impression"], ["findings"]]


def test_one_column_named_as_a_section_is_that_section(tmp_path):
    path = write(pl.DataFrame({"id": ["1"], "Impression": ["Well."]}), tmp_path / "a.csv")
    read = read_all(ReportsTable(location=str(path), text=("Impression",))).frame
    assert read["sections"][0][0]["name"] == "impression"


def test_a_folder_of_files_of_one_kind_is_one_table(tmp_path):
    for number in range(3):
        write(pl.DataFrame({"id": [str(number)], "text": ["Clear."]}), tmp_path / f"part-{number}.csv")
    assert read_all(ReportsTable(location=str(tmp_path))).frame["id"].to_list() == ["0", "1", "2"]
    write(pl.DataFrame({"id": ["9"], "text": ["Clear."]}), tmp_path / "other.parquet")
    with pytest.raises(SourceError, match=r"several kinds \(csv, parquet\)"):
        ReportsTable(location=str(tmp_path)).shards("reports")


def test_numbers_as_ids_are_ids(tmp_path):
    for end in ("csv", "jsonl", "parquet"):
        path = write(pl.DataFrame({"id": [7, 12], "text": ["Clear.", "Clear."]}), tmp_path / f"a.{end}")
        assert read_all(ReportsTable(location=str(path))).frame["id"].to_list() == ["7", "12"]


def test_a_table_cut_by_semicolons_is_read(tmp_path):
    (tmp_path / "a.csv").write_text("id;text\n1;Clear, as before.\n")
    assert read_all(ReportsTable(location=str(tmp_path / "a.csv"))).frame["text"].to_list() == ["Clear, as before."]


def test_bad_rows_are_rejected_with_their_reason_and_the_others_pass(tmp_path):
    (tmp_path / "a.csv").write_bytes(
        b"id,text,day,fold\n1,Clear.,2020-01-01,train\n,No id.,,\n1,Twice.,,\n2,Caf\xe9,,\n3,  ,,\n4,Old.,31.12.,\n"
        b"5,Folded.,,fold9\n6,Fine.,,\n"
    )
    kept = read_all(ReportsTable(location=str(tmp_path / "a.csv"), date="day", split="fold"))
    assert kept.frame["id"].to_list() == ["1", "6"]
    told = reasons(kept)
    assert {told[name] for name in ("2", "3", "4", "5")} == {"not_utf8", "empty_report", "bad_date", "unknown_split"}
    assert sorted(told.values()).count("missing_id") == 1 and told["1"] == "duplicate_id"
    assert not any(word in kept.rejected.write_csv() for word in ("No id", "Twice", "Caf", "Old", "Folded"))


def test_dates_of_other_countries_need_a_format(tmp_path):
    path = write(pl.DataFrame({"id": ["1"], "text": ["Clear."], "day": ["31.12.2019"]}), tmp_path / "a.csv")
    source = ReportsTable(location=str(path), date="day", date_format="%d.%m.%Y")
    assert str(read_all(source).frame["date"][0]) == "2019-12-31"


def test_lines_that_are_no_json_are_rejected(tmp_path):
    (tmp_path / "a.jsonl").write_text(
        '{"id": 1, "text": "Clear."}\n{"id": 2, "text"\n\n[3]\n{"text": "Clear.", "id": "4"}\n'
    )
    kept = read_all(ReportsTable(location=str(tmp_path / "a.jsonl")))
    assert kept.frame["id"].to_list() == ["1", "4"]
    assert kept.rejected["reason"].to_list() == ["bad_json", "bad_json"]


@pytest.mark.parametrize("end", ENDS)
def test_wrong_columns_are_named(tmp_path, end):
    path = write(pl.DataFrame({"key": ["1"], "text": ["Clear."]}), tmp_path / f"a.{end}")
    with pytest.raises(SourceError, match=rf"a\.{end}: missing column id; expected columns id, text, found key, text"):
        ReportsTable(location=str(path)).shards("reports")


@pytest.mark.parametrize("end", ["csv.gz", "jsonl.gz", "parquet"])
def test_a_file_that_is_cut_off_says_so(tmp_path, end):
    table = pl.DataFrame({"id": [str(number) for number in range(3000)]}).with_columns(
        text=pl.col("id").hash().cast(pl.String)
    )
    path = write(table, tmp_path / f"a.{end}")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SourceError, match=rf"a\.{end}: .*cut off"):
        read_all(ReportsTable(location=str(path)))


@pytest.mark.parametrize("name", ["a.xlsx", "missing.csv"])
def test_what_is_no_table_is_refused(tmp_path, name):
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(SourceError, match=r"no such file or folder|expected a file that ends in"):
        ReportsTable(location=str(tmp_path / name)).shards("reports")


def test_an_empty_name_of_a_column_is_refused():
    with pytest.raises(UsageError, match="name of a column"):
        ReportsTable(location="a.csv", id="")


def test_the_text_stays_unless_the_user_says_otherwise():
    assert ReportsTable(location="a.csv").terms.text_may_leave == "no"
    assert ReportsTable(location="a.csv", text_may_leave="adapted").terms.text_may_leave == "adapted"


def test_a_change_in_one_range_leaves_the_identity_of_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(byte_ranges, "RANGE_BYTES", 20_000)
    table = pl.DataFrame({"id": [f"{number:05d}" for number in range(5000)], "text": ["The lungs are clear."] * 5000})
    path = write(table, tmp_path / "a.csv")
    before = ReportsTable(location=str(path)).shards("reports")
    path.write_text(path.read_text().replace("04999,The lungs", "04999,THE LUNGS"))
    after = ReportsTable(location=str(path)).shards("reports")
    assert len(before) > 3 and before[:-1] == after[:-1] and before[-1] != after[-1]


@pytest.mark.parametrize("end", ENDS)
def test_an_id_that_an_earlier_range_has_is_rejected(tmp_path, end, monkeypatch):
    monkeypatch.setattr(byte_ranges, "RANGE_BYTES", 20_000)
    monkeypatch.setattr(parquet_rows, "ROWS", 300)
    ids = [f"{number:04d}" for number in range(2000)]
    ids[1500], ids[1501], ids[1999] = "0003", " 0003 ", "1200"
    table = pl.DataFrame({"id": ids, "text": [f"Lungs clear, number {number}." for number in range(2000)]})
    source = ReportsTable(location=str(write(table, tmp_path / f"reports.{end}")))
    assert len(source.shards("reports")) > 3
    alone = ReportsTable(location=source.location)  # as on a worker that was handed nothing but the settings
    kept = read_all(alone)
    assert kept.frame["id"].is_unique().all() and kept.frame.height == 1997
    assert kept.frame.filter(pl.col("id") == "0003")["text"].item().endswith("number 3.")
    assert kept.rejected.sort("id").select("id", "reason").rows() == [
        ("0003", "duplicate_id"),
        ("0003", "duplicate_id"),
        ("1200", "duplicate_id"),
    ]
    write(table.with_columns(id=pl.Series([*ids[:1999], "1999"])), tmp_path / f"reports.{end}")
    less = ReportsTable(location=source.location).shards("reports")
    assert less[-1].identity != source.shards("reports")[-1].identity


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), min_size=1, max_size=30), st.integers(20, 200))
def test_ranges_hold_whole_records_and_lose_no_byte(tmp_path_factory, rows, size):
    folder = tmp_path_factory.mktemp("ranges")
    text = pl.DataFrame(rows, schema=["a", "b"], orient="row").write_csv(quote_style="always")
    (folder / "a.csv").write_text(text, newline="")
    place = Place(str(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_ranges, "RANGE_BYTES", size)
        parts = list(byte_ranges.byte_ranges(place, "a.csv", quoted=True))
    assert [part.start for part in parts] == [0, *(part.end for part in parts[:-1])]
    whole = b"".join(byte_ranges.read_range(place, "a.csv", part.start, part.end) for part in parts)
    assert whole == text.encode()
    assert all(whole[part.start : part.end].count(b'"') % 2 == 0 for part in parts)
