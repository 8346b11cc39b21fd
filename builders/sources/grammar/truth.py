"""What the grammar meant, as a table: the ground truth for tests of annotators."""

from collections.abc import Sequence

import polars as pl

from builders.sources.grammar.studies import Study
from schemas.words import ASSERTIONS, CERTAINTIES, CHANGES, LATERALITIES, SEVERITIES

TRUTH = {
    "report": pl.String,
    "section": pl.String,
    "section_index": pl.Int32,
    "start": pl.Int32,
    "end": pl.Int32,
    "file_start": pl.Int32,
    "file_end": pl.Int32,
    "text": pl.String,
    "concept": pl.String,
    "kind": pl.String,
    "assertion": pl.Enum(ASSERTIONS),
    "certainty": pl.Enum(CERTAINTIES),
    "change": pl.Enum(CHANGES),
    "laterality": pl.Enum(LATERALITIES),
    "severity": pl.Enum(SEVERITIES),
    "anatomy": pl.List(pl.String),
    "sizes": pl.List(pl.Float32),
}
"""Columns as in `schemas.radiology.Entity`, with the grammar's own `concept` and `kind`; `sizes` in mm."""


def entity_rows(studies: Sequence[Study]) -> pl.DataFrame:
    """One row per entity, in order of report and place; `text` is the report's text at the file offsets."""
    rows = []
    for study in studies:
        for at in study.placed:
            said = at.mention
            offsets = (at.file_start - at.section_start, at.file_end - at.section_start, at.file_start, at.file_end)
            surface = study.text[at.file_start : at.file_end]
            told = (said.concept, said.kind, said.assertion, said.certainty, said.change, said.laterality)
            rest = (said.severity, list(said.nodes), list(said.sizes))
            rows.append((study.id, at.section, at.section_index, *offsets, surface, *told, *rest))
    return pl.DataFrame(rows, schema=TRUTH, orient="row")
