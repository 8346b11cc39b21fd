"""Instances as chats: the wording of the task, examples, the question and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from annotators.token_counts import TokenCounts
from builders.base import Stage
from builders.instructions.reason_requests import with_reasons, with_request
from builders.stages.hashing import number
from builders.stages.instructions.drawn import drawn
from builders.stages.instructions.examples import chosen
from schemas.instructions import ChatInstance, InstanceRationale

_AT_ONCE: Final = 2_500
"""Instances whose examples are in memory at once: each has its own copies of them."""


@dataclass(frozen=True)
class Wording:
    """What the chats of a task say and carry besides their instances."""

    category: str
    input_language: str
    output_language: str
    instruction_language: str
    definitions: tuple[str, ...]


@dataclass(frozen=True)
class Chats(Stage):
    """ChatInstance rows of the instances that the mixture draws, and of all of validation.

    Each draws one of the definitions of its task and from none to `shots` examples, and goes as often as its task needs
    it. Where there are reasons for its answer, they are asked for behind the question and stand before the answer.
    Needs `mixture` and `examples`.
    """

    wordings: Mapping[str, Wording]
    shots: int = 0
    seed: str = "medmill"
    counts: TokenCounts = field(default_factory=TokenCounts)

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def check(self) -> None:
        """Raise where the tokenizer is missing."""
        self.counts.check()

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Instance rows, the Drawable rows of these, and InstanceRationale rows where these are wanted."""
        rows = self._numbered(drawn(frames[0], frames[1], needs["mixture"])).sort("order", "id", "copy")
        reasons = frames[2] if len(frames) > 2 else InstanceRationale.create_empty()
        pool = pl.read_parquet(needs["examples"] / "*.parquet")
        parts = [self._made(part, reasons, pool) for part in rows.iter_slices(_AT_ONCE)]
        return pl.concat([ChatInstance.create_empty(), *parts])

    def _made(self, rows: pl.DataFrame, reasons: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
        rows = rows.join(reasons, on="id", how="left", maintain_order="left")
        rows = self._worded(rows)
        asked = rows.select("task", "licence", "document", "some", "turn", id="key")
        shots = chosen(asked, pool, "some")
        rows = rows.join(shots, left_on="key", right_on="id", how="left", maintain_order="left")
        return self._finished(rows)

    def _numbered(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`key` of instance and copy, its `order`, and the numbers that choose a definition and examples."""
        rows = rows.with_columns(key=pl.format("{}#{}", "id", "copy"))
        turn = number(rows["key"], seed=f"{self.seed} turn")
        return rows.with_columns(
            order=number(rows["key"], seed=f"{self.seed} order"),
            wording=number(rows["key"], seed=f"{self.seed} wording"),
            some=(turn // 2**32 % (self.shots + 1)).cast(pl.Int64),
            turn=(turn % 2**32).cast(pl.Int64),
        )

    def _worded(self, rows: pl.DataFrame) -> pl.DataFrame:
        told = pl.DataFrame(
            [{"task": task, **{name: getattr(one, name) for name in Wording.__dataclass_fields__}}
             for task, one in self.wordings.items()],
            {"task": pl.String, "category": pl.String, "input_language": pl.String, "output_language": pl.String,
             "instruction_language": pl.String, "definitions": pl.List(pl.String)},
        )  # fmt: skip
        rows = rows.join(told, on="task", how="left", maintain_order="left")
        at = (pl.col("wording") % pl.col("definitions").list.len()).cast(pl.Int32)
        rows = rows.with_columns(definition=at)
        return rows.with_columns(said=pl.col("definitions").list.get("definition")).drop("definitions")

    def _finished(self, rows: pl.DataFrame) -> pl.DataFrame:
        kinds = {name: column.dtype for name, column in ChatInstance.columns().items()}
        rows = rows.with_columns(
            shots=pl.col("shots").fill_null([]), messages=_messages(rows), other_outputs=pl.col("outputs").list.slice(1)
        )
        rows = rows.with_columns(shots=pl.col("shots").list.eval(pl.element().struct.field("id")))
        words = rows["messages"].list.eval(pl.element().struct.field("content")).list.join("\n")
        rows = rows.with_columns(tokens=self.counts.annotate(words))
        return rows.select(pl.col(name).cast(kind) for name, kind in kinds.items())


def _messages(rows: pl.DataFrame) -> pl.Series:
    """The turns: the first of the user begins with the definition, examples are turns before the question."""
    turn = pl.Struct({"role": pl.String, "content": pl.String})
    asked = rows.select(
        "key", "said", step=pl.lit(2**31, pl.Int64), user=with_request("input", "instruction_language", "rationale"),
        reply=with_reasons(pl.col("outputs").list.first(), "rationale"),
    )  # fmt: skip
    shots = rows.select("key", "said", "shots").explode("shots").filter(pl.col("shots").is_not_null())
    shots = shots.unnest("shots").select(
        "key", "said", step=pl.int_range(pl.len()).over("key").cast(pl.Int64), user="input", reply="output"
    )
    turns = pl.concat([asked, shots]).sort("key", "step")
    first = pl.int_range(pl.len()).over("key") == 0
    user = pl.when(first).then(pl.format("{}\n\n{}", "said", "user")).otherwise("user")
    turns = turns.with_columns(
        user=pl.struct(role=pl.lit("user"), content=user).cast(turn),
        reply=pl.struct(role=pl.lit("assistant"), content="reply").cast(turn),
    )
    talks = turns.group_by("key", maintain_order=True).agg(messages=pl.concat_list("user", "reply").explode())
    return rows.select("key").join(talks, on="key", how="left", maintain_order="left")["messages"]
