"""Every report twice more: the same in other words, and changed so that it says something else."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from annotators.llm.asking import Failure
from annotators.rewriting.by_rules import ByRules, version
from builders.base import REJECTED_SCHEMA, Kept, Stage
from schemas.errors import UsageError
from schemas.rate_eval import Rewritten

_FORM = "rules, or llm:MODEL@http://127.0.0.1:8000/v1"


class Rewriter(Protocol):
    """Rules, or a language model."""

    def annotate(self, texts: Sequence[str]) -> Sequence[Sequence[dict[str, Any]] | Failure]:
        """For each text its sentences with `start`, `end`, `synonym`, `antonym` and `flags`, or why there are none."""
        ...


@dataclass(frozen=True)
class Model:
    """A language model that rewrites; `answers`: the folder where its answers are stored. Neither moves a row."""

    name: str
    url: str = field(repr=False)
    answers: str = field(repr=False)
    revision: str = ""
    at_once: int = field(default=64, repr=False)

    version = 1
    data = ("annotators/llm/tasks/rewrite/prompt.md",)


def model_named(told: str, answers: str, revision: str) -> Model | None:
    """The model of `llm:MODEL@URL`, None for `rules`; raises `UsageError` for anything else."""
    kind, _, rest = told.partition(":")
    if told == "rules":
        return None
    name, _, url = rest.partition("@")
    if kind != "llm" or not name or not url:
        raise UsageError(f"rewriter {told!r}: expected {_FORM}")
    if not answers:
        raise UsageError("a rewriter that is a model needs --set answers=FOLDER, where its answers are stored")
    return Model(name, url, str(Path(answers).absolute()), revision)


@dataclass(frozen=True)
class Rewrite(Stage):
    """Both versions of the text of every study, by rules, or by a model whose answers our rules have checked.

    A report is rejected for what the rewriter says of it: `nothing_changed`, `nothing_flipped`, and of a model
    `meaning_changed`, `sentence_missing` and what else an answer is not taken for.
    """

    model: Model | None = None
    seed: str = "medmill"

    version = 1
    data = ByRules.data

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Study rows. Returns Rewritten rows."""
        (studies,) = frames
        with self._rewriter() as rewriter:
            made = rewriter.annotate(studies["text"].to_list())
        rows, rejected = [], []
        for (id_, split, text), own in zip(studies.select("id", "split", "text").iter_rows(), made, strict=True):
            if isinstance(own, Failure):
                rejected.append({"id": id_, **vars(own)})
            else:
                rows.append({"id": id_, "split": split, "reference": text, **_versions(text, own)})
        named = pl.DataFrame(rows, {n: t for n, t in Rewritten.create_empty().schema.items() if n != "rewriter"})
        by = pl.lit(self.model.name if self.model else "rules").alias("rewriter")
        return Kept(named.with_columns(by), pl.DataFrame(rejected, REJECTED_SCHEMA))

    @contextmanager
    def _rewriter(self) -> Iterator[Rewriter]:
        if self.model is None:
            yield ByRules(self.seed)
            return
        from annotators.llm.annotator import Llm
        from annotators.llm.server import Server
        from annotators.llm.tasks.rewrite.task import RewriteTask
        from annotators.store import Store

        model, begin = self.model, time.perf_counter()
        store = Store(Path(model.answers))
        llm = Llm(RewriteTask(), Server(model.name, model.url, model.revision, model.at_once), store)
        try:
            yield llm
        finally:
            store.note({"task": "rewrite", "model": model.name, "seconds": time.perf_counter() - begin, **llm.told})
            store.close()

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Three texts for one."""
        return rows, 3 * size


def _versions(text: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    plain = [" ".join(row["text"].split()) for row in rows]
    return {
        "synonym": version(text, rows, "synonym"),
        "antonym": version(text, rows, "antonym"),
        "sentences": len(rows),
        "changed": sum(row["synonym"] != own for row, own in zip(rows, plain, strict=True)),
        "flipped": sum(row["antonym"] != own for row, own in zip(rows, plain, strict=True)),
        "flags": sorted({flag for row in rows for flag in row["flags"]}),
    }
