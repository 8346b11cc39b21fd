"""Runs on the benchmark of instruction tasks (MedS-Bench, arXiv 2408.12547) against its items in a build."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from builders.bench_similarity import BleuRouge, PublishedSimilarity, first_alone
from qc.build import Build
from qc.evaluate.bench.accuracy import Accuracy
from qc.evaluate.bench.contained import Contained
from qc.evaluate.bench.draws import DRAWS
from qc.evaluate.bench.entity_f1 import EntityF1
from qc.evaluate.bench.label_f1 import LabelF1
from qc.evaluate.bench.lines import bench_lines, without_thoughts
from qc.evaluate.bench.metric import Metric
from qc.evaluate.bench.published import RULES, with_published_rules
from qc.evaluate.bench.scores import BenchScores
from qc.evaluate.bench.traps import trap_lines
from schemas.errors import UsageError

TABLES: Final = ("items", "items_closed")
"""Those that may be released, and those of corpora under agreements; a build has either or both."""


@dataclass(frozen=True)
class Wanted:
    """Which items: of these tasks, folders, categories, languages of output and split; all where nothing is named."""

    task: tuple[str, ...] = ()
    folder: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    split: str = "test"

    def of(self, items: pl.DataFrame) -> pl.DataFrame:
        """Those; raises `UsageError` that says what there is, where one of the names is of nothing."""
        kept = items.filter(pl.col("split").cast(pl.String) == self.split)
        for name in ("task", "folder", "category", "language"):
            column = "output_language" if name == "language" else name
            told, known = getattr(self, name), sorted(set(kept[column]))
            if unknown := [one for one in told if one not in known]:
                raise UsageError(f"--{name} {unknown[0]}: no items of it; there are {', '.join(known) or 'none'}")
            kept = kept.filter(pl.col(column).is_in(told)) if told else kept
        return kept


@dataclass(frozen=True)
class Scoring:
    """How: by the published rules, with the `traps` of those told apart, with BERTScore of a model; `draws`: intervals.

    By published rules an item without an output is left out, since published files hold no such.
    """

    as_published: bool = False
    traps: bool = False
    bertscore: str = ""
    draws: int = DRAWS

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """By the words of declarations (`builders.instructions.words.METRICS`), or by those of the published rules."""
        if self.as_published:
            return {**RULES, "bleu1-rougeL": PublishedSimilarity()}
        return {
            "accuracy": Accuracy(), "contained": Contained(), "entity-f1": EntityF1(), "label-f1": LabelF1(),
            "bleu-rouge": BleuRouge(self.bertscore),
        }  # fmt: skip

    def scored(
        self, build: Build, name: str, items: pl.DataFrame, run: pl.DataFrame, notes: Sequence[str] = ()
    ) -> tuple[BenchScores, pl.DataFrame]:
        """The scores of a run (id, output), and every item as it was read."""
        rows = outputs = items.join(run.select("id", "output"), on="id", how="left", maintain_order="left")
        told = [*notes, *_unanswerable(items)]
        outputs = without_thoughts(outputs)
        if not self.as_published:
            rows = outputs
        else:
            rows = with_published_rules(rows.drop_nulls("output"))
            left = items.height - rows.height
            told += [f"{left:,} of {items.height:,} items have no output in the run and were left out"] if left else []
        lines, read = bench_lines(rows, self.metrics, self.draws)
        made = BenchScores(
            dataset=build.manifest.dataset, manifest_sha256=build.manifest_sha256, run=name,
            as_published=self.as_published, lines=lines, notes=[*told, *_told(read)],
            traps=[*trap_lines(outputs), first_alone(outputs)] if self.traps else [],
        )  # fmt: skip
        return made, read


def items_of(build: Build, wanted: Wanted) -> pl.DataFrame:
    """The items of a build by id, and the `table` that each is in; raises `UsageError` where there are none."""
    tables = [table for table in TABLES if build.has(table)]
    if not tables:
        raise UsageError(f"{build.folder}: it holds no items to score ({' or '.join(TABLES)}); expected a build of "
                         "meds-bench")  # fmt: skip
    items = wanted.of(
        pl.concat(
            [build.scan(table).with_columns(table=pl.lit(table)) for table in tables], how="diagonal_relaxed"
        ).collect()
    )
    if not items.height:
        raise UsageError(f"{build.folder}: no items of the split {wanted.split} are left to score; name other ones")
    return items.sort("id")


def _unanswerable(items: pl.DataFrame) -> list[str]:
    if "unanswerable" not in items.columns or not (rows := items.filter(pl.col("unanswerable").list.len() > 0).height):
        return []
    return [f"{rows:,} of {items.height:,} items need a picture or were struck by their examiners, so answers to them "
            "are guesses; a build without --set leaves_out has none of them"]  # fmt: skip


def _told(read: pl.DataFrame) -> list[str]:
    notes = []
    if missing := int(read["missing"].sum()):
        notes.append(f"{missing:,} of {read.height:,} items have no output in the run and count as wrong")
    if unparsed := int(read["unparsed"].sum()):
        notes.append(f"in {unparsed:,} outputs nothing could be read; they count as wrong")
    return notes
