"""From reports to the corpus: which text of a report is read, its duplicate group, and its split."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from builders.base import Kept, Stage
from builders.stages.hashing import hex_digest
from builders.stages.splits import DRAWN, Fractions, demand_shares, drawn_split
from schemas.references import report_keys
from schemas.words import SPLITS

TextChoice = Literal["findings", "impression", "both", "findings-else-impression"]

_WANTED = {
    "findings": ("findings",),
    "impression": ("impression",),
    "both": ("findings", "impression"),
    "findings-else-impression": ("findings", "impression"),
}
_GAP = "\n\n"
_MASK = r"_{2,}|\bX{3,}\b"


@dataclass(frozen=True)
class Corpus(Stage):
    """One row per study with the text that is read; a report without it is rejected as `no_text`.

    `text`: which sections. Published works differ (RadIR parses findings); of equal names the last one
    counts, as in the official MIMIC-CXR sectioner. `last_paragraph`: read the last paragraph of reports
    that have none of the wanted sections, as that sectioner does. `fractions`: shares of train,
    validation and test where the source has no official split, drawn by patient, and by duplicate group
    where there are no patients.
    """

    text: TextChoice = "findings-else-impression"
    last_paragraph: bool = False
    fractions: Fractions = DRAWN
    seed: str = "medmill"

    version = 1

    def __post_init__(self) -> None:
        demand_shares(self.fractions)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Report rows. Returns Study rows."""
        (reports,) = frames
        passages = self._passages(reports)
        studies = reports.select("id", "patient", "date", "split", report_key=report_keys(reports["text"]))
        studies = studies.join(_joined(passages), on="id", how="left", maintain_order="left")
        read = studies.filter(pl.col("text").is_not_null())
        rejected = studies.filter(pl.col("text").is_null()).select(
            "id", reason=pl.lit("no_text"), detail=pl.lit(f"none of the sections read (text={self.text}) has words")
        )
        return Kept(self._with_groups(read), rejected)

    def _passages(self, reports: pl.DataFrame) -> pl.DataFrame:
        """The sections that are read: id, section, section_index, file_start, passage; in order of reading."""
        wanted = [*_WANTED[self.text], *(("last_paragraph",) if self.last_paragraph else ())]
        sections = (
            reports.select("id", "sections")
            .explode("sections")
            .drop_nulls("sections")
            .unnest("sections")
            .rename({"name": "section", "start": "file_start", "text": "passage"})
            .with_columns(section_index=pl.int_range(pl.len(), dtype=pl.Int32).over("id", "section"))
            .filter(pl.col("section").is_in(wanted), pl.col("passage").str.contains(r"\w"))
            .with_columns(order=pl.col("section").replace_strict(wanted, range(len(wanted)), return_dtype=pl.Int32))
            .sort("id", "order", "section_index")
            .group_by("id", "section", maintain_order=True)
            .last()
        )
        return self._first_choice(sections)

    def _first_choice(self, sections: pl.DataFrame) -> pl.DataFrame:
        """Drop what is only read when something else is missing."""
        first = pl.col("section").first().over("id")
        alone = (pl.col("section") == "last_paragraph") & (first != "last_paragraph")
        if self.text == "findings-else-impression":
            alone |= (pl.col("section") == "impression") & (first == "findings")
        return sections.filter(~alone)

    def _with_groups(self, studies: pl.DataFrame) -> pl.DataFrame:
        plain = studies["text"].str.replace_all(_MASK, "_").str.to_lowercase().str.replace_all(r"\s+", " ")
        studies = studies.with_columns(
            n_words=pl.col("text").str.count_matches(r"\S+").cast(pl.Int32),
            dup_group=hex_digest(plain.str.strip_chars()),
        )
        units = studies.select(pl.coalesce("patient", "dup_group")).to_series()
        drawn = drawn_split(units, self.fractions, self.seed)
        return studies.with_columns(split=pl.coalesce(pl.col("split").cast(pl.String), drawn).cast(pl.Enum(SPLITS)))


def _joined(passages: pl.DataFrame) -> pl.DataFrame:
    """One row per id: text, section_used, passages."""
    length = pl.col("passage").str.len_chars().cast(pl.Int32)
    return (
        passages.with_columns(length=length)
        .with_columns(
            start=(
                pl.col("length").cum_sum().over("id") - pl.col("length") + len(_GAP) * pl.int_range(pl.len()).over("id")
            )
        )
        .group_by("id", maintain_order=True)
        .agg(
            text=pl.col("passage").str.join(_GAP),
            section_used=pl.col("section").str.join("+"),
            passages=pl.struct("section", "section_index", pl.col("start").cast(pl.Int32), "length", "file_start"),
        )
    )
