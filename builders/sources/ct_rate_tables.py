"""The tables of CT-RATE as frames: one row per scan of reports and labels, one per volume of metadata.

Each is read whole, once per process, and repeats are dropped at once: 47,149 rows of training reports come to 24,128
scans. Columns `id`, `patient`, `split`, `key` (the shard), `place` (file and row), `WRONG`, and what each holds.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import polars as pl

from builders.sources.csv_files import WRONG, read_csv
from builders.sources.ct_rate_names import of_scans, of_volumes, shard_key
from builders.sources.mimic_release import Found
from builders.sources.reconstructions import kernel_named

Stamped = tuple[tuple[Found, str], ...]
"""Files, and what says whether a table read before is still the same."""
LABELS = (
    *("Medical material", "Arterial wall calcification", "Cardiomegaly", "Pericardial effusion"),
    *("Coronary artery wall calcification", "Hiatal hernia", "Lymphadenopathy", "Emphysema", "Atelectasis"),
    *("Lung nodule", "Lung opacity", "Pulmonary fibrotic sequela", "Pleural effusion", "Mosaic attenuation pattern"),
    *("Peribronchial thickening", "Consolidation", "Bronchiectasis", "Interlobular septal thickening"),
)
"""The 18 abnormalities, in the order of the files."""
SECTIONS = {
    "history": "ClinicalInformation_EN",
    "technique": "Technique_EN",
    "findings": "Findings_EN",
    "impression": "Impressions_EN",
}
"""Sections under the names used everywhere here (clinical information is `history`), and their columns."""
WHOLE = "report_text"
"""The column of the labelled reports, which have no sections."""
_BLANK = r"(?i)^not given\.?$"
_METADATA = ("VolumeName", "ConvolutionKernel", "ZSpacing", "RescaleSlope", "RescaleIntercept")


def stamped(found: Sequence[Found]) -> Stamped:
    """Files with size and time of change, so that a table read before is read again when it changes."""
    return tuple((one, one.stamp()) for one in found)


@lru_cache(maxsize=2)
def official_reports(files: Stamped) -> pl.DataFrame:
    """A column per section, null where it is not given; `differs`: another reconstruction has another text."""
    return _per_scan(files, list(SECTIONS.values()), _given)


@lru_cache(maxsize=2)
def predicted_labels(files: Stamped) -> pl.DataFrame:
    """A column per label; `differs`: another reconstruction of the scan has other labels."""
    return _per_scan(files, LABELS, _plain)


@lru_cache(maxsize=2)
def labelled_reports(files: Stamped, maps: Stamped) -> pl.DataFrame:
    """Whole reports and a column per label of people: under the name of the scan where the map gives one, else under
    their own number (`train_2`), which is not that of a patient; those are training reports."""
    frames = [_placed(found, ["AccessionNo", WHOLE, *LABELS]) for found, _ in files]
    mapped = [read_csv(found.place, found.name, ["AccessionNo", "NameinCTRATE"]) for found, _ in maps]
    names = _concat([frame.select("AccessionNo", "NameinCTRATE") for frame in mapped], ["AccessionNo", "NameinCTRATE"])
    names = names.drop_nulls("AccessionNo").unique("AccessionNo", keep="first", maintain_order=True)
    rows = _concat(frames, ["AccessionNo", WHOLE, *LABELS, WRONG, "place"])
    rows = rows.with_columns(pl.col("AccessionNo").str.strip_chars().replace("", None))
    rows = rows.join(names, on="AccessionNo", how="left", maintain_order="left")
    return rows.with_columns(**of_scans("NameinCTRATE")).with_columns(
        id=pl.coalesce("id", "AccessionNo"),
        split=pl.col("split").fill_null("train"),
        key=shard_key("NameinCTRATE"),
        **{label: _plain(label) for label in LABELS},
    )


@lru_cache(maxsize=2)
def metadata(files: Stamped) -> pl.DataFrame:
    """id, kernel, slice_spacing, slope, intercept of the volumes that the tables name; the first row of each."""
    frames = [read_csv(found.place, found.name, _METADATA).select(_METADATA) for found, _ in files]
    rows = _concat(frames, _METADATA).with_columns(id=of_volumes("VolumeName")["id"]).drop_nulls("id")
    numbers = {"slice_spacing": "ZSpacing", "slope": "RescaleSlope", "intercept": "RescaleIntercept"}
    return rows.unique("id", keep="first", maintain_order=True).select(
        "id",
        kernel=kernel_named("ConvolutionKernel"),
        **{ours: pl.col(theirs).cast(pl.Float32, strict=False) for ours, theirs in numbers.items()},
    )


def _per_scan(files: Stamped, columns: Sequence[str], cell: Callable[[str], pl.Expr]) -> pl.DataFrame:
    frames = [_placed(found, ["VolumeName", *columns]) for found, _ in files]
    rows = _concat(frames, ["VolumeName", *columns, WRONG, "place"])
    names = of_volumes("VolumeName")
    rows = rows.select(
        *(cell(column).alias(column) for column in columns), WRONG, "place",
        id=names["study"], patient=names["patient"], split=names["split"], key=shard_key("VolumeName"),
    )  # fmt: skip
    said = pl.struct(columns)
    differs = said.ne_missing(said.first().over("id")).any().over("id") & pl.col("id").is_not_null()
    repeat = pl.col("id").is_not_null() & ~pl.col("id").is_first_distinct()
    return rows.with_columns(differs=differs).filter(~repeat)


def _placed(found: Found, columns: Sequence[str]) -> pl.DataFrame:
    """The rows of a file with `place`: its name and the row's number, from 1."""
    frame = read_csv(found.place, found.name, columns).select(*columns, WRONG)
    name = found.name.rpartition("/")[2]
    return frame.with_columns(place=pl.format("{}#{}", pl.lit(name), pl.int_range(1, pl.len() + 1)))


def _concat(frames: Sequence[pl.DataFrame], columns: Sequence[str]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), *frames])


def _given(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars()
    return pl.when(~text.str.contains(_BLANK) & (text != "")).then(text)


def _plain(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.replace(r"\.0*$", "")
