"""Runs on examination questions from files: several become one, by the ids of the questions they answer."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from builders.exam_scores import ExamScores, Scoring
from qc.evaluate.exam_inputs import with_ids
from qc.evaluate.exam_run import holds_rationales, is_published, once, read_exam_run
from qc.evaluate.exams import exam_lines
from qc.evaluate.published_answers import is_right, reasons
from schemas.errors import UsageError

RUN = {"id": pl.String, "output": pl.String, "rationale": pl.String}


def run_of(files: Sequence[Path], questions: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """id, output, rationale of all files, and what to know of them.

    Raises `UsageError` where none of the questions is answered, or one twice and differently.
    """
    whole, notes = pl.DataFrame(schema=RUN), list[str]()
    for path in files:
        part, told = _one(path, questions)
        notes += told
        both = whole.join(part, on="id", how="full", coalesce=True, suffix="_new")
        for name in ("output", "rationale"):
            twice = both.filter(pl.col(name).is_not_null() & pl.col(f"{name}_new").is_not_null()).height
            if twice:
                raise UsageError(f"{path}: {twice:,} questions have an {name} in another file too; give it once")
        whole = both.select("id", *(pl.coalesce(name, f"{name}_new").alias(name) for name in ("output", "rationale")))
    return whole.sort("id"), notes


def _one(path: Path, questions: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    rows, notes = read_exam_run(path), list[str]()
    if is_published(rows):
        rationales = holds_rationales(rows)
        rows, lost = with_ids(rows, questions, path)
        said = pl.col("output").map_elements(reasons, return_dtype=pl.String)
        none = pl.lit(None, pl.String)
        rows = rows.select(
            "id", output=none if rationales else pl.col("output"), rationale=said if rationales else none
        )
        notes += [f"{path}: {lost:,} rows ask no question of this dataset and were left out"] if lost else []
    rows, same = once(rows, path)
    notes += [f"{path}: {same:,} rows say the same again and count once"] if same else []
    known = rows.join(questions, on="id", how="semi", maintain_order="left")
    if not known.height:
        why = f"none of its {rows.height:,} ids is a question of this dataset and split"
        raise UsageError(f"{path}: {why}; an id looks like {questions['id'][0]}")
    if beyond := rows.height - known.height:
        notes.append(f"{path}: {beyond:,} ids are no question of this dataset and split, and were left out")
    return known.select(pl.col(name).cast(kind) for name, kind in RUN.items()), notes


def as_published_alone(files: Sequence[Path], how: Scoring) -> ExamScores | None:
    """Published files scored against the answers they bring along, as the published code does; None for other files."""
    runs = [read_exam_run(path) for path in files]
    if not how.as_published or not all(map(is_published, runs)):
        return None
    answered = [run for run in runs if not holds_rationales(run)]
    reasoned = [run for run in runs if holds_rationales(run)]
    empty = pl.DataFrame(schema=dict.fromkeys(("language", "input", "output", "truth"), pl.String))
    choices = pl.concat([empty, *answered])
    right = [is_right(output, truth) for output, truth in choices.select("output", "truth").iter_rows()]
    no = pl.lit(value=False)
    read = choices.select("language", right=pl.Series(right, dtype=pl.Boolean), unparsed=no, missing=no, answerable=no)
    pairs = pl.concat([empty, *reasoned])
    pairs = pairs.with_columns(rationale=pl.Series([reasons(one) for one in pairs["output"]], dtype=pl.String))
    lines = exam_lines(read, how.reasoned(pairs), how.draws)
    notes = ["scored against the column GT_Answer, as the published code does; the dataset was not asked"]
    return ExamScores(dataset="mmedbench", split="test", as_published=True, lines=lines, notes=notes)
