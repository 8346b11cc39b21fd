"""`medmill annotate findings` on tables of our own making."""

import json
from pathlib import Path

import polars as pl
import pytest

from builders.cli import run

TEXTS = [
    "There is a small left pleural effusion.",
    "No pneumothorax. The lungs are clear.",
    None,
    "",
    "Right lower lobe consolidation, 14 mm nodule.",
]
COLUMNS = (
    *("section", "sentence", "start", "end", "text", "canonical", "type", "assertion", "certainty", "change"),
    *("laterality", "severity", "anatomy", "measurements"),
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    frame = pl.DataFrame({"study": ["007", "b", "c", "c", "007"], "report": TEXTS, "note": ["Heart normal."] * 5})
    frame.write_csv(tmp_path / "reports.csv")
    return tmp_path / "reports.csv"


def annotate(table: Path, out: str, *more: str, text: str = "report") -> int:
    wish = ["--input", str(table), "--id", "study", "--text", text, "--out", str(table.with_name(out))]
    return run(["annotate", "findings", *wish, *more])


def test_labels_give_one_row_per_row_in_order(table: Path) -> None:
    assert annotate(table, "labels.csv", "--labels", "openi13") == 0
    rows = pl.read_csv(table.with_name("labels.csv"), schema_overrides={"study": pl.String})
    assert rows["study"].to_list() == ["007", "b", "c", "c", "007"]
    assert rows["Effusion"].to_list() == [1, 0, 0, 0, 0]
    assert rows["Pneumothorax_state"].to_list() == ["not_mentioned", "absent", *["not_mentioned"] * 3]
    assert rows["Consolidation"].to_list() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("name", ["openi13", "ctrate18", "chexpert14"])
def test_empty_texts_mention_nothing(table: Path, name: str) -> None:
    assert annotate(table, "labels.parquet", "--labels", name) == 0
    empty = pl.read_parquet(table.with_name("labels.parquet"))[2:4].drop("study")
    for column in empty.columns:
        assert set(empty[column]) == {"not_mentioned" if column.endswith("_state") else 0}, column


@pytest.mark.parametrize("end", ["csv", "parquet", "jsonl.gz"])
def test_entities_have_their_columns_and_cut_out_their_words(table: Path, end: str) -> None:
    assert annotate(table, f"entities.{end}", text="report,note") == 0
    out = table.with_name(f"entities.{end}")
    rows = {"csv": pl.read_csv, "parquet": pl.read_parquet, "jsonl.gz": pl.read_ndjson}[end](out)
    assert set(rows.columns) >= {"study", *COLUMNS}
    assert set(rows["section"]) == {"report", "note"}
    for row in rows.filter(pl.col("section") == "report").iter_rows(named=True):
        assert (TEXTS[row["row"]] or "")[row["start"] : row["end"]] == row["text"]
    assert rows["row"].to_list() == sorted(rows["row"])


def test_lists_are_json_in_csv_and_lists_in_parquet(table: Path) -> None:
    annotate(table, "e.csv")
    annotate(table, "e.parquet")
    sizes = [json.loads(cell) for cell in pl.read_csv(table.with_name("e.csv"))["measurements"].drop_nulls()]
    assert [size["values"] for found in sizes for size in found] == [[14.0]]
    assert isinstance(pl.read_parquet(table.with_name("e.parquet")).schema["anatomy"], pl.List)


def test_batches_change_nothing(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    annotate(table, "whole.csv")
    monkeypatch.setattr("builders.commands.annotate.BATCH", 2)
    annotate(table, "pieces.csv")
    assert table.with_name("whole.csv").read_bytes() == table.with_name("pieces.csv").read_bytes()


def test_a_limit_reads_the_first_rows(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert annotate(table, "labels.csv", "--labels", "chexpert14", "--limit", "2", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows_in"], told["rows_out"]) == (2, 2)
    assert told["counts"]["Pleural Effusion"] == 1


def test_a_table_without_rows_gives_columns_without_rows(table: Path) -> None:
    table.write_text("study,report\n")
    assert annotate(table, "labels.csv", "--labels", "openi13") == 0
    assert annotate(table, "entities.csv") == 0
    assert table.with_name("labels.csv").read_text().startswith("study,Atelectasis,Atelectasis_state")
    assert "measurements" in table.with_name("entities.csv").read_text()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--input": "nowhere.csv"}, "nowhere.csv: no such file"),
        ({"--id": "patient"}, "no column patient; the columns are study, report, note"),
        ({"--text": "report,findings"}, "no column findings"),
        ({"--text": "report,report"}, "each once"),
        ({"--text": "study"}, "is a text column too"),
        ({"--out": "labels.xlsx"}, "cannot tell the format"),
        ({"--out": "nowhere/labels.csv"}, "no such folder"),
        ({"--out": "reports.csv"}, "is the input itself"),
        ({"--labels": "chexpert15"}, "chexpert14"),
    ],
)
def test_a_wrong_wish_is_one_line(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], change: dict[str, str], says: str
) -> None:
    monkeypatch.chdir(table.parent)
    wish = {"--input": "reports.csv", "--id": "study", "--text": "report", "--out": "out.csv"} | change
    assert run(["annotate", "findings", *(word for pair in wish.items() for word in pair)]) in (1, 2)
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert [path.name for path in table.parent.iterdir()] == ["reports.csv"]


def test_a_table_without_a_header_is_told_without_its_words(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("A1,Secret lungs are clear.\n")
    tokens = ["--input", str(tmp_path / "a.csv"), "--id", "id", "--text", "text", "--out", str(tmp_path / "o.csv")]
    assert run(["annotate", "findings", *tokens]) == 1
    error = capsys.readouterr().err
    assert "does not look like a header" in error and "ecret" not in error


def renamed(table: Path, name: str) -> list[str]:
    pl.read_csv(table, schema_overrides={"study": pl.String}).rename({"study": name}).write_parquet(
        table.with_name("renamed.parquet")
    )
    return ["annotate", "findings", "--input", str(table.with_name("renamed.parquet")), "--id", name]


@pytest.mark.parametrize("name", ["section_index", "file_start", "report_id", "report", "offset"])
def test_an_id_named_as_a_column_inside_keeps_its_values(tmp_path: Path, name: str) -> None:
    pl.DataFrame({name: ["007", "b"], "words": TEXTS[:2]}).write_csv(tmp_path / "in.csv")
    wish = ["--input", str(tmp_path / "in.csv"), "--id", name, "--text", "words", "--out", str(tmp_path / "e.csv")]
    assert run(["annotate", "findings", *wish]) == 0
    rows = pl.read_csv(tmp_path / "e.csv", schema_overrides={name: pl.String})
    assert rows[name].unique(maintain_order=True).to_list() == ["007", "b"]


@pytest.mark.parametrize("name", ["Atelectasis", "Atelectasis_state"])
def test_an_id_named_as_a_label_is_refused(table: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    wish = [*renamed(table, name), "--text", "report", "--labels", "openi13", "--out", str(table.with_name("l.csv"))]
    assert run(wish) == 2
    assert f"--id {name}: the output has a column of that name" in capsys.readouterr().err
    assert not table.with_name("l.csv").exists()


@pytest.mark.parametrize("name", ["text", "row", "start"])
def test_labels_allow_an_id_named_as_a_column_of_entities(table: Path, name: str) -> None:
    wish = [
        *renamed(table, name),
        "--text",
        "report",
        "--labels",
        "openi13",
        "--out",
        str(table.with_name("l.parquet")),
    ]
    assert run(wish) == 0
    assert pl.read_parquet(table.with_name("l.parquet"))[name].to_list() == ["007", "b", "c", "c", "007"]


@pytest.mark.parametrize("end", ["csv", "jsonl"])
def test_an_id_of_bytes_is_refused_where_text_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    pl.DataFrame({"study": [b"a", b"b"], "report": TEXTS[:2]}).write_parquet(tmp_path / "in.parquet")
    wish = [
        "annotate",
        "findings",
        "--input",
        str(tmp_path / "in.parquet"),
        "--id",
        "study",
        "--text",
        "report",
        "--out",
    ]
    assert run([*wish, str(tmp_path / f"out.{end}")]) == 2
    assert "column study holds bytes" in capsys.readouterr().err
    assert run([*wish, str(tmp_path / "out.parquet")]) == 0


def test_measurements_in_csv_are_the_numbers_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('study,report\na,"A 9.3 x 4.15 mm nodule in the lingula."\n')
    wish = ["--input", str(tmp_path / "in.csv"), "--id", "study", "--text", "report", "--out", str(tmp_path / "e.csv")]
    assert run(["annotate", "findings", *wish]) == 0
    cells = pl.read_csv(tmp_path / "e.csv")["measurements"].to_list()
    assert [size["values"] for cell in cells for size in json.loads(cell)] == [[9.3, 4.15]]
