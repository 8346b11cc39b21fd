"""A run on examination questions against a built benchmark: answers are read and compared, rationales are scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
from pydantic import BaseModel

from annotators.baselines.as_published import AsPublished
from annotators.baselines.baseline import Baseline
from annotators.baselines.bertscore import BertScore
from annotators.baselines.by_language import ByLanguage
from qc.build import Build
from qc.evaluate import answers, published_answers
from qc.evaluate.exams import DRAWS, ExamLine, exam_lines
from schemas.errors import UsageError

COLUMNS: Final = (
    "id", "language", "question", "context", "options", "answer", "also_accepted", "needs_image", "struck", "rationale",
    "human_check_passed",
)  # fmt: skip
_PUBLISHED_LAYER: Final = 9
"""Of bert-base-multilingual-cased, as the package bert-score has it."""


class ExamScores(BaseModel):
    """The lines, and what to know when reading them."""

    dataset: str
    split: str
    as_published: bool
    lines: list[ExamLine]
    notes: list[str]


@dataclass(frozen=True)
class Scoring:
    """How: by the rules of the published code, rationales of those that people passed alone, BERTScore of a model."""

    as_published: bool = False
    passed: bool = False
    bertscore: str = ""
    draws: int = DRAWS

    def compared(self, questions: pl.DataFrame, run: pl.DataFrame) -> pl.DataFrame:
        """language, right, unparsed, missing, answerable, `chosen` per question; `run`: id, output.

        By the published rules a question without an answer is not counted, since their files hold no such.
        """
        rows = questions.join(run.select("id", "output"), on="id", how="left", maintain_order="left")
        if self.as_published:
            rows = rows.drop_nulls("output")
            right = [
                published_answers.is_right(output, ",".join(answer))
                for output, answer in rows.select("output", "answer").iter_rows()
            ]
            said: list[str | None] = [""] * rows.height
        else:
            found = [
                None if output is None else answers.chosen(output, {o["letter"]: o["text"] for o in options}, language)
                for output, options, language in rows.select("output", "options", "language").iter_rows()
            ]
            truth = rows.select("answer", "also_accepted").iter_rows()
            right = [answers.is_right(one, *letters) for one, letters in zip(found, truth, strict=True)]
            said = [None if one is None else ",".join(sorted(one)) for one in found]
        missing = pl.col("output").is_null()
        read = pl.Series("chosen", said, pl.String)
        return rows.with_columns(read, right=pl.Series(right, dtype=pl.Boolean), missing=missing).select(
            "id", "language", "chosen", "right", "missing",
            unparsed=pl.col("chosen").is_null() & ~pl.col("missing"),
            answerable=~pl.col("needs_image") & ~pl.col("struck"),
        )  # fmt: skip

    def reasoned(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """language and the scores of every rationale; `pairs`: language, rationale (of the run), truth."""
        parts = [self._scored(str(name), own) for (name,), own in pairs.group_by("language", maintain_order=True)]
        empty = pl.DataFrame(schema={"language": pl.String})
        return pl.concat([empty, *parts], how="diagonal")

    def _scored(self, language: str, pairs: pl.DataFrame) -> pl.DataFrame:
        measures: list[Baseline] = [AsPublished(language) if self.as_published else ByLanguage()]
        if self.bertscore:
            measures.append(BertScore(self.bertscore, _PUBLISHED_LAYER if self.as_published else None))
        said, truth = pairs["rationale"].to_list(), pairs["truth"].to_list()
        found = {name: column for one in measures for name, column in one.score(said, truth).items()}
        return pl.DataFrame({"language": [language] * len(pairs), **found}, strict=False)


def questions_of(build: Build, split: str, languages: Sequence[str] = ()) -> pl.DataFrame:
    """The questions of a split in the order of languages and ids; raises `UsageError` where there are none."""
    if not build.has("exam_questions"):
        raise UsageError(f"{build.folder} has no exam_questions; build mmedbench first")
    rows = build.scan("exam_questions", COLUMNS).filter(pl.col("file_split") == split).drop("file_split")
    found = rows.sort("language", "id").collect()
    if languages:
        found = found.filter(pl.col("language").is_in(list(languages)))
    if not found.height:
        which = f" in {', '.join(languages)}" if languages else ""
        raise UsageError(f"{build.folder}: no questions of the split {split}{which}")
    return found


def scored(build: Build, split: str, questions: pl.DataFrame, run: pl.DataFrame, how: Scoring,
           notes: Sequence[str] = ()) -> tuple[ExamScores, pl.DataFrame]:  # fmt: skip
    """The evaluation of a run (id, output, rationale; nulls where one has none), and every answer as it was read."""
    read = how.compared(questions, run.drop_nulls("output"))
    lines = exam_lines(read, how.reasoned(_pairs(questions, run, how)), how.draws)
    missing = int(read["missing"].sum()) if not how.as_published else questions.height - read.height
    told = list(notes)
    if missing:
        counted = "were left out" if how.as_published else "count as wrong"
        told.append(f"{missing:,} of {questions.height:,} questions have no answer in the run and {counted}")
    if unparsed := int(read["unparsed"].sum()):
        told.append(f"in {unparsed:,} answers no option could be read; they count as wrong")
    if not any(line.rationales for line in lines):
        told.append("no rationales were compared: the dataset holds none that may be, or the run none for them")
    made = ExamScores(dataset=build.manifest.dataset, split=split, as_published=how.as_published, lines=lines,
                      notes=told)  # fmt: skip
    return made, read


def _pairs(questions: pl.DataFrame, run: pl.DataFrame, how: Scoring) -> pl.DataFrame:
    """Rationales of the run beside those of the dataset; none where the run has none at all.

    An output without one of its own gives what stands before its answer.
    """
    before = published_answers.reasons if how.as_published else answers.reasons
    told = questions.drop_nulls("rationale").rename({"rationale": "truth"})
    if how.passed or how.as_published:
        told = told.filter("human_check_passed")
    pairs = told.join(run, on="id", how="inner", maintain_order="left")
    own = [
        reasons if reasons is not None else before(output or "")
        for reasons, output in pairs.select("rationale", "output").iter_rows()
    ]
    if not any(own):
        pairs, own = pairs.clear(), []
    return pairs.with_columns(rationale=pl.Series(own, dtype=pl.String)).select("language", "rationale", "truth")
