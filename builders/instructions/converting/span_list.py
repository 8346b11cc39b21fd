"""A text and the mentions in it: as a list with commas, with their types, or line by line as JSON."""

from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import DETAIL, GOLD, INPUT, OUTPUTS, REASON, settled
from builders.instructions.converting.draws import ROW, Draw
from builders.instructions.converting.mentions import MENTION, TYPE, WRONG, mentions
from builders.instructions.converting.span_lines import lines
from builders.instructions.converting.template import alone, rendered
from builders.instructions.converting.values import Value
from builders.instructions.task import Task

BETWEEN: Final = ", "


def convert(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each text; gold are the mentions, each once, or `mention (type)` where types are answered.

    A text without a mention is answered by `none`, and rejected as `empty_output` where the task has no such sentence.
    Spans may overlap; one that the text does not hold rejects its row.
    """
    fields = task.fields
    text = alone(fields["text"], rows.schema)
    if text is None:
        text = Value(pl.lit(None, pl.String), pl.String())
    written = fields.get("written", "mentions")
    found = mentions(rows, text, fields)
    held = _by_row(found, with_types=written != "mentions")
    drafts = rows.with_columns(rendered(rows, fields["text"]).alias(INPUT)).with_row_index(ROW)
    drafts = drafts.join(held, on=ROW, how="left", maintain_order="left").with_columns(pl.col(GOLD).fill_null([]))
    if written == "lines":
        answer = lines(rows, text, found, fields["entities"], fields.get("relations")).alias("__answer")
    else:
        answer = pl.when(pl.col(GOLD).list.len() > 0).then(pl.col(GOLD).list.join(BETWEEN)).alias("__answer")
    drafts = drafts.with_columns(answer)
    said = pl.coalesce("__answer", pl.lit(fields.get("none"), pl.String))
    return settled(
        drafts.with_columns(pl.when(said.is_not_null()).then(pl.concat_list(said)).alias(OUTPUTS)),
        [fields["text"]],
        [fields["entities"]],
    )


def _by_row(found: pl.DataFrame, *, with_types: bool) -> pl.DataFrame:
    mention = pl.format("{} ({})", MENTION, TYPE) if with_types else pl.col(MENTION)
    return found.group_by(ROW, maintain_order=True).agg(
        mention.drop_nulls().unique(maintain_order=True).alias(GOLD),
        pl.col(WRONG).drop_nulls().first().alias(REASON),
        pl.format("{} of {} mentions", pl.col(WRONG).count(), pl.len()).alias(DETAIL),
    )
