"""Every corpus of the catalogue that the samples hold: all rows, counted a second time by other means."""

import csv
import gzip
import io
import json
import re
import zipfile
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from builders.instructions import rows as ours
from builders.instructions.corpus_files import CorpusFiles
from builders.instructions.declared import declared
from builders.instructions.reading.asked import asked_of
from builders.instructions.reading.templates import column
from builders.instructions.readings import readings
from tests.builders.instructions.reading.own_corpora import rows
from tests.builders.instructions.seen import SEEN
from tests.conftest import SAMPLES

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("samples")]


def contents(corpus: str, pattern: str) -> list[str]:
    """What the files of a corpus hold whose places fit an expression."""
    found = sorted(path for path in (SAMPLES / SEEN[corpus]).rglob("*") if re.search(pattern, path.as_posix()))
    assert found, pattern
    return [of_file(path) for path in found]


def of_file(path: Path) -> str:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            return packed.read(packed.namelist()[0]).decode()
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def texts(corpus: str, pattern: str) -> int:
    """Texts of tokens: runs of lines that are not blank."""
    return sum(len(re.findall(r"(?:[^\n]*\S[^\n]*(?:\n|$))+", text)) for text in contents(corpus, pattern))


def tags(corpus: str, pattern: str, tag: str) -> int:
    return sum(text.count(tag) for text in contents(corpus, pattern))


def objects(corpus: str, pattern: str) -> int:
    return sum(len(json.loads(text)) for text in contents(corpus, pattern))


def head_qa(pattern: str) -> int:
    held = [json.loads(text)["exams"].values() for text in contents("headqa", pattern)]
    return sum(len(exam["data"]) for exams in held for exam in exams)


def lines(corpus: str, pattern: str) -> int:
    return sum(len([line for line in text.split("\n") if line.strip()]) for text in contents(corpus, pattern))


def cells(corpus: str, pattern: str) -> int:
    return sum(len(list(csv.DictReader(io.StringIO(text, newline="")))) for text in contents(corpus, pattern))


def terms(pattern: str) -> int:
    """Ids of ontologies, those of obsolete terms as often as they stand."""
    stanzas = [
        one for text in contents("disease-ontology", pattern) for one in text.split("\n[")[1:] if one[:5] == "Term]"
    ]
    id_ = {one: re.search(r"^id: (\S+)", one, re.MULTILINE)[1] for one in stanzas}  # pyright: ignore
    sound = {id_[one] for one in stanzas if "is_obsolete: true" not in one}
    return len(sound) + sum("is_obsolete: true" in one for one in stanzas)


COUNTS = {
    "pubmedqa": lambda: objects("pubmedqa", r"ori_pqal\.json"),
    "headqa": lambda: 2 * head_qa(r"/HEAD/\w+_HEAD\.json"),
    "igakuqa": lambda: lines("igakuqa", r"/\d{3}-[A-F]\.jsonl$"),
    "frenchmedmcqa": lambda: objects("frenchmedmcqa", r"/(train|dev|test)\.json"),
    "rumeddanet": lambda: lines("rumeddanet", r"DaNet/(train|dev|test)_v1\.jsonl"),
    "ncbi-disease": lambda: texts("ncbi-disease", r"conll/\w+\.tsv"),
    "bc5cdr": lambda: texts("bc5cdr", r"BC5CDR-IOB/"),
    "disease-ontology": lambda: terms(r"\.obo$"),
    "pmc-case-reports": lambda: tags("pmc-case-reports", r"\.xml$", "</article>"),
    "medquad": lambda: tags("medquad", r"_QA/.*\.xml$", "</QAPair>"),
    "e3c": lambda: texts("e3c", r"layer1/(English|French|Spanish)/(train|test)\.txt"),
    "tico-19": lambda: tags("tico-19", r"\.tmx\.zip$", "</tu>"),
    "chinese-medical-dialogue": lambda: cells("chinese-medical-dialogue", r"\.csv"),
    "medrbench": lambda: objects("medrbench", r"(diagnosis|treatment)\.json"),
    "openi": lambda: cells("openi", r"indiana_reports\.csv"),
}  # fmt: skip


def test_all_corpora_of_the_samples_are_counted():
    real = {task.corpus for task in declared().tasks.values() if task.status == "real"}
    assert real == set(SEEN) == set(COUNTS)


@cache
def read(name: str) -> tuple[CorpusFiles, pl.DataFrame, pl.DataFrame]:
    """All rows of a corpus, read once: four tests look at them."""
    tasks = tuple(task for task in declared().of(name) if task.status == "real")
    made = CorpusFiles(str(SAMPLES / SEEN[name]), declared().corpora[name], tasks)
    return made, *rows(made)


@pytest.mark.parametrize("name", sorted(SEEN))
def test_every_record_of_a_real_corpus_is_a_row_or_rejected(name):
    made, frame, rejected = read(name)
    of_files = rejected.filter(pl.col("reason") == "no_rows").height
    assert frame.height + rejected.height - of_files == COUNTS[name]()
    assert rejected.height * 10 < frame.height or set(rejected["reason"]) == {"no_translation"}
    for number, reading in enumerate(readings(made.tasks)):
        of_reading = frame.filter(frame[ours.READING] == number)
        assert of_reading.height > 0
        assert of_reading[ours.ID].is_unique().all()
        for task in reading.tasks:
            asked = asked_of(made.corpus, task.options, (task,))
            assert asked.lacking(of_reading) == []
            for one in asked.columns:
                found = column(of_reading, one)
                assert one == "file" or (found is not None and of_reading.select(found).to_series().count() > 0), one


@pytest.mark.parametrize("name", sorted(SEEN))
def test_no_id_of_a_real_corpus_and_no_reason_holds_its_text(name):
    _, frame, rejected = read(name)
    for values in (frame[ours.ID], frame[ours.DOCUMENT], rejected["detail"]):
        assert (values.str.len_chars() < 160).all()
    assert not frame[ours.DOCUMENT].str.contains(r"\s").any()


@pytest.mark.parametrize("name", ["pubmedqa", "bc5cdr", "ncbi-disease", "headqa", "e3c"])
def test_splits_of_real_corpora_are_those_of_their_files(name):
    made, frame, _ = read(name)
    assert set(frame[ours.SPLIT].cast(str).unique()) == set(made.corpus.splits)
