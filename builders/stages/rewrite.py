"""Every report twice more: the same in other words, and changed so that it says something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from annotators.devices import wants_gpu
from annotators.llm.asking import Failure
from annotators.llm.by_name import LlmByName, llm_named
from annotators.rewriting.by_rules import ByRules, version
from builders.base import REJECTED_SCHEMA, Kept, Stage
from schemas.rate_eval import Rewritten


class Rewriter(Protocol):
    """Rules, or a language model."""

    def annotate(self, texts: Sequence[str]) -> Sequence[Sequence[dict[str, Any]] | Failure]:
        """For each text its sentences with `start`, `end`, `synonym`, `antonym` and `flags`, or why there are none."""
        ...


def model_named(told: str, answers: str, revision: str) -> LlmByName | None:
    """The model of `llm:MODEL@URL` or `vllm:FOLDER`, None for `rules`; raises `UsageError` for anything else."""
    if told == "rules":
        return None
    return llm_named(told, "rewrite", answers=answers, revision=revision, instead="rules")


@dataclass(frozen=True)
class Rewrite(Stage):
    """Both versions of the text of every study, by rules, or by a model whose answers our rules have checked.

    A report is rejected for what the rewriter says of it: `nothing_changed`, `nothing_flipped`, and of a model
    `meaning_changed`, `sentence_missing` and what else an answer is not taken for.
    """

    model: LlmByName | None = None
    seed: str = "medmill"

    version = 1
    data = ByRules.data

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Study rows. Returns Rewritten rows."""
        (studies,) = frames
        rewriter: Rewriter = self.model or ByRules(self.seed)
        made = rewriter.annotate(studies["text"].to_list())
        rows, rejected = [], []
        for (id_, split, text), own in zip(studies.select("id", "split", "text").iter_rows(), made, strict=True):
            if isinstance(own, Failure):
                rejected.append({"id": id_, **vars(own)})
            else:
                rows.append({"id": id_, "split": split, "reference": text, **_versions(text, own)})
        named = pl.DataFrame(rows, {n: t for n, t in Rewritten.create_empty().schema.items() if n != "rewriter"})
        by = pl.lit(self.model.engine.partition("@")[0] if self.model else "rules").alias("rewriter")
        return Kept(named.with_columns(by), pl.DataFrame(rejected, REJECTED_SCHEMA))

    @property
    def resources(self) -> Mapping[str, float]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """A GPU worker where the model runs in process."""
        return {"GPU": 1} if self.model and wants_gpu(self.model.device) else {}

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
