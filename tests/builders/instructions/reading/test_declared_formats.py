"""Every declared corpus of tables, made up in the layout that its declaration says: all its tasks get their columns."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.instructions.corpus_files import CorpusFiles
from builders.instructions.declared import declared
from builders.instructions.reading.asked import Asked, asked_of
from builders.instructions.readings import readings
from builders.instructions.task import Task
from tests.builders.instructions.reading.own_corpora import rows, written
from tests.builders.instructions.reading.test_other_layouts import sheet
from tests.builders.sources.note_tree import write_notes

EBM = """<records><record id="7"><question>Why?</question><answer>
<snip id="1"><sniptext>Short.</sniptext>
<long><longtext>Long one.</longtext></long><long><longtext>Long two.</longtext></long></snip>
<snip id="2"><sniptext>Other.</sniptext><long><longtext>Long.</longtext></long></snip></answer></record></records>"""
MESH = """<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>7</PMID><Article><ArticleTitle>T</ArticleTitle>
<Abstract><AbstractText Label="A">One.</AbstractText><AbstractText>Two.</AbstractText></Abstract></Article>
<MeshHeadingList><MeshHeading><DescriptorName>Rash</DescriptorName></MeshHeading></MeshHeadingList>
</MedlineCitation></PubmedArticle></PubmedArticleSet>"""
MEMORY = """<tmx><body><tu><tuv xml:lang="EN"><seg>a</seg></tuv><tuv xml:lang="SV"><seg>b</seg></tuv>
<tuv xml:lang="DE"><seg>c</seg></tuv><tuv xml:lang="FR"><seg>d</seg></tuv></tu></body></tmx>"""
XML = {
    "ebm-summariser": ("ClinicalInquiries.xml", EBM, 3),
    "pubmed-mesh": ("pubmed24n0001.xml.gz", MESH, 1),
    "ecdc-tm": ("ECDC.tmx", MEMORY, 1),
}
TABLES = ("csv", "tsv", "json-lines", "json", "parquet", "xlsx", "bio", "brat")
ROWS = 3


def ready() -> dict[str, tuple[Task, ...]]:
    of_tables = {name: corpus for name, corpus in declared().corpora.items() if corpus.layout in TABLES}
    found = {name: tuple(task for task in declared().of(name) if task.status == "format") for name in of_tables}
    return {name: tasks for name, tasks in found.items() if tasks}


def place(folder: Path, pattern: str) -> Path:
    """A file that a pattern finds."""
    return folder / pattern.replace("**/", "deep/").replace("*", "x").replace("?", "0")


def record(asked: Asked, number: int, columns: list[str]) -> dict[str, Any]:
    return {name: f"{name.strip('~')} {number}".replace(" ", "") for name in columns}


def put(path: Path, layout: str, asked: Asked, columns: list[str], tag: int) -> None:
    made = [record(asked, 10 * tag + number, columns) for number in range(ROWS)]
    between = str(asked.options.get("delimiter", "\t" if layout == "tsv" else ","))
    named = list(asked.options.get("columns", ()))
    head = [] if named else [between.join(columns)]
    lines = head + [between.join(one[name] for name in named or columns) for one in made]
    path.parent.mkdir(parents=True, exist_ok=True)
    if layout == "parquet":
        pl.DataFrame(made).write_parquet(path)
    elif layout == "xlsx":
        letters = [chr(65 + number) for number in range(len(columns))]
        cells = [list(zip(letters, columns, strict=True))]
        cells += [list(zip(letters, one.values(), strict=True)) for one in made]
        path.write_bytes(sheet(*cells))
    elif layout == "bio":
        written(path, "Some\tO\nword\tB-Kind\n\n" * ROWS)
    elif layout == "brat":
        written(path, "Some word")
        written(path.with_suffix(".ann"), "T1\tKind 5 9\tword\n")
    else:
        plain = {
            "json-lines": "".join(json.dumps(one) + "\n" for one in made), "json": json.dumps(made),
        }  # fmt: skip
        written(path, plain.get(layout, "\n".join(lines) + "\n"))


def columns_of(asked: Asked) -> tuple[list[str], list[str]]:
    """The columns of the files themselves, and of the table beside them."""
    beside = asked.options.get("beside")
    plain = [name for name in asked.columns if name not in ("file", "name", "key")]
    plain = list(dict.fromkeys([*asked.several("columns"), *plain]))
    if not beside:
        return plain, []
    other = [name.partition(".")[2] or name for name in plain if "." in name or name in ("Target", "Background")]
    own = [name for name in plain if "." not in name and name not in ("Target", "Background")]
    return list(dict.fromkeys([*own, beside["on"]])), list(dict.fromkeys([beside["on"], *other]))


@pytest.mark.parametrize("name", sorted(ready()))
def test_a_declared_corpus_is_read_as_its_layout_says(tmp_path, name):
    corpus, tasks = declared().corpora[name], ready()[name]
    for reading in readings(tasks):
        asked = asked_of(corpus, reading.options, reading.tasks)
        own, other = columns_of(asked)
        for tag, patterns in enumerate(reading.options["files"].values()):
            for pattern in patterns:
                put(place(tmp_path, pattern), corpus.layout, asked, own, tag)
        for tag, patterns in enumerate(reading.options.get("beside", {"files": {}})["files"].values()):
            for pattern in patterns:
                path = place(tmp_path, pattern)
                if path.suffix == ".json":
                    written(path, json.dumps({"E": {"question_en": "Cough?"}}))
                else:
                    put(path, corpus.layout, asked, other, tag)
        if pattern := asked.text("test_ids"):
            written(place(tmp_path, pattern), "x.txt\n")
    frame, rejected = rows(CorpusFiles(str(tmp_path), corpus, tasks))
    assert frame.height >= ROWS * len(readings(tasks)) * (corpus.layout != "brat")
    assert set(rejected["reason"]) <= {"duplicate_id"}
    for number, reading in enumerate(readings(tasks)):
        asked = asked_of(corpus, reading.options, reading.tasks)
        assert asked.lacking(frame.filter(pl.col("__reading") == number)) == []
        splits = set(frame["__split"].cast(str).drop_nulls())
        assert splits == set(reading.options["files"]) - {"all"} or corpus.layout == "brat"


@pytest.mark.parametrize("name", sorted(XML))
def test_a_declared_corpus_of_xml_is_read_as_its_layout_says(tmp_path, name):
    file, body, count = XML[name]
    written(tmp_path / "deep" / file, body)
    tasks = declared().of(name)
    frame, rejected = rows(CorpusFiles(str(tmp_path), declared().corpora[name], tasks))
    assert (frame.height, rejected.height) == (count, 0)
    for number, reading in enumerate(readings(tasks)):
        of_reading = frame.filter(pl.col("__reading") == number)
        for column in asked_of(declared().corpora[name], reading.options, reading.tasks).columns:
            assert of_reading[column].count() == of_reading.height


def test_notes_of_mimic_are_told_apart_by_what_was_examined(tmp_path):
    tasks = declared().of("mimic-iv-note")
    made = CorpusFiles(str(write_notes(tmp_path / "mimic")), declared().corpora["mimic-iv-note"], tasks)
    frame, _ = rows(made)
    assert len(made.shards("instances")) == 1
    assert made.people == "mimic"
    kinds = dict(frame.filter(pl.col("__reading") == frame["__reading"].max()).select("study", "modality").rows())
    assert kinds == {
        "10000001-RR-1": "ct", "10000001-RR-2": "x-ray", "10000002-RR-1": "ultrasound", "10000003-RR-9": "ultrasound",
        "10000004-RR-9": None,
    }  # fmt: skip
    chosen = {number: reading.options.get("where", {}) for number, reading in enumerate(readings(tasks))}
    brains = next(number for number, where in chosen.items() if where == {"modality": ("ct",), "region": ("brain",)})
    assert frame.filter(pl.col("__reading") == brains)["__id"].to_list() == ["mimic-iv-note/10000001-RR-1"]
