"""What reviewers say of questions and their rationales, as the two marks of the published set."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Stage
from qc.review.consensus import consensus
from qc.review.reviewable import reviewable
from qc.review.verdicts import named, stale
from qc.review.versions import versions_of_rows
from schemas.exam_questions import ExamQuestion, QuestionVerdict
from schemas.review import Verdict

TABLE = "exam_questions"


@dataclass(frozen=True)
class JudgeQuestions(Stage):
    """QuestionVerdict rows, by the rule of `qc.review.consensus`: what is corrected has not passed as it stands.

    `said` stands for the verdicts in the fingerprint (`builders.verdicts.identity`). A verdict on another version of a
    question, or of its rationale, is rejected as `stale`.
    """

    said: str = ""
    verdicts: tuple[Verdict, ...] = field(default=(), repr=False)

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: ExamQuestion rows before the verdicts."""
        sought = {str(verdict.key["id"]) for verdict in self.verdicts}
        rows = frames[0].filter(pl.col("id").is_in(list(sought))).sort("id")
        now = versions_of_rows(reviewable(TABLE), rows, {})
        said = consensus(self.verdicts, now)
        told = [(id_, said.get(named({"id": id_}))) for id_ in rows["id"]]
        judged = [(id_, of.verified == "accepted") for id_, of in told if of and of.verified]
        lost = [(str(one.key["id"]), "stale", "a verdict on an earlier version") for one in stale(self.verdicts, now)]
        kinds = QuestionVerdict.create_empty().schema
        return Kept(pl.DataFrame(judged, kinds, orient="row"), pl.DataFrame(lost, REJECTED_SCHEMA, orient="row"))


@dataclass(frozen=True)
class WithVerdicts(Stage):
    """ExamQuestion rows with what reviewers say of them."""

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: ExamQuestion rows; needs `judged`."""
        judged = pl.read_parquet(needs["judged"] / "*.parquet", columns=["id", "passed"])
        rows = frames[0].join(judged, on="id", how="left", maintain_order="left")
        rows = rows.with_columns(
            human_checked=pl.col("passed").is_not_null(), human_check_passed=pl.col("passed").fill_null(value=False)
        )
        return rows.select(ExamQuestion.column_names())
