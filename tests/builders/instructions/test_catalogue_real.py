"""The catalogue beside the samples: files of corpora that are called real lie where their declarations look."""

import gzip
import json
import re
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from builders.discovery import source_class
from builders.instructions.declared import declared
from builders.instructions.fields import columns
from builders.instructions.task import Task
from tests.builders.instructions.seen import SEEN
from tests.conftest import SAMPLES

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("samples")]

REAL = [task for task in declared().tasks.values() if task.status == "real"]
TABLES = {"exam-source": "questions", "report-source": "reports"}


def found(folder: Path, pattern: str) -> list[Path]:
    """Files below a folder whose place fits a pattern, packed or not."""
    assert folder.is_dir()
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if fits(path.relative_to(folder).as_posix(), pattern)]


def content(path: Path) -> bytes:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            return packed.read(packed.namelist()[0])
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def fits(place: str, pattern: str) -> bool:
    place = place.removesuffix(".gz").removesuffix(".zip")
    return fnmatch(place, pattern) or fnmatch(f"x/{place}", pattern)


def asked(task: Task) -> set[str]:
    """All columns that the fields and the document of a task name."""
    values = [value for value in [*task.fields.values(), task.options.get("document", "")] if isinstance(value, str)]
    return {column for value in values for column in columns(value)}


def of_json(raw: bytes, task: Task) -> set[str]:
    row = next(iter(json.loads(raw).values()))
    inner = {f"{key}.{name}" for key, value in row.items() if isinstance(value, dict) for name in value}
    return {*row, *inner}


def of_xml(raw: bytes, task: Task) -> set[str]:
    root = ElementTree.fromstring(raw)
    row = next(root.iter(task.options["element"]))
    return {*(one.tag for one in row), *(f"/{root.tag}/@{name}" for name in root.attrib)}


def of_obo(raw: bytes, task: Task) -> set[str]:
    return {line.split(":")[0] for line in raw.decode().splitlines()}


def of_csv(raw: bytes, task: Task) -> set[str]:
    return set(raw.decode(task.options["encoding"]).splitlines()[0].split(","))


def of_tmx(raw: bytes, task: Task) -> set[str]:
    return set(re.findall(r'<tuv xml:lang="([^"]+)"', raw.decode()))


HELD = {"json": of_json, "xml": of_xml, "obo": of_obo, "csv": of_csv, "tmx": of_tmx}
"""What columns a file of a layout has."""


@pytest.mark.parametrize("name", sorted(SEEN))
def test_the_samples_hold_every_real_corpus_where_its_declaration_looks(name):
    folder = SAMPLES / SEEN[name]
    layout = declared().corpora[name].layout
    for task in declared().of(name):
        if "source" in task.options:
            kind: Any = source_class(str(task.options["source"]))
            assert kind(location=str(folder)).shards(TABLES[layout])
        for split, patterns in dict(task.options.get("files", {})).items():
            assert all(found(folder, one) for one in patterns), f"{task.id}, {split}"


@pytest.mark.parametrize(
    "task", [task for task in REAL if declared().corpora[task.corpus].layout in HELD], ids=lambda task: task.id
)
def test_columns_of_a_real_task_are_those_of_its_file(task):
    files = [path for one in task.options["files"].values() for path in found(SAMPLES / SEEN[task.corpus], one[0])]
    columns_ = HELD[declared().corpora[task.corpus].layout](content(files[0]), task)
    assert asked(task) - columns_ - {"is_swapped", "key", "file"} == set()


def test_types_of_entities_are_those_of_the_files():
    labelled = [task for task in REAL if declared().corpora[task.corpus].layout == "bio"]
    assert len(labelled) == 6
    for task in labelled:
        for patterns in task.options["files"].values():
            text = content(found(SAMPLES / SEEN[task.corpus], patterns[0])[0]).decode()
            assert {re.split(r"[\t ]", line)[-1] for line in text.splitlines()} >= {
                f"B-{one}" for one in task.fields["types"]
            }


def test_articles_have_what_a_title_is_made_of():
    for path in found(SAMPLES / SEEN["pmc-case-reports"], "**/*.xml")[:5]:
        article = ElementTree.fromstring(content(path))
        assert article.find(".//article-title") is not None and article.find(".//body") is not None
