"""Medical texts of people in six languages: where they lie in the samples, and how their segments are read."""

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

Segment = tuple[str, str]
"""Source, text; neighbours of one source are joined later where they are short."""

TICO = {"es": "es-LA", "fr": "fr", "ru": "ru", "zh": "zh"}
E3C = {"en": "English", "es": "Spanish", "fr": "French"}


def medical(samples: Path, language: str) -> Iterator[Segment]:
    """All medical segments of a language."""
    web, exams = samples / "web_text" / "medical", samples / "exams"
    if language in E3C:
        yield from _e3c(web / f"e3c_{E3C[language].lower()}")
    if language in (*TICO, "en"):
        yield from _tico(web / "med_tico19" / "data" / "TM", language)
    yield from {"en": _english, "es": _spanish, "fr": _french, "ru": _russian, "zh": _chinese, "ja": _japanese}[
        language
    ](samples, web, exams)


def _e3c(folder: Path) -> Iterator[Segment]:
    for path in sorted((folder / "data_collection").glob("*/layer*/*.json")):
        document = json.loads(path.read_bytes())
        kind = document["source"] if folder.name == "e3c_spanish" else path.parent.name
        if "Ministère" in document["source"]:
            kind = "ministère de la santé"
        yield f"E3C {'NUBes' if 'NUBes' in kind else kind}", document["text"]


def _tico(folder: Path, language: str) -> Iterator[Segment]:
    which = TICO.get(language, "es-LA")
    with zipfile.ZipFile(folder / f"all.en-{which}.tmx.zip") as packed:
        tree = ElementTree.fromstring(packed.read(packed.namelist()[0]))
    name = "{http://www.w3.org/XML/1998/namespace}lang"
    for unit in tree.iter("tu"):
        for said in unit.iter("tuv"):
            if said.get(name) == (language if language == "en" else which):
                part = unit.get("tuid", "").split("_")[0]
                yield f"TICO-19 {part}", "".join(said.itertext()).strip()


def _english(samples: Path, web: Path, exams: Path) -> Iterator[Segment]:
    for path in sorted((web / "medquad").glob("*/*.xml")):
        for pair in ElementTree.parse(path).iter("QAPair"):
            answer = pair.findtext("Answer") or ""
            if answer.strip():
                yield f"MedQuAD {path.parent.name}", f"{pair.findtext('Question')} {answer}"
    for folder in ("pmc_case_reports", "pmc_other_articles"):
        for path in sorted((samples / folder).glob("*.xml")):
            yield folder, _article(path)
    with gzip.open(exams / "pubmedqa" / "data" / "ori_pqal.json.gz") as file:
        for record in json.load(file).values():
            yield "PubMedQA", " ".join([record["QUESTION"], *record["CONTEXTS"]])


def _article(path: Path) -> str:
    body = next(ElementTree.parse(path).iter("body"), None)
    return "" if body is None else re.sub(r"\s+", " ", " ".join(body.itertext())).strip()


def _spanish(samples: Path, web: Path, exams: Path) -> Iterator[Segment]:
    for part in ("dev_HEAD.json", "test_HEAD.json.gz"):
        content = (exams / "headqa" / "data" / "HEAD" / part).read_bytes()
        for name, exam in json.loads(gzip.decompress(content) if part.endswith("gz") else content)["exams"].items():
            letter = name.rsplit("_", 1)[-1]
            if letter in "MEF":  # medicine, nursing, pharmacy; not chemistry, biology, psychology
                for q in exam["data"]:
                    yield f"HEAD-QA {letter}", " ".join([q["qtext"], *(a["atext"] for a in q["answers"])])


def _french(samples: Path, web: Path, exams: Path) -> Iterator[Segment]:
    for part in ("dev", "test"):
        for q in json.loads((exams / "frenchmedmcqa" / "corpus" / f"{part}.json").read_bytes()):
            yield f"FrenchMedMCQA {part}", " ".join([q["question"], *q["answers"].values()])


def _russian(samples: Path, web: Path, exams: Path) -> Iterator[Segment]:
    folder = exams / "rumedbench" / "data"
    for name in ("RuMedDaNet", "RuMedNER", "RuMedSymptomRec", "RuMedTop3"):
        for line in (folder / name / "test_v1.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = " ".join(row["tokens"]) if "tokens" in row else row.get("symptoms") or row["context"]
            yield name, text
    for line in (folder / "RuMedTest" / "private_test_v1.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield "RuMedTest", " ".join([row["question"], *(str(row[k]) for k in "1234")])


def _chinese(samples: Path, web: Path, exams: Path) -> Iterator[Segment]:
    for path in sorted((web / "chinese_med_dialogue_sample").glob("*.csv.gz")):
        text = gzip.decompress(path.read_bytes()).decode("gb18030", errors="replace")
        for row in csv.DictReader(io.StringIO(text)):
            yield f"Chinese dialogues, {row['department']}", f"{row['title']} {row['ask']} {row['answer']}"
    for path in sorted((exams / "cmmlu_medical" / "data" / "test").glob("*.csv")):
        yield from questions(path, "CMMLU")


def questions(path: Path, name: str) -> Iterator[Segment]:
    """Questions of CMMLU, with their options."""
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield f"{name} {path.stem}", " ".join(row[k] for k in ("Question", "A", "B", "C", "D"))


def _japanese(samples: Path, web: Path, exams: Path) -> Iterator[Segment]:
    for path in sorted((exams / "igakuqa" / "data").glob("*/*.jsonl")):
        if path.stem.count("_") == 0:
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                yield f"IgakuQA {path.parent.name}", " ".join([row["problem_text"], *row["choices"]])
