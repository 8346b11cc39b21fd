"""What the page shows of masks, grounded sentences and questions; their volumes are `qc.review.scenes`."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from qc.build import Build
from qc.review.highlights import Weight, honest
from qc.review.item import Line, Shown
from qc.review.told import reports
from schemas.grounding import NO_NODE
from schemas.review import Key

NOTHING: Final = "no structure"


def mask(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    """One structure of one volume: what was measured of it, beside the whole report."""
    row = rows.row(0, named=True)
    told = reports(build, [row["study"]], _nothing)[row["study"]]
    facts = [("volume", row["volume"]), ("origin", row["origin"]), ("size", f"{row['volume_ml']:,.1f} ml")]
    facts += [("mean", f"{row['hu_mean']:.0f} HU")] if row["hu_mean"] is not None else []
    facts += [("cut at", ", ".join(row["borders"]))] if row["borders"] else []
    choices = ["empty, and should not be", "another structure", "wrong side", "too large", "too small", "holes"]
    return Shown(key, version, row["structure"], told, facts=facts, choices=choices)


def grounded(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    """One sentence and a structure that it speaks of, marked in its report."""
    row = rows.row(0, named=True)
    told = reports(build, [row["study"]], _nothing, asked={row["study"]: [row]})[row["study"]]
    facts = [("paths", "; ".join(row["paths"]) or "none"), ("kind", row["kind"]), ("found by", row["rule"])]
    facts += [("masks", f"of {row['mask_node']}, its {row['mask_role']}")] if row["masks"] else [("masks", "none")]
    facts += [("sides", "findings and impression disagree")] if row["laterality_conflict"] else []
    lines = [Line(honest(f["term"]), f["assertion"], "", f["assertion"]) for f in row["findings"]]
    choices = ["of no structure", "another structure: ", "another sentence too", "wrong side", "the mask is wrong"]
    title = NOTHING if row["node"] == NO_NODE else row["node"]
    return Shown(key, version, title, told, honest(row["text"]), facts, lines, choices=choices)


def question(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    """One question, its answer, and the sentences that it rests on, marked in the report."""
    row = rows.row(0, named=True)
    told = reports(build, [row["study"]], _nothing, asked={row["study"]: row["evidence"]})[row["study"]]
    facts = [("answer", honest(row["answer"])), ("choices", honest(" / ".join(row["choices"])))]
    facts += [(name, row[name] or "") for name in ("type", "form", "node", "finding", "rule", "reason")]
    facts += [("step", f"{row['step']} of {row['chain']}")] if row["chain"] else []
    choices = [*(f"answer: {choice}" for choice in row["choices"]), "cannot be answered", "not a sensible question"]
    title = honest(row["question"])
    return Shown(key, version, title, told, facts=[fact for fact in facts if fact[1]], choices=choices)


def _nothing(entity: Mapping[str, Any]) -> Weight:
    """Entities beside what is asked about."""
    return "other"
