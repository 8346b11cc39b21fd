"""What a declared corpus and its tasks are in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builders.instructions import words


@dataclass(frozen=True)
class Corpus:
    """One corpus: `name` is that of `--source NAME=PATH`; `splits` are its official ones, empty if it has none."""

    name: str
    title: str
    licence: str
    terms: str
    obtain: str
    layout: str
    options: Mapping[str, Any]
    splits: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """One task; `id` is the published number, or a slug; `options` come over those of the corpus.

    `shape`, `fields` and `definitions` are empty where the status is not ready. `bench` is the folder of MedS-Bench
    and `bench_id` the number there; both empty if it is not in it.
    """

    id: str
    corpus: str
    name: str
    category: str
    shape: str
    fields: Mapping[str, Any]
    options: Mapping[str, Any]
    input_language: str
    output_language: str
    instruction_language: str
    domain: str
    metric: str
    split: str
    bench: str
    bench_id: str
    status: str
    evidence: str
    note: str
    definitions: tuple[str, ...]

    @property
    def published(self) -> bool:
        """Whether it is one of MedS-Ins."""
        return self.id.isdecimal() and self.evidence != "own"

    @property
    def ready(self) -> bool:
        """Whether it can be built from files of its corpus."""
        return self.status in words.READY


@dataclass(frozen=True)
class Declaration:
    """One file: a corpus with its tasks."""

    corpus: Corpus
    tasks: tuple[Task, ...]
