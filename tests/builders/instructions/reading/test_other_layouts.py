"""Ontologies, spreadsheets, Parquet, published tasks, and what our own sources read."""

import io
import json
import zipfile

import polars as pl
import pytest

from tests.builders.instructions.reading.own_corpora import every, failure, rows, source, written

OBO = r"""format-version: 1.2

[Term]
id: D:1
name: rash
def: "A \"red\" skin." [url:x\:y] {comment="c"}
synonym: "eruption" EXACT []
synonym: "redness" RELATED []
is_a: D:0 ! sign

[Term]
id: D:2
name: old rash
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""


def test_terms_of_an_ontology_have_their_exact_synonyms(tmp_path):
    written(tmp_path / "a.obo", OBO)
    written(tmp_path / "b.obo", OBO.replace('"eruption"', '"exanthem"').replace("D:0 !", "D:9 !"))
    fields = {"term": "{name}", "synonyms": "{synonym}", "parents": "{is_a}", "definition": "{def}"}
    frame, rejected = rows(source(tmp_path, "obo", every("**/*.obo", id="{id}"), fields))
    assert frame.select("id", "name", "def", "synonym", "related", "is_a").rows() == [
        ("D:1", "rash", 'A "red" skin.', ["eruption", "exanthem"], ["redness"], ["D:0", "D:9"])
    ]
    assert rejected["reason"].to_list() == ["obsolete_term", "obsolete_term"]


def sheet(*rows_, strings=()):
    def cell(column, value):
        kind, text = ("s", strings.index(value)) if value in strings else ("inlineStr", value)
        inner = f"<v>{text}</v>" if kind == "s" else f"<is><t>{text}</t></is>"
        return f'<c r="{column}1" t="{kind}">{inner}</c>'

    lines = "".join(f"<row>{''.join(cell(*one) for one in row)}</row>" for row in rows_)
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as book:
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        sheets = '<sheet name="First" r:id="r1"/><sheet name="Empty" r:id="r2"/>'
        book.writestr("xl/workbook.xml", f'<workbook {space} xmlns:r="{relation}"><sheets>{sheets}</sheets></workbook>')
        places = {"r1": "worksheets/sheet1.xml", "r2": "/xl/worksheets/s2.xml"}
        links = "".join(f'<Relationship Id="{id_}" Target="{place}"/>' for id_, place in places.items())
        book.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")
        book.writestr("xl/worksheets/sheet1.xml", f"<worksheet {space}><sheetData>{lines}</sheetData></worksheet>")
        book.writestr("xl/worksheets/s2.xml", f"<worksheet {space}><sheetData/></worksheet>")
        shared = "".join(f"<si><r><t>{text[:2]}</t></r><r><t>{text[2:]}</t></r></si>" for text in strings)
        book.writestr("xl/sharedStrings.xml", f"<sst {space}>{shared}</sst>")
    return held.getvalue()


SHEET = sheet(
    [("A", "question"), ("C", "answer")], [("A", "Why?"), ("C", "So._x000a_Yes.")], [], [("C", "only")],
    strings=("question", "Why?"),
)  # fmt: skip


def test_rows_of_a_spreadsheet_stand_under_their_columns(tmp_path):
    written(tmp_path / "a.xlsx", SHEET)
    for sheet_ in ({}, {"sheet": "First"}):
        frame, _ = rows(source(tmp_path, "xlsx", every("*.xlsx", **sheet_)))
        assert frame.select("question", "answer").rows() == [("Why?", "So.\nYes."), (None, "only")]


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [(SHEET, {"sheet": "Other"}, "First"), (SHEET, {"sheet": "Empty"}, "empty"), (b"no zip", {}, "a.xlsx")],
)
def test_a_spreadsheet_that_cannot_be_read_says_why(tmp_path, content, options, said):
    written(tmp_path / "a.xlsx", content)
    assert said in failure(source(tmp_path, "xlsx", every("*.xlsx", **options)))


def test_parquet_keeps_kinds_and_is_read_in_runs(tmp_path, monkeypatch):
    made = pl.DataFrame({"question": [f"q{n}" for n in range(900)], "answer": [["a"]] * 900, "label": range(900)})
    made.write_parquet(tmp_path / "a.parquet", row_group_size=100)
    whole, _ = rows(source(tmp_path, "parquet", every("*.parquet")))
    assert whole.select("question", "answer", "label").equals(made)
    assert whole["__id"].to_list()[-1] == "ward/a.parquet#900"
    monkeypatch.setattr("builders.instructions.reading.parquet._RUN_BYTES", 2000)
    cut = source(tmp_path, "parquet", every("*.parquet"))
    assert len(cut.shards("instances")) > 3
    assert rows(cut)[0].equals(whole)
    grouped, _ = rows(source(tmp_path, "parquet", every("*.parquet", group="question")))
    assert grouped.height == 900


def test_parquet_without_a_column_or_cut_off_is_an_error(tmp_path):
    pl.DataFrame({"question": ["q"]}).write_parquet(tmp_path / "a.parquet")
    assert "no column answer" in failure(source(tmp_path, "parquet", every("*.parquet")))
    written(tmp_path / "a.parquet", (tmp_path / "a.parquet").read_bytes()[:50])
    assert "a.parquet" in failure(source(tmp_path, "parquet", every("*.parquet")))


TASK = {
    "Contributors": ["x"], "Definition": ["Answer the ward."], "Positive Examples": [{"input": "i", "output": "o"}],
    "Instances": [
        {"id": "ward-1", "input": "q", "output": ["a", "b"]}, {"input": "r", "output": "c"},
        {"id": "x", "input": "s", "output": []}, {"id": "y", "input": " ", "output": ["d"]}, 5,
        {"id": "z", "input": "t", "output": [3]},
    ],
}  # fmt: skip
TASK_FIELDS = {"text": "{input}", "output": "{output}"}


def test_instances_of_a_published_task_are_rows(tmp_path):
    written(tmp_path / "task1.json", "\ufeff" + json.dumps(TASK).replace("]}", "],}", 1))
    frame, rejected = rows(source(tmp_path, "task-file", every("*.json", id="{id}"), TASK_FIELDS))
    assert frame.select("__id", "input", "output", "definition").rows() == [
        ("ward/ward-1", "q", ["a", "b"], "Answer the ward."), ("ward/#2", "r", ["c"], "Answer the ward."),
        ("ward/z", "t", ["3"], "Answer the ward."),
    ]  # fmt: skip
    assert rejected["id"].to_list() == ["ward/task1.json#3", "ward/task1.json#4", "ward/task1.json#5"]


def test_a_file_that_is_no_task_is_an_error(tmp_path):
    written(tmp_path / "task1.json", "{}")
    assert "Instances" in failure(source(tmp_path, "task-file", every("*.json"), TASK_FIELDS))


def exam(folder, name, language, *texts):
    answers = [{"aid": 1, "atext": f"one {language}"}, {"aid": 2, "atext": "two"}]
    data = [{"qid": str(n), "qtext": text, "ra": "2", "answers": answers} for n, text in enumerate(texts, 1)]
    written(folder / name, json.dumps({"exams": {"X_1": {"year": "2015", "category": "biology", "data": data}}}))


def test_questions_of_our_sources_have_their_translation_beside_them(tmp_path):
    exam(tmp_path, "data/HEAD/train_HEAD.json", "es", "Uno?", "Dos?")
    exam(tmp_path, "data/HEAD/dev_HEAD.json", "es", "Tres?")
    exam(tmp_path, "data/HEAD_EN/train_HEAD_EN.json", "en", "One?")
    fields = {"question": "{question_en}", "options": "{options_en}", "answer": "{answer}"}
    made = source(tmp_path, "exam-source", {"source": "headqa", "translation": "en"}, fields)
    frame, rejected = rows(made)
    assert frame.select("__id", "question", "question_en", "__split").rows() == [
        ("ward/X_1/1", "Uno?", "One?", "train")
    ]
    assert [one["text"] for one in frame["options_en"].to_list()[0]] == ["one en", "two"]
    assert rejected["reason"].to_list() == ["no_translation", "no_translation"]
    plain, _ = rows(source(tmp_path, "exam-source", {"source": "headqa"}, {"question": "{question}"}))
    assert plain.height == 3


def test_a_language_that_nobody_translated_is_an_error(tmp_path):
    exam(tmp_path, "data/HEAD/train_HEAD.json", "es", "Uno?")
    said = failure(source(tmp_path, "exam-source", {"source": "headqa", "translation": "fr"}))
    assert "fr" in said


def test_reports_of_our_sources_have_their_sections_as_columns(tmp_path):
    head = "uid,MeSH,Problems,image,indication,comparison,findings,impression\n"
    written(tmp_path / "indiana_reports.csv", head + "1,,,,Cough.,None.,Clear lungs.,Normal.\n2,,,,,,,Normal.\n")
    fields = {"text": "{findings}", "output": "{impression}"}
    frame, _ = rows(source(tmp_path, "report-source", {"source": "openi", "where": {"modality": ("x-ray",)}}, fields))
    assert frame.select("__id", "findings", "impression", "region").rows() == [
        ("ward/CXR1", "Clear lungs.", "Normal.", "chest"), ("ward/CXR2", None, "Normal.", "chest"),
    ]  # fmt: skip


def test_a_file_in_a_zip_is_read_in_place(tmp_path):
    def packed(name, *members):
        with zipfile.ZipFile(tmp_path / name, "w") as held:
            for member in members:
                held.writestr(member, "question,answer\nq,a\n")

    packed("a.csv.zip", "a.csv", "__MACOSX/._a.csv")
    assert rows(source(tmp_path, "csv", every("*.csv")))[0].height == 1
    packed("a.csv.zip", "x.csv", "y.csv")
    assert "unpack" in failure(source(tmp_path, "csv", every("*.csv")))
    (tmp_path / "a.csv.zip").write_bytes(b"PK no zip")
    assert "zip" in failure(source(tmp_path, "csv", every("*.csv")))


@pytest.mark.parametrize("end", ["csv", "json"])
def test_a_damaged_zip_is_called_a_zip_wherever_the_damage_is(tmp_path, end):
    """Bytes that were changed within what is packed were said to be those of a gzip file."""
    lines = [{"question": f"q{n * n}", "answer": f"a{n}"} for n in range(400)]
    plain = pl.DataFrame(lines).write_csv() if end == "csv" else json.dumps(lines)
    with zipfile.ZipFile(tmp_path / f"a.{end}.zip", "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr(f"a.{end}", plain)
    whole = (tmp_path / f"a.{end}.zip").read_bytes()
    cut = [whole[:at] for at in (4, len(whole) // 2, len(whole) - 4)]
    changed = [whole[:at] + bytes(byte ^ 0xFF for byte in whole[at : at + 6]) + whole[at + 6 :]
               for at in (2, 60, 200, len(whole) // 2)]  # fmt: skip
    shorter = [whole[:200] + whole[300:]]
    for body in (*cut, *changed, *shorter):
        (tmp_path / f"a.{end}.zip").write_bytes(body)
        assert "the zip file is cut off or damaged; download it again" in failure(
            source(tmp_path, end, every(f"*.{end}"))
        )


def test_small_files_are_read_in_runs_that_keep_splits_apart(tmp_path):
    for split in ("train", "test"):
        for n in range(3):
            written(tmp_path / split / f"{n}.json", json.dumps({"question": f"{split}{n}", "answer": "a"}))
    made = source(tmp_path, "json", {"files": {"train": ("train/*.json",), "test": ("test/*.json",)}})
    names = [shard.name.partition("~")[0] for shard in made.shards("instances")]
    assert names == ["0|train/0.json+3", "0|test/0.json+3"]
    assert rows(made)[0].select("question", "__split").rows()[3] == ("test0", "test")
