"""Synthetic chest X-ray studies in the shape of MIMIC-CXR, from a grammar whose meaning is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import polars as pl

from builders.base import Shard, Source
from builders.sources.grammar.studies import Study, patient_studies
from builders.sources.grammar.truth import entity_rows
from builders.sources.grammar.words import Dice
from builders.sources.mimic_rows import LABEL_ROW, LABELS, RawReport, report_rows, view_named
from builders.sources.sorting_out import SPLIT_NAMES
from schemas.errors import SourceError
from schemas.radiology import Image, Label, Report
from schemas.terms import Terms

FEWEST, MOST = 10, 500_000
PER_SHARD = 500
_IDS = 10_000_000
_STEP = 6_180_339
"""Coprime to `_IDS`: ids are spread over all folders and never meet."""


@dataclass(frozen=True)
class Synthetic(Source):
    """`--source synthetic=300` makes 300 studies on the fly, the same ones for the same seed, on any machine.

    Patients have one to six studies; the split, images with views, and labels (`chexpert14`, from what the
    grammar meant) come with them. `truth` gives every entity that the grammar wrote.
    """

    location: str
    seed: str = "medmill"

    name: ClassVar[str] = "synthetic"
    version: ClassVar[int] = 1
    shows: ClassVar[tuple[str, str] | None] = ("x-ray", "chest")
    data: ClassVar[tuple[str, ...]] = ("builders/sources/grammar/*.tsv",)
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "images": Image, "labels": Label}
    terms: ClassVar[Terms] = Terms(licences=frozenset({"apache-2.0"}))

    def size(self) -> int:
        """The number of studies; raises a `SourceError` where the location is no such number."""
        plain = self.location.replace("_", "").replace(",", "")
        if not (plain.isascii() and plain.isdigit()) or not FEWEST <= int(plain) <= MOST:
            raise SourceError(
                f"synthetic={self.location}: expected a number of studies from {FEWEST} to {MOST}, "
                "as in --source synthetic=300"
            )
        return int(plain)

    def shards(self, table: str) -> Sequence[Shard]:
        """Runs of 500 studies: `000000-000499`."""
        size = self.size()
        return [
            Shard(f"{first:06d}-{last - 1:06d}", f"{last - first} studies", last - first, (last - first) * 900)
            for first in range(0, size, PER_SHARD)
            for last in (min(first + PER_SHARD, size),)
        ]

    def studies(self, shard: str) -> Sequence[Study]:
        """The studies of one shard, in order of patients and time."""
        first, last = (int(part) for part in shard.split("-"))
        return _studies(self.seed, first, last + 1)

    def read(self, table: str, shard: str) -> pl.DataFrame:
        """The rows of one shard."""
        studies = self.studies(shard)
        if table == "reports":
            return report_rows([raw_report(study) for study in studies])
        return _images(studies) if table == "images" else _labels(studies)

    def truth(self, shard: str) -> pl.DataFrame:
        """What the grammar meant: one row per entity of the reports of a shard."""
        return entity_rows(self.studies(shard))


def raw_report(study: Study) -> RawReport:
    """The report of a study, where a MIMIC-CXR tree would hold it."""
    path = f"files/{study.patient[:3]}/{study.patient}/{study.id}.txt"
    return RawReport(study.id, study.patient, study.day, SPLIT_NAMES[study.split], path, study.text)


@lru_cache(maxsize=4)
def _studies(seed: str, first: int, last: int) -> Sequence[Study]:
    """Studies `first` to `last` (behind the last); their patients are in no other shard."""
    ids = (f"s{5 * _IDS + place * _STEP % _IDS}" for place in range(first, last))
    studies: list[Study] = []
    for number in range(first, last):
        patient = f"p{_IDS + number * _STEP % _IDS}"
        studies += patient_studies(Dice(f"{seed}/{patient}"), patient, ids, last - first - len(studies))
        if len(studies) == last - first:
            break
    return studies


def _images(studies: Sequence[Study]) -> pl.DataFrame:
    rows = [
        (image.id, study.id, image.view, f"files/{study.patient[:3]}/{study.patient}/{study.id}/{image.id}.jpg")
        for study in studies
        for image in study.images
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("id", "study", "view", "path"), pl.String), orient="row")
    return frame.with_columns(view=view_named("view"))


def _labels(studies: Sequence[Study]) -> pl.DataFrame:
    rows = [
        (study.id, "chexpert14", label, study.labels.get(label, "not_mentioned"), "grammar")
        for study in studies
        for label in LABELS
    ]
    return pl.DataFrame(rows, schema=LABEL_ROW, orient="row")


SOURCE = Synthetic
