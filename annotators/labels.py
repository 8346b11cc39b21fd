"""From entities to label sets: which terms stand for a label, and what its policy makes of doubt and history.

A label set is a table in `label_sets/`. One row per label: the canonical terms that are the label (`terms`) or only
come close to it (`near`), and a 0/1 policy for what is `likely`, one of several readings and else beyond doubt
(`alternative`: "A versus B"), `uncertain` (any other doubt), flagged `borderline`, `sub_threshold` (a term of
`near`) and `historical`. A term may be bound to a structure and its parts: `calcification@coronary artery`.
`none:A;B` instead of terms: the label holds where no other label is present or uncertain, A and B aside.
Conventions of a label set live in these tables; entities are never bent to fit them.

Sources of the conventions: `openi13` the 13 findings of NegBio's Open-i labels (arXiv 1712.05898), `ctrate18` the
18 abnormalities of CT-RATE (arXiv 2403.17834), `chexpert14` the 14 observations of CheXpert (arXiv 1901.07031).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from schemas.anatomy import descendants
from schemas.errors import UsageError
from schemas.words import STATES

POLICIES: Final = ("likely", "alternative", "uncertain", "borderline", "sub_threshold", "historical")
LABEL_SETS: Final = ("openi13", "ctrate18", "chexpert14")
_RANKED: Final = ("not_mentioned", "absent", "uncertain", "present")
"""States in the order in which one overrides another when a report says several things of a label."""
_NONE_OF: Final = "none:"


@dataclass(frozen=True, eq=False)
class LabelSet:
    """A label set as read from its table.

    `labels`: published names in published order. `policy`: label and one Int8 column per policy. `terms`: label,
    canonical, near (comes close only), nodes (structures it is bound to, empty: any). `rests`: labels that hold
    where no other label does, each with the labels that do not count for it.
    """

    labels: tuple[str, ...]
    policy: pl.DataFrame
    terms: pl.DataFrame
    rests: dict[str, tuple[str, ...]]


@cache
def label_set(name: str) -> LabelSet:
    """The label set of this name; raises `UsageError` that names those there are."""
    if name not in LABEL_SETS:
        raise UsageError(f"unknown label set `{name}`; there are {', '.join(LABEL_SETS)}")
    path = Path(__file__).with_name("label_sets") / f"{name}.tsv"
    rows = pl.read_csv(path, separator="\t", quote_char=None).fill_null("")
    rests = {
        row["label"]: tuple(row["terms"].removeprefix(_NONE_OF).split(";"))
        for row in rows.iter_rows(named=True)
        if row["terms"].startswith(_NONE_OF)
    }
    terms = pl.DataFrame(
        [term for row in rows.iter_rows(named=True) for term in _terms(row)],
        schema={"label": pl.String, "canonical": pl.String, "near": pl.Boolean, "nodes": pl.List(pl.String)},
        orient="row",
    )
    return LabelSet(tuple(rows["label"]), rows.select("label", pl.col(POLICIES).cast(pl.Int8)), terms, rests)


def project(entities: pl.DataFrame, reports: Sequence[str] | pl.Series, name: str) -> pl.DataFrame:
    """Labels of each report: column `report`, then per label its 0/1 (Int8) and `<label>_state`.

    `entities` are `schemas.radiology.Entity` rows; `reports` the ids in the order wanted (a report without
    entities gets `not_mentioned`, 0). Raises `UsageError` for an unknown label set.
    """
    labels = label_set(name)
    ids = pl.DataFrame({"report": pl.Series("report", reports, dtype=pl.String)})
    told = _mentions(entities, labels).group_by("report", "label").agg(pl.col("rank", "value").max())
    wide = ids
    for label in labels.labels:
        one = told.filter(pl.col("label") == label).select("report", pl.col("rank", "value").name.prefix(f"{label}\t"))
        wide = wide.join(one, on="report", how="left", maintain_order="left")
    read = ids.select(pl.col("report").is_in(entities["report"].unique().implode())).to_series()
    return wide.with_columns(_rests(labels, read)).select("report", *_columns(labels.labels))


def _terms(row: dict[str, str]) -> Iterator[tuple[str, str, bool, list[str]]]:
    for column, near in (("terms", False), ("near", True)):
        for term in row[column].split(";") if row[column] and not row[column].startswith(_NONE_OF) else ():
            canonical, _, node = term.strip().partition("@")
            yield row["label"], canonical, near, [node, *descendants(node)] if node else []


def _mentions(entities: pl.DataFrame, labels: LabelSet) -> pl.DataFrame:
    """One row per entity that stands for a label: report, label, rank of its state, 0/1 value."""
    rows = (
        entities.select("report", "canonical", "anatomy", "flags", pl.col("assertion", "certainty").cast(pl.String))
        .join(labels.terms, on="canonical")
        .filter((pl.col("nodes").list.len() == 0) | (pl.col("nodes").list.set_intersection("anatomy").list.len() > 0))
        .join(labels.policy, on="label")
    )
    said = pl.col("assertion")
    borderline = pl.col("flags").list.contains("borderline").fill_null(False)
    rank = (
        pl.when(said.is_in(["absent", "resolved"]))
        .then(_RANKED.index("absent"))
        .when((said == "present") & ~pl.col("near") & ~borderline)
        .then(_RANKED.index("present"))
        .when(said.is_in(["present", "uncertain"]))
        .then(_RANKED.index("uncertain"))
        .when((said == "historical") & (pl.col("historical") == 1))
        .then(_RANKED.index("present"))
        .otherwise(_RANKED.index("not_mentioned"))
    )
    value = (
        pl.when(pl.col("rank") != _RANKED.index("uncertain"))
        .then((pl.col("rank") == _RANKED.index("present")).cast(pl.Int8))
        .when("near")
        .then("sub_threshold")
        .when(borderline)
        .then("borderline")
        .when(pl.col("flags").list.contains("alternative").fill_null(False))
        .then("alternative")
        .when(pl.col("certainty") == "likely")
        .then("likely")
        .otherwise("uncertain")
    )
    return rows.with_columns(rank=rank.cast(pl.Int8)).select("report", "label", "rank", value=value)


def _rests(labels: LabelSet, read: pl.Series) -> list[pl.Expr]:
    """Columns of the labels that hold where no other does; only in reports in which something was read."""
    made = []
    for label, apart in labels.rests.items():
        others = [pl.col(f"{other}\trank").fill_null(0) for other in labels.labels if other not in (label, *apart)]
        free = pl.max_horizontal(others) < _RANKED.index("uncertain")
        rank = pl.when(free).then(_RANKED.index("present")).otherwise(_RANKED.index("absent"))
        made.append(pl.when(read).then(rank).cast(pl.Int8).alias(f"{label}\trank"))
        made.append((free & read).cast(pl.Int8).alias(f"{label}\tvalue"))
    return made


def _columns(labels: Sequence[str]) -> Iterator[pl.Expr]:
    for label in labels:
        yield pl.col(f"{label}\tvalue").fill_null(0).alias(label)
        rank = pl.col(f"{label}\trank").fill_null(0)
        yield (
            rank.replace_strict(dict(enumerate(_RANKED)), return_dtype=pl.String)
            .cast(pl.Enum(STATES))
            .alias(f"{label}_state")
        )
