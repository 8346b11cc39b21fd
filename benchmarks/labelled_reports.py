"""The labelled samples in one shape, for the programs beside this file."""

from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import polars as pl

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Labelled:
    """`passages`: report, section, section_index, text; `labels`: report and one 0/1 column per label."""

    label_set: str
    passages: pl.DataFrame
    labels: pl.DataFrame

    @property
    def names(self) -> list[str]:
        return self.labels.columns[1:]

    @property
    def texts(self) -> list[str]:
        joined = self.passages.group_by("report", maintain_order=True).agg(pl.col("text").str.join("\n"))
        return self.labels.join(joined, on="report", how="left", maintain_order="left")["text"].fill_null("").to_list()

    @property
    def second_half(self) -> np.ndarray:
        """Whether a report is in the half on which nothing was tuned, by a hash of its id."""
        return np.array([crc32(report.encode()) % 2 == 1 for report in self.labels["report"]])


def openi() -> Labelled:
    """Findings and impression of 3,080 Open-i reports and their 13 findings."""
    labels = pl.read_csv(DATA / "openi" / "labels_dev.csv").rename({"filename": "report"}).drop("normal")
    reports = pl.read_csv(DATA / "openi" / "indiana_reports.csv.gz").select(
        "findings", "impression", report="CXR" + pl.col("uid").cast(pl.String)
    )
    passages = reports.unpivot(index="report", variable_name="section", value_name="text").drop_nulls("text")
    return Labelled("openi13", _shaped(passages, labels), labels)


def ct_rate() -> Labelled:
    """800 chest CT reports and their 18 abnormalities."""
    rows = pl.read_csv(DATA / "ct_rate" / "labelled_reports_train.csv.gz").rename({"AccessionNo": "report"})
    passages = rows.select("report", section=pl.lit("report"), text="report_text")
    return Labelled("ctrate18", _shaped(passages, rows), rows.drop("report_text"))


def _shaped(passages: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    return (
        passages.join(labels.select("report"), on="report", how="semi")
        .with_columns(section_index=pl.lit(0, pl.Int32))
        .sort("report", "section")
    )
