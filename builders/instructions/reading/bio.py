"""Tokens with BIO labels, a line each and a blank line between texts: a text and its entities are a row."""

from collections.abc import Iterator

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.decoding import REPLACED, text
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import Bad, FileRows
from builders.instructions.reading.labelled import labelled_rows
from builders.ner_formats import conll
from builders.ner_formats.frames import Labelled
from schemas.errors import SourceError


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The texts of a file; one with a line that is no token with its label is a bad row."""
    texts: list[Labelled] = []
    numbers: list[int] = []
    bad: list[Bad] = []
    for number, (first, lines) in enumerate(_blocks(text(file.path, file.body(), asked.text("encoding"))), 1):
        if any(REPLACED in line for line in lines):
            bad.append((number, "not_utf8", f"text from line {first}: bytes that are not UTF-8"))
            continue
        try:
            held = list(conll.labelled(lines, file.label, "", first))
        except SourceError as error:
            bad.append((number, "bad_labels", str(error)))
            continue
        texts += held
        numbers += [number] * len(held)
    return labelled_rows(texts, numbers, bad)


def _blocks(body: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not blank, and the number of the first of each."""
    held: list[str] = []
    number = 0
    for number, line in enumerate(body.split("\n"), 1):
        if line.strip():
            held.append(line.rstrip("\r"))
        elif held:
            yield number - len(held), held
            held = []
    if held:
        yield number - len(held) + 1, held
