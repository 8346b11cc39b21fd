"""`medmill annotate llm`: a task for a language model, for the reports of any table."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import polars as pl
from cyclopts import Parameter

from builders.commands.annotate import Progress, first_rows
from builders.commands.annotate_llm_told import Asked, tell_made, tell_plan
from schemas.errors import UsageError
from schemas.terms import OPEN, Terms

if TYPE_CHECKING:
    from annotators.llm.annotator import Llm
    from annotators.llm.asking import Backend
    from annotators.llm.task import Task

CLOSED = Terms(text_may_leave="no", labels_may_leave="no", ids_may_leave=False, remote_processing=False)
"""Of a table whose terms nobody told."""
BATCH = 4096
"""Rows asked about together: at the end of each batch the engine runs empty, so they are many; 10 MB of reports."""


def llm(
    *,
    input_: Annotated[Path, Parameter(name="--input")],
    id_: Annotated[str, Parameter(name="--id")],
    text: str,
    out: Path,
    answers: Path,
    engine: str | None = None,
    url: str | None = None,
    model: str | None = None,
    task: str = "findings",
    given: str = "",
    rejected: Path | None = None,
    revision: str = "",
    at_once: int | None = None,
    most_tokens: int = 2048,
    tries: int = 3,
    too_long: Literal["reject", "split"] = "reject",
    context: int | None = None,
    patience: float = 120.0,
    per_minute: int | None = None,
    tokens_per_minute: int | None = None,
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
    """Entities by a language model, or another task for it: behind a server of chat completions, or by vLLM here.

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

        medmill annotate llm --input reports.csv --id study_id --text findings,impression \\
            --engine 'vllm:/models/my-llm?max_model_len=8192' --answers answers --out entities.parquet

    Args:
        input_: a .csv, .parquet or .jsonl file, .gz too.
        id_: the column with the id of a report; ids may repeat.
        text: the column with the text; several, with commas between them, are read as sections of one report.
        out: the file to write; its name says the format (.csv, .parquet, .jsonl, .gz too).
        answers: the folder of stored answers.
        engine: vllm:FOLDER (vLLM in this process; its options may follow a question mark), or MODEL@URL for a server.
        url: where the model is served, with --model instead of --engine; text goes to this machine and private networks
            alone.
        model: what the server calls it.
        task: findings, rewrite, rationale or region-division.
        given: columns of what the task is given beside the text, where they have other names: question=COL,answer=COL.
        rejected: where texts without an answer go, with the reason; default: beside --out.
        revision: which weights these are, in your words; other weights are asked anew. Default for vllm: a hash of the
            folder's files.
        at_once: questions under way together; default: 64 for a server, 512 in this process.
        most_tokens: of an answer; one that is cut off is rejected.
        tries: how often a question is put whose answers cannot be used.
        too_long: what becomes of a text that the model does not read at once: rejected, or split between sentences.
        context: tokens of prompt and answer that the model reads, where a server does not say so itself.
        patience: seconds for which the server may be away.
        per_minute: at most so many questions a minute to a server, evenly.
        tokens_per_minute: at most so many tokens of prompts and answers a minute.
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
    from annotators.llm.choose import Wishes, backend, url_of
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
    spec = _spec(engine, model, url)
    if address := url or url_of(spec):
        demand_allowed(address, OPEN if open_data else CLOSED, agreement)
    counts = (max_requests, max_tokens, at_once, context, per_minute, tokens_per_minute)
    if any(count is not None and count < 1 for count in (*counts, most_tokens, tries)) or patience < 0:
        raise UsageError("counts and limits are at least 1, --patience at least 0; --plan asks nothing")
    model_ = backend(spec, Wishes(revision, at_once, patience, context, per_minute, tokens_per_minute))
    asking = _asking(asked, model_, answers, most_tokens, tries)
    asking.budget, asking.too_long = Budget(max_requests, max_tokens), too_long
    read = first_rows(batches(input_, list(dict.fromkeys([id_, *texts, *beside.values()])), BATCH), limit)
    if plan:
        prices = None if price_in is None and price_out is None else (price_in or 0.0, price_out or 0.0)
        tell_plan(estimate(planned(read, texts, asking, beside), asking.store, prices), as_json)
        return 0
    progress = Asked(quiet, asking=asking)
    asking.came = progress.tell
    return _run(asking, annotated(read, id_, texts, asking, beside), (out, rejected), progress, as_json)


def _spec(engine: str | None, model: str | None, url: str | None) -> str:
    """Where the model runs, in one word."""
    if engine is not None and model is None and url is None:
        return engine
    if engine is None and model and url is not None:
        return f"{model}@{url}"
    raise UsageError(
        "which model? Give --engine vllm:FOLDER for vLLM in this process, or --url and --model (or --engine MODEL@URL) "
        "for a server"
    )


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
    tell_made(asking, progress, written, failed, files, as_json)
    return 0


def _given(told: str, task: "Task") -> dict[str, str]:
    """The column of each thing that the task is given: the one of its name, unless another is told."""
    parts = (part.strip().partition("=") for part in told.split(",") if part.strip())
    named = {name: column for name, _, column in parts}
    if unknown := sorted({name for name, column in named.items() if name not in task.given or not column}):
        needs = ", ".join(f"{name}=COLUMN" for name in task.given) or "nothing"
        raise UsageError(f"--given {', '.join(unknown)}: the task {task.name} is given {needs}")
    return {name: named.get(name, name) for name in task.given}


def _asking(task: "Task", model: "Backend", answers: Path, most_tokens: int, tries: int) -> "Llm":
    from annotators.llm.annotator import Llm
    from annotators.llm.asking import Sampling
    from annotators.store import Store

    return Llm(task, model, Store(answers), Sampling(most_tokens=most_tokens), tries)
