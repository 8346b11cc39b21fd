"""What the page shows of a question of an examination: what is asked, the options, the answer, the reasons."""

import polars as pl

from qc.build import Build
from qc.review.highlights import Piece, honest
from qc.review.item import Line, Shown
from qc.review.told import Passage, Told
from schemas.review import Key


def exam_question(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    """One question; right options are marked."""
    row = rows.row(0, named=True)
    parts = [("read before", row["context"]), ("question", row["question"]), ("rationale", row["rationale"])]
    passages = [Passage(heading, [Piece(honest(text))]) for heading, text in parts if text]
    right = set(row["answer"])
    lines = [
        Line(f"{one['letter']}  {honest(one['text'])}", "present" if one["letter"] in right else "otherwise", "",
             "right" if one["letter"] in right else "")
        for one in row["options"]
    ]  # fmt: skip
    facts = [("answer", ", ".join(row["answer"])), ("language", row["language"]), ("source", row["source"])]
    facts += [(name, str(row[name])) for name in ("year", "subject", "image_sign", "rationale_by") if row[name]]
    facts += [("struck", "by the examiners")] if row["struck"] else []
    choices = ["answer: ", "rationale: wrong reasons", "rationale: wrong facts", "needs a picture", "not answerable"]
    return Shown(key, version, ", ".join(row["answer"]), Told(row["id"], passages, frozenset()), "", facts, lines,
                 choices=choices)  # fmt: skip
