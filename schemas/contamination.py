"""Rows that say which questions of benchmarks stand in which documents."""

from typing import Final

import dataframely as dy

from schemas.columns import tag

OVERLAPS: Final = ("question", "run")
"""`question`: all of it stands in the document, whatever its case and punctuation. `run`: as many words on end as are
hardly ever equal by chance.
"""


class Overlap(dy.Schema):
    """One question of a benchmark that stands in one document."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="Of the document.")
    licence = dy.String(nullable=True, metadata=tag("licence"), description="Of the document.")
    item = dy.String(primary_key=True, metadata=tag("id"), description="The file of the benchmark, and its item.")
    kind = dy.Enum(OVERLAPS, primary_key=True, metadata=tag("label"))
    runs = dy.Int32(min=1, metadata=tag("count"), description="Different runs of the question that are found.")


class Question(dy.Schema):
    """One question of a benchmark, as it is asked."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="The file, the range of it, and which one there.")
    text = dy.String(metadata=tag("source_text"))


class QuestionRuns(dy.Schema):
    """What of one question is looked for: its place in the arrays beside these rows."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    number = dy.Int32(min=0, metadata=tag("count"), description="In the arrays.")
    tokens = dy.Int32(min=0, metadata=tag("count"))
    size = dy.Int32(min=1, metadata=tag("count"), description="Tokens of the runs that are looked for.")
