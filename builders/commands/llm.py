"""`medmill llm stats` and `medmill llm compact`: the stored answers of language models."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from schemas.errors import MedmillError

llm = App(name="llm", help="What models answered, and were asked in vain: counts, tokens, rates.")
_OF_A_RUN = ("asked", "stored", "tokens_in", "tokens_out", "seconds")


@llm.command
def stats(answers: Path, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Answers per task and model, tokens and their rates, runs, failures, and answers that were there already.

        medmill llm stats answers

    Args:
        answers: the folder that was given as --answers.
        as_json: print one JSON object.
    """
    from annotators.store import Store

    store = Store(_there(answers))
    held: Counter[tuple[str, str]] = Counter()
    for key in store:
        answer = store.get(key) or {}
        held[answer["task"], answer["model"]] += 1
    runs = store.runs()
    held.update({(run["task"], run["model"]): 0 for run in runs})
    rows = [_row(*named, count, [run for run in runs if (run["task"], run["model"]) == named])
            for named, count in sorted(held.items())]  # fmt: skip
    if as_json:
        print(
            json.dumps({"answers": len(store), "damaged": store.damaged, "runs": len(runs), "models": rows}, indent=2)
        )
    else:
        _show(rows, store.damaged)
    return 0


@llm.command
def compact(answers: Path) -> int:
    """Bring the files of answers together into one; those that a process writes are left alone.

        medmill llm compact answers

    Args:
        answers: the folder that was given as --answers.
    """
    from annotators.store import compact as compacted

    files, count = compacted(_there(answers))
    print(f"{files:,} files, {count:,} answers, one file now" if files > 1 else "nothing to bring together")
    return 0


def _there(answers: Path) -> Path:
    if not answers.is_dir():
        raise MedmillError(f"{answers}: no such folder; expected the one that was given as --answers")
    return answers


def _row(task: str, model: str, count: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
    total: Counter[str] = Counter()
    for run in runs:
        total.update({name: value for name, value in run.items() if isinstance(value, int | float) and name != "at"})
    failures = {name: value for name, value in total.items() if name not in _OF_A_RUN}
    seconds = total["seconds"] or float("nan")
    return {
        "task": task, "model": model, "answers": count, "runs": len(runs),
        **{name: total[name] for name in _OF_A_RUN}, "failures": failures,
        "tokens_out_per_second": total["tokens_out"] / seconds,
    }  # fmt: skip


def _show(rows: list[dict[str, Any]], damaged: int) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("task", "model", "answers", "asked", "there already", "tokens in", "out", "out/s", "failures"):
        table.add_column(heading, justify="left" if heading in ("task", "model", "failures") else "right")
    for row in rows:
        failures = ", ".join(f"{number:,} {reason}" for reason, number in row["failures"].items())
        counts = [f"{row[name]:,}" for name in ("answers", "asked", "stored", "tokens_in", "tokens_out")]
        table.add_row(row["task"], row["model"], *counts, f"{row['tokens_out_per_second']:,.0f}", failures)
    console = Console()
    console.print(table if rows else "No answer is stored here yet.")
    if damaged:
        console.print(f"{damaged:,} damaged lines: what they answered is asked again")
