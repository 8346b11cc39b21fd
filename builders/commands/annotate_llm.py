"""`medmill annotate llm`: a task for a language model, for the reports of any table."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
from cyclopts import Parameter

from builders.commands.annotate import Progress, first_rows
from schemas.errors import UsageError
from schemas.terms import OPEN, Terms

if TYPE_CHECKING:
    from annotators.llm.annotator import Llm
    from annotators.llm.estimate import Estimate
    from annotators.llm.task import Task

CLOSED = Terms(text_may_leave="no", labels_may_leave="no", ids_may_leave=False, remote_processing=False)
"""Of a table whose terms nobody told."""
_ROWS = {"findings": "entities", "rewrite": "sentences", "rationale": "rationales", "region-division": "parts"}
BATCH = 512
"""Rows asked about together: enough for every connection, few enough that answers are used soon."""


def llm(
    *,
    input_: Annotated[Path, Parameter(name="--input")],
    id_: Annotated[str, Parameter(name="--id")],
    text: str,
    out: Path,
    url: str,
    model: str,
    answers: Path,
    task: str = "findings",
    given: str = "",
    rejected: Path | None = None,
    revision: str = "",
    at_once: int = 64,
    most_tokens: int = 2048,
    tries: int = 3,
    patience: float = 120.0,
    max_requests: int | None = None,
    max_tokens: int | None = None,
    plan: Annotated[bool, Parameter(negative="")] = False,
    price_in: float | None = None,
    price_out: float | None = None,
    open_data: Annotated[bool, Parameter(negative="")] = False,
    agreement: str = "",
    limit: int | None = None,
    quiet: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Entities by a language model behind any server that speaks OpenAI's chat completions, or another task for it.

    Every row begins with the id, row (from 0) and section (the text column). What follows is the task's:

    findings: one row per entity: sentence, start, end (characters), text, found (exact, or levelled: in another
    spelling), type, assertion, anatomy.

    rewrite: one row per sentence: sentence, start, end, text, synonym (the same in other words), antonym (something
    else), flags.

    rationale: one row per text: rationale and evidence (a list of sentence, start, end, text, found), of why the
    columns `question` and `answer` fit to the text.

    region-division: one row per part of a sentence of a chest CT: sentence, start, end, text, found, node, region.

    An answer is taken only where every quotation stands in the sentence that it names; one that is not is asked for
    again with the reason, then rejected.

    Every answer is stored in `--answers` before it is used. After a kill the same command asks only what is missing;
    the folder may serve many tables and runs. It quotes patients, so only you may read it. Examples:

        python -m vllm.entrypoints.openai.api_server --model /models/my-llm --served-model-name my-llm

        medmill annotate llm --input reports.csv --id study_id --text findings,impression \\
            --url http://127.0.0.1:8000/v1 --model my-llm --answers answers --out entities.parquet

    Args:
        input_: a .csv, .parquet or .jsonl file, .gz too.
        id_: the column with the id of a report; ids may repeat.
        text: the column with the text; several, with commas between them, are read as sections of one report.
        out: the file to write; its name says the format (.csv, .parquet, .jsonl, .gz too).
        url: where the model is served; text goes to this machine and private networks alone.
        model: what the server calls it.
        answers: the folder of stored answers.
        task: findings, rewrite, rationale or region-division.
        given: columns of what the task is given beside the text, where they have other names: question=COL,answer=COL.
        rejected: where texts without an answer go, with the reason; default: beside --out.
        revision: which weights these are, in your words; other weights are asked anew.
        at_once: questions under way together.
        most_tokens: of an answer; one that is cut off is rejected.
        tries: how often a question is put whose answers cannot be used.
        patience: seconds for which the server may be away.
        max_requests: stop cleanly after so many questions; the same command goes on.
        max_tokens: stop cleanly after so many tokens of prompts and answers.
        plan: ask nothing, and say how many questions, tokens, seconds and what cost it would be.
        price_in: of a million tokens of prompts, for the cost.
        price_out: of a million tokens of answers.
        open_data: the terms of this table let its text be sent anywhere.
        agreement: what lets the text be sent to a remote server, in your words.
        limit: only the first so many rows.
        quiet: no progress.
        as_json: print one JSON object with counts.
    """
    from annotators.llm.budget import Budget
    from annotators.llm.endpoint import demand_allowed
    from annotators.llm.estimate import estimate
    from annotators.llm.tasks.choose import chosen
    from builders.commands.annotate import text_columns
    from builders.llm_annotating import annotated, columns, planned
    from builders.streams import batches, kind

    asked = chosen(task)
    texts, beside = text_columns(text, id_, columns(asked)), _given(given, asked)
    rejected = rejected or out.with_name(f"{out.name.partition('.')[0]}.rejected.jsonl")
    for path in (input_, out, rejected):
        kind(path)
    if len({path.absolute() for path in (input_, out, rejected)}) < 3:
        raise UsageError("--input, --out and --rejected are to be three files")
    demand_allowed(url, OPEN if open_data else CLOSED, agreement)
    if any(most is not None and most < 1 for most in (max_requests, max_tokens)):
        raise UsageError("--max-requests and --max-tokens are at least 1; --plan asks nothing")
    asking = _asking(asked, url, model, answers, revision, at_once, most_tokens, tries, patience)
    asking.budget = Budget(max_requests, max_tokens)
    read = first_rows(batches(input_, list(dict.fromkeys([id_, *texts, *beside.values()])), BATCH), limit)
    if plan:
        prices = None if price_in is None and price_out is None else (price_in or 0.0, price_out or 0.0)
        return _plan(estimate(planned(read, texts, asking, beside), asking.store, prices), as_json)
    return _run(asking, annotated(read, id_, texts, asking, beside), (out, rejected), Progress(quiet), as_json)


def _run(
    asking: "Llm", made: "Iterator[tuple[int, pl.DataFrame, pl.DataFrame]]", files: tuple[Path, Path],
    progress: Progress, as_json: bool,
) -> int:  # fmt: skip
    """Write what was made and what was rejected; how it went is noted even where it ends early."""
    from builders.streams import write

    lost: list[pl.DataFrame] = []

    def entities() -> Iterator[pl.DataFrame]:
        for rows, found, failed in made:
            progress.add(rows)
            lost.append(failed)
            yield found

    try:
        written = write(files[0], entities())
    finally:
        told = {"task": asking.task.name, "model": asking.backend.model, "seconds": progress.seconds}
        asking.store.note({**told, **asking.told})
        asking.store.close()
    failed = pl.concat(lost)
    if failed.height or files[1].exists():  # that of an earlier run would be taken for this one's
        write(files[1], iter([failed]))
    _tell(asking, progress, written, failed, files, as_json)
    return 0


def _plan(found: "Estimate", as_json: bool) -> int:
    if as_json:
        print(json.dumps(vars(found), indent=2))
        return 0
    new = found.questions - found.stored
    basis = "as answers of this model have them" if found.measured else "guessed: no answer of this model is here yet"
    print(f"{found.questions:,} questions, {found.stored:,} of them answered before, {new:,} to ask")
    print(f"about {found.prompt_tokens:,} tokens of prompts and {found.output_tokens:,} of answers ({basis})")
    print(f"about {found.seconds:,.0f} s at the rate of the last run" if found.seconds is not None
          else "time: unknown until a run has asked this model")  # fmt: skip
    if found.cost is not None:
        print(f"cost: about {found.cost:,.2f}")
    return 0


def _given(told: str, task: "Task") -> dict[str, str]:
    """The column of each thing that the task is given: the one of its name, unless another is told."""
    parts = (part.strip().partition("=") for part in told.split(",") if part.strip())
    named = {name: column for name, _, column in parts}
    if unknown := sorted({name for name, column in named.items() if name not in task.given or not column}):
        needs = ", ".join(f"{name}=COLUMN" for name in task.given) or "nothing"
        raise UsageError(f"--given {', '.join(unknown)}: the task {task.name} is given {needs}")
    return {name: named.get(name, name) for name in task.given}


def _asking(
    task: "Task",
    url: str,
    model: str,
    answers: Path,
    revision: str,
    at_once: int,
    most_tokens: int,
    tries: int,
    patience: float,
) -> "Llm":
    from annotators.llm.annotator import Llm
    from annotators.llm.asking import Sampling
    from annotators.llm.server import Server
    from annotators.store import Store

    if min(at_once, most_tokens, tries) < 1 or patience < 0:
        raise UsageError("--at-once, --most-tokens and --tries are at least 1, --patience at least 0")
    server = Server(model, url, revision, at_once, patience)
    return Llm(task, server, Store(answers), Sampling(most_tokens=most_tokens), tries)


def _tell(
    asking: "Llm", progress: Progress, written: int, failed: pl.DataFrame, files: tuple[Path, Path], as_json: bool
) -> None:
    reasons = dict(failed["reason"].value_counts(sort=True).iter_rows()) if failed.height else {}
    if as_json:
        facts = {"rows_in": progress.rows, "rows_out": written, "out": str(files[0]), "rejected": reasons}
        print(json.dumps({**facts, "counts": asking.told, "seconds": round(progress.seconds, 3)}, indent=2))
        return
    told, what = asking.told, _ROWS.get(asking.task.name, "rows")
    print(
        f"{progress.rows:,} rows read, {written:,} {what} written to {files[0]} in {progress.seconds:.1f} s; "
        f"{told['asked']:,} questions asked, {told['stored']:,} answers were there"
    )
    if reasons:
        counted = ", ".join(f"{number:,} {reason}" for reason, number in reasons.items())
        print(f"{failed.height:,} texts rejected ({counted}): {files[1]}", file=sys.stderr)
