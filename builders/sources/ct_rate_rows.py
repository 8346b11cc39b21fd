"""Rows of our tables from those of CT-RATE, a shard at a time, and the rows that are none."""

import polars as pl

from builders.base import Kept
from builders.sources.assembled import assemble
from builders.sources.csv_files import WRONG, undecodable
from builders.sources.ct_rate_scans import Scans
from builders.sources.ct_rate_tables import LABELS, SECTIONS, WHOLE
from builders.sources.mimic_rows import section_lists
from builders.sources.sections import any_sections
from builders.sources.sorting_out import REPORT_COLUMNS, repeated, sort_out
from schemas.radiology import Label, Report
from schemas.volumes import Volume

LABEL_SET = "ctrate18"
PREDICTED, PEOPLE = "CT-RATE report classifier", "people"
_STATES = {"0": "absent", "1": "present"}
_NAME = "VolumeName is none of CT-RATE (train_1_a_1.nii.gz)"


def report_rows(scans: Scans, shard: str) -> Kept:
    """Reports with sections, and labelled ones without, which are cut at the headings they have."""
    official, labelled = (_of(frame, shard) for frame in (scans.official(), scans.labelled_alone()))
    parted = _sorted_out(official, list(SECTIONS.values()), _NAME)
    whole = _sorted_out(labelled, [WHOLE], "AccessionNo is empty")
    sectioned = assemble(parted.frame, SECTIONS)
    texts = whole.frame.with_columns(text=pl.col(WHOLE))
    texts = texts.with_columns(sections=section_lists([any_sections(text) for text in texts["text"]]))
    rows = [frame.with_columns(path=pl.col("place").str.extract(r"^(.*)#")).with_columns(_dateless())
            for frame in (sectioned, texts)]  # fmt: skip
    reports = pl.concat([frame.select(REPORT_COLUMNS).cast(_dtypes(Report)) for frame in rows])
    return Kept(reports, pl.concat([parted.rejected, whole.rejected]))


def label_rows(scans: Scans, shard: str) -> Kept:
    """The 18 labels of each scan: those of people where there are any, else those of the classifier."""
    made = [
        _labels(_of(frame, shard), origin, told)
        for frame, origin, told in (
            (scans.predicted_alone(), PREDICTED, _NAME),
            (scans.labelled(), PEOPLE, "AccessionNo is empty"),
        )
    ]
    return Kept(pl.concat([kept.frame for kept in made]), pl.concat([kept.rejected for kept in made]))


def volume_rows(scans: Scans, shard: str) -> Kept:
    """Every volume whose name is CT-RATE's; of two files for one volume the first."""
    named = scans.volumes(shard)
    told = [
        ("bad_name", pl.col("missing"), pl.lit("a name that is none of CT-RATE; expected train_1_a_1.nii.gz")),
        ("duplicate_id", pl.col("again"), pl.lit("another file of this copy holds the same volume")),
    ]
    flagged = named.with_columns(pl.col("id").fill_null(pl.col("path")), missing=pl.col("id").is_null())
    rejected = sort_out(flagged, told).rejected
    return Kept(scans.chosen_volumes(named).select(list(Volume.columns())).cast(_dtypes(Volume)), rejected)


def _sorted_out(frame: pl.DataFrame, texts: list[str], name: str) -> Kept:
    said = pl.any_horizontal(pl.col(column).fill_null("").str.contains(r"\w") for column in texts)
    reasons = [
        ("bad_row", pl.col(WRONG).is_not_null(), pl.format("{}: {}", "place", WRONG)),
        ("bad_name", pl.col("missing"), pl.format("{}: {}", "place", pl.lit(name))),
        ("not_utf8", undecodable(texts), pl.format("{}: the row holds bytes that are not UTF-8", "place")),
        ("duplicate_id", repeated(), pl.format("{}: an earlier row has this id", "place")),
        ("empty_report", ~said, pl.format("{}: no section has words", "place")),
    ]
    return sort_out(_named(frame), reasons)


def _labels(frame: pl.DataFrame, origin: str, name: str) -> Kept:
    wrong = pl.any_horizontal(~pl.col(label).is_in(list(_STATES)).fill_null(False) for label in LABELS)
    reasons = [
        ("bad_row", pl.col(WRONG).is_not_null(), pl.format("{}: {}", "place", WRONG)),
        ("bad_name", pl.col("missing"), pl.format("{}: {}", "place", pl.lit(name))),
        ("duplicate_id", repeated(), pl.format("{}: an earlier row has this id", "place")),
        ("bad_label", wrong, pl.format("{}: expected 0 or 1 in every label column", "place")),
    ]
    kept, rejected = sort_out(_named(frame), reasons)
    long = kept.unpivot(list(LABELS), index="id", variable_name="label", value_name="value")
    state = pl.col("value").replace_strict(_STATES, return_dtype=pl.String)
    rows = long.select(study="id", label_set=pl.lit(LABEL_SET), label="label", state=state, origin=pl.lit(origin))
    return Kept(rows.cast(_dtypes(Label)), rejected)


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("id").fill_null(pl.col("place")), missing=pl.col("id").is_null())


def _of(frame: pl.DataFrame, shard: str) -> pl.DataFrame:
    return frame.filter(pl.col("key").str.starts_with(shard))


def _dateless() -> pl.Expr:
    return pl.lit(None, pl.Date).alias("date")


def _dtypes(schema: "type[Report | Label | Volume]") -> pl.Schema:
    return pl.Schema({name: column.dtype for name, column in schema.columns().items()})
