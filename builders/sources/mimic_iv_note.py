"""The radiology notes of MIMIC-IV-Note: reports of every kind of examination, with the names of the examinations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import polars as pl

from annotators.exams.headings import exams
from builders.base import Kept, Shard, Source
from builders.sources.place import Place, absolute
from builders.sources.reports_table import ReportsTable
from builders.sources.table_files import read_shard, table_shards
from schemas.errors import SourceError
from schemas.exams import Exam
from schemas.radiology import Report
from schemas.terms import Terms

_NOTES: Final = ("radiology.csv", "radiology.csv.gz")
_DETAIL: Final = ("radiology_detail.csv", "radiology_detail.csv.gz")
"""The unpacked file first: a range in the middle of a packed one costs unpacking all before it."""
_FOLDERS: Final = ("", "note/", "2.2/note/", "physionet.org/files/mimic-iv-note/2.2/note/")
_COLUMNS: Final = ("note_id", "field_name", "field_value", "field_ordinal")


@dataclass(frozen=True)
class MimicIVNote(Source):
    """The folder holds `radiology.csv[.gz]` and, where there, `radiology_detail.csv[.gz]` (in `note/` or beside).

    Ids are those of the notes (`10000032-RR-14`), patients spelt as in MIMIC-CXR (`p10000032`). The detail names the
    examination (`exam_name`); without it, and where it is silent, the heading of the report does. Discharge notes are
    not read.
    """

    location: str

    name: ClassVar[str] = "mimic-iv-note"
    version: ClassVar[int] = 1
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "exams": Exam}
    people: ClassVar[str] = "mimic"
    terms: ClassVar[Terms] = Terms(
        text_may_leave="no",
        labels_may_leave="gated",
        commercial=False,
        remote_processing=False,
        places=frozenset({"physionet"}),
        licences=frozenset({"physionet-credentialed-health-data-license-1.5.0"}),
        citations=frozenset({"Johnson et al., MIMIC-IV-Note, PhysioNet, doi:10.13026/1n74-ne17"}),
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", absolute(self.location))

    def shards(self, table: str) -> Sequence[Shard]:
        """Ranges of whole records of about 4 MiB; no exams where there is no detail."""
        if table == "reports":
            return self._notes.shards("reports")
        return self._detail

    def read(self, table: str, shard: str) -> Kept:
        """The rows of one shard."""
        if table == "reports":
            reports, rejected = self._notes.read("reports", shard)
            return Kept(reports.with_columns(patient=pl.lit("p") + pl.col("patient")), rejected)
        raw, _, unread = read_shard(self._place, shard, _COLUMNS)
        first = pl.col("field_ordinal").str.strip_chars() == "1"
        named = raw.filter(pl.col("field_name") == "exam_name", first).drop_nulls("note_id")
        named = named.unique("note_id", keep="first", maintain_order=True)
        return Kept(exams(named["note_id"], named["field_value"]), unread)

    @cached_property
    def _place(self) -> Place:
        place = Place(self.location)
        place.demand_folder()
        return place

    def _file(self, names: Sequence[str]) -> str | None:
        return self._place.first(*(folder + name for folder in _FOLDERS for name in names))

    @cached_property
    def _notes(self) -> ReportsTable:
        found = self._file(_NOTES)
        if found is None:
            raise SourceError(
                f"{self.location}: no radiology.csv.gz here; expected the folder of MIMIC-IV-Note that holds it, or "
                "the one above (note/radiology.csv.gz)"
            )
        return ReportsTable(self._place.full_location(found), id="note_id", patient="subject_id", date="charttime")

    @cached_property
    def _detail(self) -> list[Shard]:
        found = self._file(_DETAIL)
        if found is None:
            return []
        return [shard for shard, _ in table_shards(self._place, found, _COLUMNS, "note_id")]


SOURCE = MimicIVNote
