"""`medmill definitions`: what tasks of instructions ask for, in more words than ours."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from schemas.errors import UsageError

if TYPE_CHECKING:
    from builders.instructions.rewordings import Rewording

_MOST = 100
"""Versions of a definition: with more, models repeat themselves."""


def definitions(
    *,
    out: Path,
    model: str,
    tasks: str = "",
    own: tuple[Path, ...] = (),
    number: int = 10,
    answers: Path | None = None,
    revision: str = "",
    quiet: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Rewrite the definitions of instruction tasks with a language model, and keep those that still ask for the same.

    A task of `meds-ins` has a handful of definitions: sentences that tell a model what to do. A model that is trained
    on few of them learns the sentences; more wordings make it learn the task. Each line of the file is one version:
    task, parent (which of our definitions it was made of, from 0) and its words (of), text, kept, reason, by.

    A version is kept where rules of ours find nothing against it: it has every label, number, letter of an option,
    quotation and language that its parent has and no new one, is in the same language, 0.4 to 2.5 times as long, holds
    no example that was not there, and is not nearly the same as another definition of its task. What is not kept stays
    in the file with its reason. Rules see words, not sense: read the file before you use it; `kept` may be edited.

    Sent are our own definitions, or yours, and nothing of any corpus, so no terms forbid a remote server. Every answer
    is stored before it is used: the same command goes on after a kill, and asks nothing twice. Examples:

        medmill definitions --out definitions.jsonl --model my-llm@http://127.0.0.1:8000/v1

        medmill definitions --out some.jsonl --model /models/my-llm --tasks 45,46 --number 5

        medmill build meds-ins --source pubmedqa=/data/pubmedqa --out out/meds-ins --set definitions=definitions.jsonl

    Args:
        out: the .jsonl file to write.
        model: MODEL@URL of a server, or a folder with a model, which vLLM runs here.
        tasks: only these, by id, with commas between; default: all that can be built.
        own: a TOML file that declares a corpus of yours; repeatable.
        number: versions of each definition.
        answers: the folder that keeps the model's answers; without it, one beside the file.
        revision: which weights a served model has.
        quiet: no progress.
        as_json: print one JSON object with counts.
    """
    from builders.instructions.choosing import chosen_tasks
    from builders.instructions.declared import with_own
    from builders.instructions.rewordings_file import write
    from builders.reworded_definitions import reworded, reworder

    if out.suffix != ".jsonl":
        raise UsageError(f"--out {out}: expected a name that ends in .jsonl")
    if not 1 <= number <= _MOST:
        raise UsageError(f"--number {number}: expected 1 to {_MOST}")
    wanted = chosen_tasks(with_own(own), [id_.strip() for id_ in tasks.split(",") if id_.strip()])
    folder = answers or out.absolute().with_name(f"{out.stem}-answers")
    llm = reworder(model, str(folder), revision, number)
    count = sum(len(task.definitions) for task in wanted)

    def tell(done: int) -> None:
        if sys.stderr.isatty() and not quiet:
            print(f"\r{done:,} of {count:,} definitions", end="", file=sys.stderr, flush=True)

    made, lost = reworded(llm, wanted, number, tell)
    write(out, wanted, made)
    facts = {"tasks": len(wanted), "definitions": count, **_counts(made), "unanswered": dict(sorted(lost.items()))}
    print(json.dumps({**facts, "out": str(out)}, indent=2)) if as_json else _show(facts, out)
    return 0


def _counts(made: "Sequence[Rewording]") -> dict[str, Any]:
    reasons = Counter(one.reason for one in made if not one.kept)
    order = dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))
    return {"versions": len(made), "kept": sum(one.kept for one in made), "rejected": order}


def _show(facts: dict[str, Any], out: Path) -> None:
    print(
        f"{facts['definitions']:,} definitions of {facts['tasks']:,} tasks: {facts['versions']:,} versions, "
        f"{facts['kept']:,} kept, written to {out}"
    )
    if facts["rejected"]:
        print("not kept: " + ", ".join(f"{count:,} {reason}" for reason, count in facts["rejected"].items()))
    if facts["unanswered"]:
        told = ", ".join(f"{count:,} {reason}" for reason, count in facts["unanswered"].items())
        print(f"definitions without a usable answer: {told}", file=sys.stderr)
