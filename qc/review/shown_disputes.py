"""What the page shows of a dispute: the sentence in its report, the span that is asked about, and who names it."""

from typing import Any, Final

import polars as pl

from qc.build import Build
from qc.review.highlights import Weight, honest
from qc.review.item import Line, Shown
from qc.review.items import texts_of
from qc.review.told import Row, reports
from schemas.review import Key
from schemas.words import RATE_TYPES

NOBODY: Final = "nobody"


def dispute(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    """One entity that some annotators name and some do not, and what else anybody names in its sentence."""
    row = rows.row(0, named=True)
    place = {name: row[name] for name in ("section", "section_index")}
    first, last = row["sentence_start"], row["sentence_end"]
    sentence = {"start": first, "end": last, "label": "the sentence", "weight": "meant", "look": "sentence"}
    asked = {"start": first + row["start"], "end": first + row["end"], "label": row["type"], "look": _look(row["type"])}
    spans = {row["report"]: [{**place, **sentence}, {**place, **asked}]}
    told = reports(build, [row["report"]], _nothing, asked=spans)[row["report"]]
    text = _text(build, row)
    facts = [("named by", ", ".join(row["by"])), ("not named by", ", ".join(row["against"]) or NOBODY)]
    choices = [*(f"type: {kind}" for kind in RATE_TYPES if kind != row["type"]), "words: "]
    lines = _others(build, row, text)
    words = honest(text[row["start"] : row["end"]])
    return Shown(key, version, row["type"], told, words, facts, lines, choices=choices)


def _others(build: Build, row: Row, text: str) -> list[Line]:
    """What else anybody names in the sentence."""
    if not build.has("votes"):
        return []
    votes = build.scan("votes", ["id", "annotator", "entities"]).filter(pl.col("id") == row["id"]).collect()
    named = votes.explode("entities").drop_nulls("entities").unnest("entities")
    each = named.group_by("start", "end", "type").agg(pl.col("annotator").sort()).sort("start", "end", "type")
    return [
        Line(honest(text[start:end]), _look(kind), f"named by {', '.join(by)}", kind)
        for start, end, kind, by in each.iter_rows()
        if (start, end, kind) != (row["start"], row["end"], row["type"])
    ]


def _text(build: Build, row: Row) -> str:
    """The sentence; empty where the corpus does not hold its report."""
    found: list[dict[str, Any]] = texts_of(build, pl.Series("id", [row["report"]]), "text", "passages").to_dicts()
    for part in found[0]["passages"] if found else []:
        if (part["section"], part["section_index"]) == (row["section"], row["section_index"]):
            first = part["start"] + row["sentence_start"]
            return found[0]["text"][first : first + row["sentence_end"] - row["sentence_start"]]
    return ""


def _look(kind: str) -> str:
    return "anatomy" if kind == "Anatomy" else "absent" if kind.startswith("Non-") else "present"


def _nothing(entity: Row) -> Weight:
    """A corpus of sentences has no other entities."""
    return "other"
