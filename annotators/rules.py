"""Findings of radiology reports by rules: a lexicon, scopes of cue words, and nothing learnt.

from annotators.rules import Findings
entities = Findings().annotate(passages)
"""

import hashlib
from dataclasses import dataclass
from functools import cache

import polars as pl

from annotators.reading import assembly
from annotators.reading.conflicts import mark_conflicts
from annotators.reading.lexicon import FOLDER
from schemas.radiology import Entity


@dataclass(frozen=True)
class Findings:
    """Reads entities (`schemas.radiology.Entity`) from English report sections, X-ray and CT.

    What is read of a sentence depends on its words alone: not on letter case, line breaks or the kind of mask.
    """

    version: int = 1

    @property
    def fingerprint(self) -> str:
        """Changes whenever a line of the lexicon or the version of the rules does."""
        return _fingerprint(self.version)

    def annotate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Entities of every passage, in the order of the passages and of the text.

        Args:
            frame: Columns `report`, `section`, `section_index`, `text` and, where known, `offset`: the place of the
                passage in its file, from which `file_start` and `file_end` follow.

        Returns:
            Entity rows; a passage without entities, or without text, has none.
        """
        passages = _passages(frame)
        with assembly.uncollected():
            where, sentences = assembly.occurrences(passages["text"].to_list())
            read = assembly.entities(sentences)
        rows = (
            where.lazy()
            .join(read.lazy(), on="which", how="inner", maintain_order="left_right")
            .join(passages.lazy().drop("text"), on="passage", how="left", maintain_order="left")
            .with_columns(pl.col("start", "end") + pl.col("begin"))
            .with_columns(
                file_start=pl.col("start") + pl.col("offset"),
                file_end=pl.col("end") + pl.col("offset"),
            )
        )
        schema = Entity.create_empty().schema
        typed = rows.select(pl.col(name).cast(kind) for name, kind in schema.items())
        return mark_conflicts(typed.collect()).rechunk()


def _passages(frame: pl.DataFrame) -> pl.DataFrame:
    offset = pl.col("offset").cast(pl.Int32) if "offset" in frame.columns else pl.lit(None, dtype=pl.Int32)
    return frame.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("passage"),
        pl.col("report").cast(pl.String),
        pl.col("section").cast(pl.String),
        pl.col("section_index").cast(pl.Int32),
        pl.col("text").cast(pl.String).fill_null(""),
        offset.alias("offset"),
    )


@cache
def _fingerprint(version: int) -> str:
    digest = hashlib.sha256(f"rules {version}".encode())
    for file in sorted(FOLDER.glob("*.tsv")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
