"""CT-RATE as its gated repository lays it out, in whole or in part, and the thousand reports that people labelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

from builders.base import Kept, Shard, Source
from builders.settings import AtLeastOne
from builders.sources.ct_rate_files import Copy
from builders.sources.ct_rate_notes import notes_on
from builders.sources.ct_rate_rows import label_rows, report_rows, volume_rows
from builders.sources.ct_rate_scans import Scans
from builders.sources.nifti import read_nifti
from builders.sources.patient_shards import prefixes
from builders.sources.place import absolute, digest
from builders.sources.reconstructions import Reconstruction
from builders.sources.sound_volume import MOST_VOXELS
from schemas.errors import SourceError
from schemas.radiology import Label, Report
from schemas.terms import Terms
from schemas.volumes import Volume
from schemas.voxels import VolumeError, Voxels

_SCANS_PER_SHARD = 3000
_BYTES = {"reports": 2000, "labels": 60, "volumes": 120}
"""About, per row."""


@dataclass(frozen=True)
class CtRate(Source):
    """A folder that holds CT-RATE or parts of it (several parted by commas): tables of reports, labels and metadata
    at the places that the repository gives them or in the folder itself, with or without `dataset/` above; volumes
    as `train/train_1/train_1a/train_1_a_1.nii.gz`, where the scan's folder may be `train_1_a`. Instead of its
    reports, or beside them, `labelled_reports_*.csv` and `map_*_classifier.csv` of CT-CLIP's classifier.

    One report per scan, whose id is the scan's (`train_1_a`). A scan with only a report, or only volumes, stays.
    `reconstruction`: which volume of a scan is taken; see `builders.sources.reconstructions`. `volumes_per_shard`:
    volumes per shard at most, and so what a kill may lose. `most_voxels`: a larger volume is refused unread.
    """

    location: str
    reconstruction: Reconstruction = "first"
    volumes_per_shard: AtLeastOne = 48
    most_voxels: AtLeastOne = MOST_VOXELS

    name: ClassVar[str] = "ct-rate"
    version: ClassVar[int] = 1
    shows: ClassVar[tuple[str, str] | None] = ("ct", "chest")
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "volumes": Volume, "labels": Label}
    terms: ClassVar[Terms] = Terms(
        text_may_leave="no",
        labels_may_leave="gated",
        commercial=False,
        remote_processing=False,
        licences=frozenset({"cc-by-nc-sa-4.0"}),
        share_alike=frozenset({"cc-by-nc-sa-4.0"}),
        citations=frozenset({"Hamamci et al., CT-RATE and CT-CLIP, arXiv:2403.17834"}),
    )

    def __post_init__(self) -> None:
        folders = (absolute(part.strip()) for part in self.location.split(","))
        object.__setattr__(self, "location", ",".join(folders))

    @cached_property
    def copy(self) -> Copy:
        """The files of this copy."""
        return Copy(self.location)

    @property
    def _scans(self) -> Scans:
        return Scans(self.copy, self.reconstruction)

    def shards(self, table: str) -> Sequence[Shard]:
        """Runs of patients by the first digits of their numbers (`t0001`, `v00`), each of bounded size."""
        if self._scans.is_empty():
            raise SourceError(
                f"{self.location}: nothing of CT-RATE here; expected radiology_text_reports/*_reports.csv, volumes as "
                "train/train_1/train_1_a/train_1_a_1.nii.gz, or labelled_reports_*.csv (`medmill sources ct-rate`)"
            )
        stated = self._scans.stated(table)
        most = self.volumes_per_shard if table == "volumes" else _SCANS_PER_SHARD
        return [
            Shard(name, digest(*stated.filter(pl.col("key").str.starts_with(name))["state"]), n, n * _BYTES[table])
            for name, n in prefixes(stated["key"].alias("patient"), most)
        ]

    def read(self, table: str, shard: str) -> Kept:
        """The rows of one shard."""
        rows = {"reports": report_rows, "labels": label_rows, "volumes": volume_rows}[table]
        return rows(self._scans, shard)

    def voxels(self, path: str) -> Voxels:
        """A volume as its file stores it: the scaling of the NIfTI header is applied, that of the tables is not."""
        for place in self.copy.places:
            if place.fs.isfile(place.full(path)):
                return read_nifti(place, path, self.most_voxels)
        raise VolumeError("missing_file", f"{path}: no such file")

    def notes(self) -> Sequence[str]:
        """Scans with only a report or only volumes, reports that differ within a scan, kernels that no rule knows."""
        return notes_on(self._scans)


SOURCE = CtRate
