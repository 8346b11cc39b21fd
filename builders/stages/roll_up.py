"""From the entities of a report to what it says of every structure: present findings rise, absent ones sink."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

import polars as pl

from builders.base import Stage
from schemas import anatomy
from schemas.retrieval import StudyFinding
from schemas.words import LATERALITIES, RATE_TYPES, SCORED_ASSERTIONS, VIA

POSITIVE = ("Abnormality", "Disease")
_SAME = ("study", "anatomy", "term", "type")
_MOST_LEVELS = 12


@dataclass(frozen=True)
class RollUp(Stage):
    """One row per study and structure with what the report says of it, and one for the whole report.

    Present and uncertain findings count for everything the structure is part of, absent and normal ones for all
    its parts; absent ones rise only where every part says so: both sides, or all children. Where a structure has
    the same finding present and absent, the present one stands (the entities keep both).
    `rollup="published"`: everything rises and nothing sinks, as in the released files of RadIR. `anatomies`:
    the vocabulary whose structures get rows. `term`: what stands for an entity, the canonical term or the
    surface in lower case. `anatomy_entities`: whether a mention of the structure itself is an entity of its row.
    `repeats`: whether a finding said twice counts twice, as RaTEScore would count it.
    """

    rollup: Literal["directed", "published"] = "directed"
    anatomies: Literal["cxr", "ct", "all"] = "cxr"
    term: Literal["canonical", "surface"] = "canonical"
    anatomy_entities: bool = False
    repeats: bool = True

    version: ClassVar[int] = 1
    data: ClassVar[tuple[str, ...]] = ("schemas/anatomy.tsv",)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Study and Entity rows. Returns StudyFinding rows; a study without entities has none."""
        corpus, entities = frames
        said = self._said(entities)
        placed = said.explode("anatomy").filter(pl.col("anatomy").is_not_null())
        everything = said.with_columns(anatomy=pl.lit(anatomy.WHOLE_REPORT))
        derived = self._derived(placed).filter(pl.col("anatomy").is_in(self._wanted()))
        rows = pl.concat([derived, everything.select(derived.columns)])
        if self.rollup == "directed":
            rows = _without_contradictions(rows)
        return _by_structure(rows if self.repeats else _once(rows), corpus)

    def _wanted(self) -> list[str]:
        return list(anatomy.names() if self.anatomies == "all" else anatomy.vocabulary(self.anatomies))

    def _said(self, entities: pl.DataFrame) -> pl.DataFrame:
        """The entities that are scored, in report order (`place`): study, term, type, via, and what is said of it."""
        types = [name for name in RATE_TYPES if self.anatomy_entities or name != "Anatomy"]
        term = pl.col("canonical") if self.term == "canonical" else pl.col("text").str.to_lowercase()
        return (
            entities.filter(pl.col("assertion").is_in(SCORED_ASSERTIONS), pl.col("type").is_in(types))
            .sort("report", "file_start", "section", "section_index", "start", "canonical")
            .with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64), via=pl.lit("explicit", pl.Enum(VIA)))
            .select(
                "place",
                study="report",
                term=term,
                type="type",
                anatomy="anatomy",
                via="via",
                laterality="laterality",
                severity="severity",
                change="change",
            )
        )

    def _derived(self, placed: pl.DataFrame) -> pl.DataFrame:
        """The rows of every structure a finding counts for; `via` says how it came there."""
        if self.rollup == "published":
            return _carried(placed, _links("up"))
        positive = pl.col("type").is_in([*POSITIVE, "Anatomy"])
        absent = _risen(placed.filter(~positive))
        return pl.concat([_carried(placed.filter(positive), _links("up")), _carried(absent, _links("down"))])


@cache
def _links(direction: Literal["up", "down"]) -> pl.DataFrame:
    """(anatomy, target, how): every structure leads to itself and to all above it, or to all its parts."""
    reach, how = (anatomy.ancestors, "rolled_up") if direction == "up" else (anatomy.descendants, "inherited")
    pairs = [(name, other, how) for name in anatomy.names() for other in sorted(reach(name))]
    own = [(name, name, "explicit") for name in anatomy.names()]
    return pl.DataFrame([*own, *pairs], {"anatomy": pl.String, "target": pl.String, "how": pl.Enum(VIA)}, orient="row")


def _carried(rows: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Every row at every structure its own leads to; of several ways there the most direct one stands."""
    carried = rows.join(links, on="anatomy", maintain_order="left_right").with_columns(
        anatomy=pl.col("target"), via=pl.when(pl.col("how") == "explicit").then("via").otherwise("how")
    )
    return (
        carried.sort("place", "anatomy", "via")
        .unique(["place", "anatomy"], keep="first", maintain_order=True)
        .select(rows.columns)
    )


@cache
def _wholes() -> pl.DataFrame:
    """(whole, cover, part, size): the parts that together make up a structure: its two sides, or all its children."""
    covers: list[tuple[str, str, str, int]] = []
    for name in anatomy.names():
        parts = anatomy.children(name)
        for side, group in _covers(parts).items():
            covers += [(name, side, part, len(group)) for part in group]
    return pl.DataFrame(covers, ["whole", "cover", "anatomy", "size"], orient="row")


def _covers(parts: tuple[str, ...]) -> Mapping[str, list[str]]:
    sided = [part for part in parts if anatomy.side(part)]
    pair = sorted(map(anatomy.side, sided)) == ["left", "right"]
    return {"sides": sided} if pair else {"all": list(parts)} if parts else {}


def _risen(absent: pl.DataFrame) -> pl.DataFrame:
    """Absent findings, and the wholes of which every part has them; repeated until nothing rises any more."""
    for _ in range(_MOST_LEVELS):
        risen = (
            absent.join(_wholes(), on="anatomy", maintain_order="left_right")
            .with_columns(n=pl.col("anatomy").n_unique().over("study", "term", "type", "whole", "cover"))
            .filter(pl.col("n") == pl.col("size"))
            .with_columns(anatomy=pl.col("whole"), via=pl.lit("rolled_up", pl.Enum(VIA)))
            .sort("place")
            .unique(_SAME, keep="first", maintain_order=True)
            .join(absent, on=_SAME, how="anti", maintain_order="left")
            .select(absent.columns)
        )
        if risen.is_empty():
            return absent
        absent = pl.concat([absent, risen])
    raise RuntimeError(f"absent findings rose through more than {_MOST_LEVELS} levels of the anatomy")


def _without_contradictions(rows: pl.DataFrame) -> pl.DataFrame:
    """Drop what is absent where the same is present: said of the whole it means nothing new, or nothing else."""
    same = ["study", "anatomy", "term"]
    present = pl.col("type").is_in(POSITIVE)
    contradicted = present.any().over(same) & pl.col("type").cast(pl.String).str.starts_with("Non-")
    return rows.filter(~contradicted)


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per structure, term and type: where it stands first, what is said of it anywhere."""
    sides = pl.col("laterality").drop_nulls()
    return (
        rows.sort("place", "anatomy")
        .group_by(_SAME, maintain_order=True)
        .agg(
            pl.col("place").first(),
            pl.col("via").min(),
            laterality=pl.when(sides.n_unique() > 1)
            .then(pl.lit("bilateral", pl.Enum(LATERALITIES)))
            .otherwise(sides.first()),
            severity=pl.col("severity").max(),
            change=pl.col("change").drop_nulls().first(),
        )
    )


def _by_structure(rows: pl.DataFrame, corpus: pl.DataFrame) -> pl.DataFrame:
    """StudyFinding rows."""
    positive, negative = pl.col("type").is_in(POSITIVE), pl.col("type").cast(pl.String).str.starts_with("Non-")
    used = pl.col("via") != "inherited"
    found = (
        rows.sort("place", "anatomy")
        .group_by("study", "anatomy", maintain_order=True)
        .agg(
            any_positive=(positive & used).any(),
            any_negative=(negative & used).any(),
            entities=pl.struct(
                "term",
                "type",
                "via",
                pl.col("laterality").cast(pl.String),
                pl.col("severity").cast(pl.String),
                pl.col("change").cast(pl.String),
            ),
        )
        .join(corpus.select(study="id", split="split"), on="study", maintain_order="left")
    )
    slugs = {name: anatomy.slug(name) for name in (*anatomy.names(), anatomy.WHOLE_REPORT)}
    polarity = pl.when("any_positive").then(pl.when("any_negative").then(pl.lit("mixed")).otherwise(pl.lit("abnormal")))
    return found.select(
        id=pl.col("study") + "/" + pl.col("anatomy").replace_strict(slugs, return_dtype=pl.String),
        study="study",
        anatomy="anatomy",
        split="split",
        polarity=polarity.otherwise(pl.lit("normal")).cast(StudyFinding.polarity.dtype),
        entities="entities",
    )
