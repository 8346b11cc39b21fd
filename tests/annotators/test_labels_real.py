"""The bars on real labels: Open-i's 13 findings and CT-RATE's 18 abnormalities, read in place."""

from pathlib import Path
from zlib import crc32

import polars as pl
import pytest

from annotators.labels import label_set, project
from annotators.rules import Findings

pytestmark = pytest.mark.real


def openi(samples: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    labels = pl.read_csv(samples / "openi" / "labels_dev.csv").rename({"filename": "report"})
    reports = pl.read_csv(samples / "openi" / "indiana_reports.csv.gz").select(
        "findings", "impression", report="CXR" + pl.col("uid").cast(pl.String)
    )
    passages = reports.unpivot(index="report", variable_name="section", value_name="text").drop_nulls("text")
    return passages.join(labels, on="report", how="semi"), labels


def ct_rate(samples: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = pl.read_csv(samples / "ct_rate" / "labelled_reports_train.csv.gz").rename({"AccessionNo": "report"})
    return rows.select("report", section=pl.lit("report"), text="report_text"), rows


def counts(passages: pl.DataFrame, labels: pl.DataFrame, name: str) -> pl.DataFrame:
    """Per label and half (a hash of the report's id): hits, ours, theirs."""
    entities = Findings().annotate(passages.with_columns(section_index=pl.lit(0, pl.Int32)))
    ours = project(entities, labels["report"], name)
    half = pl.Series("half", [crc32(report.encode()) % 2 for report in labels["report"]])
    cells = [
        pl.DataFrame({"label": label, "half": half, "ours": ours[label], "theirs": labels[label]})
        for label in label_set(name).labels
    ]
    return (
        pl.concat(cells)
        .group_by("label", "half", maintain_order=True)
        .agg(hits=(pl.col("ours") * pl.col("theirs")).sum(), ours=pl.col("ours").sum(), theirs=pl.col("theirs").sum())
    )


def f1(rows: pl.DataFrame) -> float:
    return 2 * rows["hits"].sum() / (rows["ours"].sum() + rows["theirs"].sum())


@pytest.fixture(scope="module")
def xray(samples: Path) -> pl.DataFrame:
    return counts(*openi(samples), "openi13")


@pytest.fixture(scope="module")
def ct(samples: Path) -> pl.DataFrame:
    return counts(*ct_rate(samples), "ctrate18")


def by_label(rows: pl.DataFrame) -> dict[str, float]:
    return {key[0]: f1(part) for key, part in rows.group_by("label", maintain_order=True)}


def test_chest_x_ray_labels(xray: pl.DataFrame) -> None:
    assert f1(xray) >= 0.88, by_label(xray)


def test_chest_ct_labels(ct: pl.DataFrame) -> None:
    scores = by_label(ct)
    assert sum(scores.values()) / len(scores) >= 0.95, scores
    assert min(scores.values()) >= 0.85, scores


def test_rules_written_on_one_half_hold_on_the_other(xray: pl.DataFrame, ct: pl.DataFrame) -> None:
    first, second = (f1(xray.filter(half=half)) for half in (0, 1))
    assert second >= first - 0.02
    means = [sum(scores.values()) / len(scores) for scores in (by_label(ct.filter(half=half)) for half in (0, 1))]
    assert means[1] >= means[0] - 0.02
