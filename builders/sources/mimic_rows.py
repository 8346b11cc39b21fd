"""Rows in the shape of MIMIC-CXR: reports with their sections, views, and the labels of MIMIC-CXR-JPG."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from builders.list_columns import lists_of
from builders.sources.sections import Section, sectioned
from builders.sources.sorting_out import REPORT_COLUMNS
from schemas.words import SPLITS, STATES

LABELS = (
    *("Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Enlarged Cardiomediastinum", "Fracture"),
    *("Lung Lesion", "Lung Opacity", "No Finding", "Pleural Effusion", "Pleural Other", "Pneumonia"),
    *("Pneumothorax", "Support Devices"),
)
"""The labels of `mimic-cxr-2.0.0-chexpert.csv.gz`, in its order."""
LABEL_ROW = {
    "study": pl.String,
    "label_set": pl.String,
    "label": pl.String,
    "state": pl.Enum(STATES),
    "origin": pl.String,
}
_VIEWS = {"PA": "frontal-pa", "AP": "frontal-ap", "LATERAL": "lateral", "LL": "lateral"}
_SECTION = {"name": pl.String, "start": pl.Int32, "text": pl.String}


class RawReport(NamedTuple):
    """One report as it was read; `split` is the official one in our words."""

    id: str
    patient: str
    date: date | None
    split: str | None
    path: str
    text: str


def report_rows(reports: Sequence[RawReport]) -> pl.DataFrame:
    """Report rows with the sections of the official sectioner."""
    columns = {name: [getattr(report, name) for report in reports] for name in RawReport._fields}
    schema = dict.fromkeys(RawReport._fields, pl.String) | {"date": pl.Date, "split": pl.Enum(SPLITS)}
    frame = pl.DataFrame(columns, schema=schema)
    return frame.with_columns(sections=section_lists([sectioned(report.text) for report in reports])).select(
        REPORT_COLUMNS
    )


def section_lists(sections: Sequence[Sequence[Section]]) -> pl.Series:
    """Sections per report as the column `sections` of a report table."""
    flat = pl.DataFrame([section for found in sections for section in found], _SECTION, orient="row")
    return lists_of(flat.to_struct(), (len(found) for found in sections)).alias("sections")


def view_named(column: str) -> pl.Expr:
    """DICOM ViewPosition in our words (`PA` → `frontal-pa`); other views in lower case, null where it is blank."""
    plain = pl.col(column).str.strip_chars()
    other = plain.str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "-")
    return pl.when(plain != "").then(plain.replace_strict(_VIEWS, default=other, return_dtype=pl.String))
