"""Rows for the tests of grounding: entities and sentences of texts of our own, and masks of made-up volumes."""

import polars as pl

from annotators.rules import Findings
from builders.stages.ground import Ground
from schemas import anatomy
from schemas.grounding import GroundedSentence
from schemas.radiology import Entity
from schemas.references import passages
from schemas.retrieval import Study
from schemas.volumes import Mask, OpenedVolume


def corpus(**texts: str | tuple[str, str]) -> pl.DataFrame:
    """Study rows by id; a text is the findings, or (findings, impression)."""
    rows = []
    for study, text in texts.items():
        sections = [text] if isinstance(text, str) else list(text)
        places = [sum(len(s) + 2 for s in sections[:at]) for at in range(len(sections))]
        names = ("findings", "impression")
        said = [
            {"section": name, "section_index": 0, "start": place, "length": len(section), "file_start": place}
            for name, place, section in zip(names, places, sections, strict=False)
        ]
        rows.append({"id": study, "text": "\n\n".join(sections), "passages": said, "split": "train"})
    schema = {name: column.dtype for name, column in Study.columns().items()}
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema)


def grounded(**texts: str | tuple[str, str]) -> pl.DataFrame:
    """GroundedSentence rows of the texts."""
    studies = corpus(**texts)
    entities = Findings().annotate(passages(studies))
    Entity.validate(entities)
    rows = Ground()(studies, entities)
    return GroundedSentence.validate(rows)


def volumes(*ids: str) -> pl.DataFrame:
    """One row per `study_reconstruction`."""
    made = {name: pl.Series([None] * len(ids), dtype=column.dtype) for name, column in OpenedVolume.columns().items()}
    number = pl.col("id").str.split("_").list
    return pl.DataFrame(made).with_columns(
        id=pl.Series(ids), study=pl.Series([name.rsplit("_", 1)[0] for name in ids]),
        reconstruction=pl.Series([int(name.rsplit("_", 1)[1]) for name in ids], dtype=pl.Int32),
    ).with_columns(number.last().alias("kernel"))  # fmt: skip


def masks(volume: str, **voxels: int) -> pl.DataFrame:
    """One row per structure (`right_upper_lobe=500`)."""
    names = [name.replace("_", " ") for name in voxels]
    made = {name: pl.Series([None] * len(names), dtype=column.dtype) for name, column in Mask.columns().items()}
    return pl.DataFrame(made).with_columns(
        id=pl.Series([f"{volume}/{anatomy.slug(name)}" for name in names], dtype=pl.String),
        volume=pl.lit(volume),
        study=pl.lit(volume.rsplit("_", 1)[0]),
        structure=pl.Series(names, dtype=pl.String),
        voxels=pl.Series(list(voxels.values()), dtype=pl.Int64),
    )
