"""MIMIC-CXR as PhysioNet lays it out, with the tables of MIMIC-CXR-JPG where they are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from builders.base import Kept, Shard, Source
from builders.sources.mimic_notes import notes_on
from builders.sources.mimic_release import Found, Release
from builders.sources.mimic_reports import below_files, read_texts, states
from builders.sources.mimic_rows import LABEL_ROW, LABELS, report_rows, view_named
from builders.sources.patient_shards import prefixes
from builders.sources.place import absolute, digest
from builders.sources.sorting_out import sort_out
from schemas.errors import SourceError
from schemas.radiology import Image, Label, Report
from schemas.terms import Terms

_STATES = {"1": "present", "0": "absent", "-1": "uncertain"}
_LOOKED_FOR = 20
_BYTES_PER_REPORT = 900


@dataclass(frozen=True)
class MimicCxr(Source):
    """The folder holds `cxr-study-list.csv.gz`, `cxr-record-list.csv.gz` and the reports: `files/p10/…/s*.txt`, or
    `mimic-cxr-reports.zip`, which is read in place. Split, metadata and labels of MIMIC-CXR-JPG are read where they
    lie beside them, or in a second folder: `--source mimic-cxr=/data/mimic-cxr,/data/mimic-cxr-jpg`.

    `most_per_shard`: studies per shard at most. The study list says which studies there are; a report it names
    that is not there is rejected as `missing_report`.
    """

    location: str
    most_per_shard: int = 3000

    name: ClassVar[str] = "mimic-cxr"
    version: ClassVar[int] = 1
    shows: ClassVar[tuple[str, str] | None] = ("x-ray", "chest")
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "images": Image, "labels": Label}
    people: ClassVar[str] = "mimic"
    terms: ClassVar[Terms] = Terms(
        text_may_leave="no",
        labels_may_leave="gated",
        commercial=False,
        remote_processing=False,
        places=frozenset({"physionet"}),
        licences=frozenset({"physionet-credentialed-health-data-license-1.5.0"}),
        citations=frozenset({"Johnson et al., MIMIC-CXR Database, PhysioNet, doi:10.13026/4jqj-jw95"}),
    )

    def __post_init__(self) -> None:
        folders = (absolute(part.strip()) for part in self.location.split(","))
        object.__setattr__(self, "location", ",".join(folders))

    @property
    def release(self) -> Release:
        """The files of this copy."""
        return Release(self.location)

    def shards(self, table: str) -> Sequence[Shard]:
        """Prefixes of patient ids (`p100`), each of at most `most_per_shard` studies; the same for every table."""
        release = self.release
        studies = release.studies()
        names = prefixes(studies.get_column("patient"), self.most_per_shard)
        if table == "reports":
            return self._report_shards(release, studies, names)
        kinds = {"images": ("records", "metadata"), "labels": ("chexpert",)}[table]
        found = [one for one in map(release.find, kinds) if one]
        identity = digest(*(one.identity() for one in found))
        return [Shard(name, identity, n, n * _BYTES_PER_REPORT) for name, n in names] if found else []

    def _report_shards(self, release: Release, studies: pl.DataFrame, names: Sequence[tuple[str, int]]) -> list[Shard]:
        facts = [one.identity() for one in map(release.find, ("split", "metadata")) if one]
        stated = studies.with_columns(state=states(self.reports_in(release, studies), studies))
        return [
            Shard(name, digest(*_of(stated, name).get_column("state"), *facts), n, n * _BYTES_PER_REPORT)
            for name, n in names
        ]

    def reports_in(self, release: Release, studies: pl.DataFrame) -> Found:
        """The zip file or the tree of files that holds the reports of these studies."""
        found = release.find("reports") or release.tree(below_files(studies.head(_LOOKED_FOR)).to_list())
        if found is None:
            raise SourceError(
                f"{self.location}: no reports here; expected mimic-cxr-reports.zip or files/p10/…/s*.txt (they come "
                "with MIMIC-CXR, not with MIMIC-CXR-JPG)"
            )
        return found

    def read(self, table: str, shard: str) -> pl.DataFrame | Kept:
        """The rows of one shard."""
        release = self.release
        if table == "images":
            return self._images(release, shard)
        if table == "labels":
            return self._labels(release, shard)
        studies = release.studies()
        found = self.reports_in(release, studies)
        reports, rejected = read_texts(found, release.with_facts(_of(studies, shard)))
        return Kept(report_rows(reports), rejected)

    def notes(self) -> Sequence[str]:
        """Rows and reports that the study list does not name, and studies that the split does not."""
        release = self.release
        studies = release.studies()
        return notes_on(release, self.reports_in(release, studies), studies)

    def _images(self, release: Release, shard: str) -> Kept:
        images = release.images()
        assert images is not None  # there are shards only where a list of images is
        kept, rejected = sort_out(
            _of(images, shard),
            [("duplicate_id", pl.col("repeated"), pl.lit("an earlier row of the list has this image"))],
        )
        return Kept(kept.select("id", "study", view_named("position").alias("view"), "path"), rejected)

    def _labels(self, release: Release, shard: str) -> Kept:
        found = release.find("chexpert")
        assert found is not None  # as above
        frame = _of(release.machine_labels(found), shard)
        wrong = pl.any_horizontal(~pl.col(label).is_in(list(_STATES)) & pl.col(label).is_not_null() for label in LABELS)
        reasons = [
            ("duplicate_id", ~pl.col("id").is_first_distinct(), pl.lit("an earlier row has this study")),
            ("bad_label", wrong, pl.lit("expected 1, 0, -1 or nothing in every label column")),
        ]
        kept, rejected = sort_out(frame, reasons)
        long = kept.unpivot(list(LABELS), index="id", variable_name="label", value_name="value")
        state = pl.col("value").replace_strict(_STATES, default="not_mentioned", return_dtype=pl.String)
        version = found.name.split("-")[2]
        origin = pl.lit(f"CheXpert labeler, MIMIC-CXR-JPG {version}")
        rows = long.select(study="id", label_set=pl.lit("chexpert14"), label="label", state=state, origin=origin)
        return Kept(rows.cast(pl.Schema(LABEL_ROW)), rejected)


def _of(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    return frame.filter(pl.col("patient").str.starts_with(prefix))


SOURCE = MimicCxr
