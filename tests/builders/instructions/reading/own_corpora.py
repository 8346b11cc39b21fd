"""Corpora that nobody has, declared in a line, and all rows that their files give."""

import gzip
from pathlib import Path
from typing import Any

import polars as pl

from builders.instructions.corpus_files import CorpusFiles
from builders.instructions.reading.frames import together
from builders.instructions.task import Corpus, Task
from schemas.errors import SourceError

FIELDS = {"question": "{question}", "answer": "{answer}"}


def task(options: dict[str, Any], fields: dict[str, Any] | None = None, shape: str = "question-answer") -> Task:
    return Task(
        "ward-answer", "ward", "Answer", "Question Answering", shape, FIELDS if fields is None else fields, options,
        "en", "en", "en", "exam", "bleu-rouge", "nine-to-one", "", "", "format", "own", "", (),
    )  # fmt: skip


def source(
    folder: Path,
    layout: str,
    options: dict[str, Any],
    fields: dict[str, Any] | None = None,
    *,
    licence: str = "cc-by-4.0",
    more: tuple[Task, ...] = (),
    shape: str = "question-answer",
) -> CorpusFiles:
    corpus = Corpus("ward", "Questions of a ward", licence, "Ours.", "Ask the ward.", layout, options, ())
    return CorpusFiles(str(folder), corpus, (task(options, fields, shape), *more))


def rows(made: CorpusFiles) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All rows, and all that are rejected, of all shards in order."""
    held = [made.read("instances", shard.name) for shard in made.shards("instances")]
    return together([one.frame for one in held]), pl.concat([one.rejected for one in held])


def failure(made: CorpusFiles) -> str:
    """What a corpus that cannot be read says."""
    try:
        rows(made)
    except SourceError as error:
        return str(error)
    raise AssertionError("it was read")


def written(path: Path, content: str | bytes) -> Path:
    """A file with this content, packed where its name says so."""
    raw = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


ALL_JSONL = {"files": {"all": ("**/*.jsonl",)}}
