"""General texts in six languages: where they lie in the samples, and how their segments are read."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from medical_filter_medical import Segment, questions

XQUAD = ("en", "es", "ru", "zh")
PUD = ("en", "es", "fr", "ru", "zh")
GSD = ("fr", "ja")


def general(samples: Path, language: str) -> Iterator[Segment]:
    """All general segments of a language; each article and each document of sentences is a source of its own."""
    web = samples / "web_text" / "general"
    if language in XQUAD:
        yield from _squad(_bytes(web / "web_xquad", f"xquad.{language}.json"), "XQuAD")
    if language in PUD:
        yield from _sentences(web / "web_ud_pud" / f"{language}_pud-ud-test.conllu.gz", "PUD")
    if language in GSD:
        for path in sorted((web / f"web_ud_{language}_gsd").glob("*.conllu*")):
            yield from _sentences(path, f"GSD {path.name.split('-')[2].split('.')[0]}")
    if language == "ja":
        yield from _squad(_bytes(web / "web_jsquad" / "datasets" / "jsquad-v1.3", "valid-v1.3.json"), "JSQuAD")
    if language == "zh":
        for path in sorted((web / "cmmlu_general" / "data" / "test").glob("*.csv")):
            yield from questions(path, "CMMLU")
    if language == "en":
        yield from _pages(web / "web_warc_dolma" / "tests" / "data")


def _bytes(folder: Path, name: str) -> bytes:
    packed = folder / f"{name}.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()


def _squad(content: bytes, name: str) -> Iterator[Segment]:
    for number, article in enumerate(json.loads(content)["data"]):
        for paragraph in article["paragraphs"]:
            yield f"{name}#{number}", paragraph["context"]


def _sentences(path: Path, name: str) -> Iterator[Segment]:
    """The sentences of a treebank, in its order."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for text in re.findall(r"^# text = (.*)$", content.decode(), re.MULTILINE):
        yield name, text


def _pages(folder: Path) -> Iterator[Segment]:
    """Pages of Common Crawl as others extracted them, and the two WARC files."""
    for path in sorted((folder / "multiple_files").glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield "Common Crawl, extracted", json.loads(line)["text"]
    import trafilatura
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    for path in sorted((folder / "warc").glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                text = trafilatura.extract(record.reader.read())
                if text:
                    yield "Common Crawl, WARC", text
