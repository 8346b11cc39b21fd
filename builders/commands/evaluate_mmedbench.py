"""`medmill evaluate mmedbench`: what a model knows of medicine in six languages."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from schemas.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from builders.exam_scores import ExamScores, Scoring
    from qc.build import Build
    from qc.evaluate.exams import Share


def mmedbench(
    *,
    dataset: Path,
    run: tuple[Path, ...] = (),
    model: str = "",
    split: str = "test",
    language: tuple[str, ...] = (),
    as_published: Annotated[bool, Parameter(negative="")] = False,
    human_passed: Annotated[bool, Parameter(negative="")] = False,
    bertscore: str = "",
    answers: Path | None = None,
    revision: str = "",
    agreement: str = "",
    out: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Accuracy of answers to examination questions, and how near rationales come to those of the dataset.

    An answer is right where just the right letters are chosen. They are read from whatever the model wrote: letters,
    options in words, "the answer is …" in six languages; where nothing can be read, the answer is wrong and counted as
    unparsed. `fair` is the accuracy over the questions that need no picture and were not struck by the examiners.
    BLEU-1, BLEU-4, ROUGE-1 and ROUGE-L take words as the language has them. Every figure has a 95 % interval, drawn
    over questions; `mean` is that of the languages. Examples:

        medmill evaluate mmedbench --dataset out/mmedbench --run answers.jsonl

        medmill evaluate mmedbench --dataset out/mmedbench --model my-llm@http://127.0.0.1:8000/v1

    Args:
        dataset: the build folder.
        run: a .jsonl, .csv or .parquet file with the columns id and output, and rationale where the output is not both;
            or one with Language, ModelInput, ModelOutput and GT_Answer, as results are published. Repeatable: a file of
            answers and one of rationales.
        model: instead of a run: MODEL@URL of a server, or a folder with a model, which vLLM runs here.
        split: whose questions.
        language: only this one (en, zh, ja, fr, ru, es); repeatable.
        as_published: score as the published code does: one fixed form of answers, rationales that people passed alone,
            BLEU-4 and ROUGE-L with its words. Files in the published form are scored against their own GT_Answer.
        human_passed: compare rationales only where people passed those of the dataset.
        bertscore: a folder or Hub id of a model, to score rationales by BERTScore too.
        answers: the folder that keeps the model's answers; without it, one beside the build.
        revision: which weights a served model has.
        agreement: what lets the text go to a remote server.
        out: write every answer as it was read into this .csv, .jsonl or .parquet file.
        as_json: print one JSON object.
    """
    from builders.exam_scores import Scoring
    from qc.build import Build

    if bool(run) == bool(model):
        raise UsageError("name what answered: --run FILE, or --model MODEL@URL or FOLDER; one of them")
    how = Scoring(as_published, human_passed, bertscore)
    build = Build.open(dataset)
    made, read = _scored(build, run, split, language, how) if run else _asked(
        build, model, split, language, how, (answers, revision, agreement)
    )  # fmt: skip
    if out is not None and read is not None:
        from builders.streams import write

        write(out, iter([read]))
    print(made.model_dump_json(indent=2)) if as_json else _show(made)
    return 0


def _scored(
    build: "Build", files: tuple[Path, ...], split: str, languages: tuple[str, ...], how: "Scoring"
) -> "tuple[ExamScores, pl.DataFrame | None]":
    from builders.exam_runs import as_published_alone, run_of
    from builders.exam_scores import questions_of, scored

    if alone := as_published_alone(files, how):
        return alone, None
    questions = questions_of(build, split, languages)
    run, notes = run_of(files, questions)
    return scored(build, split, questions, run, how, notes)


def _asked(
    build: "Build", model: str, split: str, languages: tuple[str, ...], how: "Scoring",
    told: tuple[Path | None, str, str],
) -> "tuple[ExamScores, pl.DataFrame | None]":  # fmt: skip
    from builders.exam_answers import answered, folder_of_answers, model_of
    from builders.exam_scores import questions_of, scored

    answers, revision, agreement = told
    if how.as_published:
        raise UsageError("--as-published reads answers in the form of the published models; it scores a --run")
    questions = questions_of(build, split, languages)
    llm = model_of(model, folder_of_answers(answers, build.folder), revision)
    llm.demand_allowed(build.manifest.terms, agreement)

    def tell(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done:,} of {questions.height:,} questions", end="", file=sys.stderr, flush=True)

    run, notes = answered(llm, questions, tell)
    return scored(build, split, questions, run, how, notes)


def _show(made: "ExamScores") -> None:
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=120)
    console.print(f"{made.dataset}, {made.split}{', scored as published' if made.as_published else ''}", markup=False)
    measures = list(dict.fromkeys(name for line in made.lines for name in line.scores))
    rows = [
        [line.language, f"{line.questions:,}", f"{line.unparsed:,}", _cell(line.accuracy), f"{line.answerable:,}",
         _cell(line.fair)] for line in made.lines
    ]  # fmt: skip
    console.print(_table(["language", "questions", "unparsed", "accuracy", "answerable", "fair"], rows))
    if measures:
        scored = [[line.language, f"{line.rationales:,}", *(_cell(line.scores.get(name)) for name in measures)]
                  for line in made.lines]  # fmt: skip
        console.print()
        console.print(_table(["language", "rationales", *measures], scored))
    for note in made.notes:
        console.print(note, style="dim", markup=False, highlight=False)


def _table(headings: "list[str]", rows: "list[list[str]]") -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "language" else "right", overflow="fold")
    for row in rows:
        table.add_row(*row, style="bold" if row[0] == "mean" else None)
    return table


def _cell(share: "Share | None") -> str:
    return "–" if share is None else f"{share.value:.3f} [{share.low:.3f}, {share.high:.3f}]"
