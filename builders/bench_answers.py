"""Outputs of a language model for items of the benchmark; each is stored before it is used, so that a run goes on."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import polars as pl

from annotators.llm.annotator import Given
from annotators.llm.asking import Failure
from annotators.llm.by_name import LlmByName
from qc.build import Build

AT_ONCE: Final = 256
"""Items between two words of progress."""
LONG: Final = 1000
SHORT: Final = 200
MOST_TOKENS: Final[Mapping[str, int]] = {"bleu-rouge": LONG}
"""Of an output by the metric of its task, as MedS-Bench has them; of all others `SHORT`."""


def demand_allowed(llm: LlmByName, build: Build, items: pl.DataFrame, agreement: str) -> None:
    """Raise `UsageError` where the terms of a table of these items keep text from where the model runs."""
    for table in items["table"].unique().sort():
        llm.demand_allowed(build.manifest.table(table).terms, agreement)


def answered(
    llm: LlmByName, items: pl.DataFrame, tell: Callable[[int], None], shots: int | None = None
) -> tuple[pl.DataFrame, list[str]]:
    """id and output of every item, and what to know; one that the model gave nothing for has an empty output.

    `shots`: how many of the examples of an item are shown; None: all.
    """
    rows: list[tuple[str, str]] = []
    lost: Counter[str] = Counter()
    limits = items.select(pl.col("metric").replace_strict(MOST_TOKENS, default=SHORT))["metric"]
    for limit in limits.unique().sort():
        own, asked = items.filter(limits == limit), replace(llm, most_tokens=limit)
        for part in own.iter_slices(AT_ONCE):
            shown = part.select("definition", "examples").iter_rows()
            given = [_given(definition, examples, shots) for definition, examples in shown]
            for id_, made in zip(part["id"], asked.annotate(part["input"].to_list(), given), strict=True):
                usable = "" if isinstance(made, Failure) or not made else str(made[0]["output"])
                if not usable:
                    lost[made.reason if isinstance(made, Failure) else "no_words"] += 1
                rows.append((id_, usable))
            tell(len(rows))
    notes = [f"{count:,} items without a usable output: {reason}" for reason, count in sorted(lost.items())]
    return pl.DataFrame(rows, {"id": pl.String, "output": pl.String}, orient="row").sort("id"), notes


def _given(definition: str, examples: list[dict[str, Any]], shots: int | None) -> Given:
    pairs = [(name, one[name]) for one in examples[:shots] for name in ("input", "output")]
    return (("definition", definition), *pairs)
