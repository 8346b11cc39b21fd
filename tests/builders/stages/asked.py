"""Questions of texts of our own, with made-up masks."""

import polars as pl

from annotators.rules import Findings
from builders.stages.asking.entities import KeyedEntities
from builders.stages.ground import Ground
from builders.stages.ground_masks import GroundMasks
from builders.stages.place_entities import PlaceEntities
from builders.stages.questions import Questions
from builders.stages.roll_up import RollUp
from schemas.grounding import Question
from schemas.references import passages
from schemas.volumes import Mask, OpenedVolume
from tests.builders.stages.grounded import masks


def none_of(schema: type) -> pl.DataFrame:
    """A table without rows."""
    return pl.DataFrame(schema={name: column.dtype for name, column in schema.columns().items()})


def tables(
    corpus: pl.DataFrame, volumes: pl.DataFrame | None = None, made: pl.DataFrame | None = None
) -> list[pl.DataFrame]:
    """What the stage reads, in its order."""
    shown = none_of(Mask) if made is None else made
    entities = Findings().annotate(passages(corpus))
    sentences = Ground()(corpus, entities)
    placed = PlaceEntities()(entities, sentences)
    findings = RollUp("directed", "ct")(corpus, placed)
    there = none_of(OpenedVolume) if volumes is None else volumes
    grounded = GroundMasks()(sentences, there, shown)
    return [corpus.select(study="id", split="split"), findings, KeyedEntities()(placed), grounded, shown, there]


def questions(
    corpus: pl.DataFrame, volumes: pl.DataFrame | None = None, made: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Checked Question rows."""
    return Question.validate(Questions()(*tables(corpus, volumes, made)))


def solid(volume: str, **at: tuple[float, float, float] | tuple[float, float, float, str]) -> pl.DataFrame:
    """Mask rows `name=(ml, x, z)`, whole unless a fourth entry names the face that cuts them."""
    rows = masks(volume, **{name: int(where[0] * 1000) for name, where in at.items()})
    made = [(where[0], [where[1], 0.0, where[2]], list(where[3:])) for where in at.values()]
    return rows.with_columns(
        volume_ml=pl.Series([one[0] for one in made], dtype=pl.Float64),
        centroid=pl.Series([one[1] for one in made], dtype=pl.List(pl.Float64)),
        borders=pl.Series([one[2] for one in made], dtype=Mask.borders.dtype),
    )
