"""What `medmill annotate llm` says: how far it is, what a plan comes to, and what was made."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from builders.commands.annotate import Progress

if TYPE_CHECKING:
    from annotators.llm.annotator import Llm
    from annotators.llm.estimate import Estimate

_ROWS = {"findings": "entities", "rewrite": "sentences", "rationale": "rationales", "region-division": "parts"}


@dataclass
class Asked(Progress):
    """Told as answers come, since a batch of rows may take minutes."""

    asking: "Llm" = field(kw_only=True)

    @property
    def words(self) -> str:
        """Rows that are done, and what was asked."""
        told = self.asking.told
        rate = told["asked"] / max(self.seconds, 1e-9)
        return (
            f"{self.rows:,} rows done, {told['asked']:,} questions asked ({rate:,.1f}/s), "
            f"{told['stored']:,} answers were there"
        )


def tell_plan(found: "Estimate", as_json: bool) -> None:
    """How many questions there are, and what they take."""
    if as_json:
        print(json.dumps(vars(found), indent=2))
        return
    new = found.questions - found.stored
    basis = "as answers of this model have them" if found.measured else "guessed: no answer of this model is here yet"
    print(f"{found.questions:,} questions, {found.stored:,} of them answered before, {new:,} to ask")
    print(f"about {found.prompt_tokens:,} tokens of prompts and {found.output_tokens:,} of answers ({basis})")
    print(f"about {found.seconds:,.0f} s at the rate of the last run" if found.seconds is not None
          else "time: unknown until a run has asked this model")  # fmt: skip
    if found.cost is not None:
        print(f"cost: about {found.cost:,.2f}")


def tell_made(
    asking: "Llm", progress: Progress, written: int, failed: pl.DataFrame, files: tuple[Path, Path], as_json: bool
) -> None:
    """What was made, and why texts were rejected."""
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
