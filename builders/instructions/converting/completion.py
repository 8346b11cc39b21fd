"""Documents cut at a heading: the begin is given, what stands behind the heading is to be written."""

import re

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import INPUT, OUTPUTS, REASON, settled
from builders.instructions.converting.draws import Draw
from builders.instructions.converting.template import rendered
from builders.instructions.task import Task


def convert(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each document; it is cut at the first line that begins with one of the headings, in any case.

    The heading is in neither part. A document without one is rejected as `no_heading`.
    """
    text = task.fields["text"]
    heads = "|".join(re.escape(head) for head in sorted(task.fields["cut"], key=len, reverse=True))
    parts = pl.col(INPUT).str.extract_groups(rf"(?is)\A(?<before>.*?)(?:\A|[\r\n])[ \t]*(?:{heads})(?<behind>.*)\z")
    drafts = rows.with_columns(rendered(rows, text).alias(INPUT)).with_columns(parts.alias("__parts"))
    before, behind = (pl.col("__parts").struct.field(name).str.strip_chars() for name in ("before", "behind"))
    whole = pl.col(INPUT).is_not_null() & before.is_null()
    return settled(
        drafts.with_columns(
            before.alias(INPUT),
            pl.concat_list(behind).alias(OUTPUTS),
            pl.when(whole).then(pl.lit("no_heading")).alias(REASON),
        ),
        [text],
        [text],
    )
