"""From the entities of a report to what it says of every structure: present findings rise, absent ones sink."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import polars as pl

from builders.base import Stage
from builders.stages.anatomy_links import SAME, carried, links, risen
from schemas import anatomy
from schemas.retrieval import StudyFinding, SurfaceFinding
from schemas.words import LATERALITIES, RATE_TYPES, SCORED_ASSERTIONS, VIA

POSITIVE = ("Abnormality", "Disease")


@dataclass(frozen=True)
class RollUp(Stage):
    """One row per study and structure with what the report says of it, and one for the whole report.

    Present and uncertain findings count for everything the structure is part of, absent and normal ones for all
    its parts; absent ones rise only where every part says so: both sides, or all children. Where a structure has
    the same finding present and absent, the present one stands (the entities keep both).
    `rollup="published"`: everything rises and nothing sinks, as in the released files of RadIR and RadGenome-Chest CT;
    for CT along the latter's regions (`schemas.regions`), so that the findings of every published path are among those
    of the path above it. `anatomies`: the vocabulary whose structures get rows. `term`: what stands for an entity, the
    canonical term or the surface in lower case. `anatomy_entities`: whether a mention of the structure itself is an
    entity of its row. `repeats`: whether a finding said twice counts twice, as RaTEScore would count it.
    """

    rollup: Literal["directed", "published"] = "directed"
    anatomies: anatomy.Anatomies = "cxr"
    term: Literal["canonical", "surface"] = "canonical"
    anatomy_entities: bool = False
    repeats: bool = True

    version: ClassVar[int] = 1
    data: ClassVar[tuple[str, ...]] = ("schemas/anatomy.tsv", "schemas/radir_ct.tsv", "schemas/regions.tsv")

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Study and Entity rows. Returns StudyFinding rows; a study without entities has none."""
        corpus, entities = frames
        said = self._said(entities)
        placed = said.explode("anatomy").filter(pl.col("anatomy").is_not_null())
        everything = said.with_columns(anatomy=pl.lit(anatomy.WHOLE_REPORT))
        derived = self._derived(placed).filter(pl.col("anatomy").is_in(anatomy.chosen(self.anatomies)))
        rows = pl.concat([derived, everything.select(derived.columns)])
        if self.rollup == "directed":
            rows = _without_contradictions(rows)
        return _by_structure(rows if self.repeats else _once(rows), corpus)

    def declared(self, schema: Any) -> Any:
        """Surface words are text of the source."""
        return SurfaceFinding if self.term == "surface" else schema

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Measured on Open-i: most rows are inherited, and compress well."""
        return 60 * rows, 400 * rows

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
            return carried(placed, links("up" if self.anatomies in ("cxr", "all") else "regions"))
        positive = pl.col("type").is_in([*POSITIVE, "Anatomy"])
        absent = risen(placed.filter(~positive))
        return pl.concat([carried(placed.filter(positive), links("up")), carried(absent, links("down"))])


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
        .group_by(SAME, maintain_order=True)
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
