"""CT of any hospital: a folder of NIfTI files or DICOM series, and a table of their reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import polars as pl

from builders.base import Kept, Shard, Source
from builders.settings import AtLeastOne
from builders.sources.ct_folder_rows import listing, notes_on, volume_rows
from builders.sources.itk_volume import read_image, read_series, series_in
from builders.sources.nifti import read_nifti
from builders.sources.patient_shards import prefixes
from builders.sources.place import Place, absolute, digest
from builders.sources.reconstructions import Reconstruction
from builders.sources.reports_table import ReportsTable
from builders.sources.sound_volume import MOST_VOXELS
from builders.sources.table_files import ENDS, is_table
from builders.sources.volume_files import SERIES, walked
from schemas.errors import SourceError, UsageError
from schemas.radiology import Report
from schemas.terms import Terms
from schemas.volumes import Volume
from schemas.voxels import VolumeError, Voxels

_BYTES_PER_VOLUME = 120
_OF_THE_TABLE = ("id", "text", "patient", "date", "split", "blank", "date_format", "text_may_leave", "ids_may_leave")


@dataclass(frozen=True)
class CtFolder(Source):
    """A folder with volumes at any depth: `.nii`, `.nii.gz`, `.mha`, `.nrrd`, and folders of DICOM slices, whose series
    are told apart. `table`: the table of reports, within the folder or by its path; default the one that lies in it.

    `id`, `text`, `patient`, `date`, `split`, `blank`, `date_format`, `text_may_leave`, `ids_may_leave`: as
    `reports-table` has them. `volume`: the column that names a report's volumes, several separated by `;`: a file with
    or without its end, the folder of a series, or a folder above; default the column `id`. A volume without a report
    and a report without a volume stay. `reconstruction`: which volume of a study is taken; kernel and spacing are
    known of DICOM alone. `most_voxels`: a larger volume is refused unread. `slope`, `intercept`: what makes HU of files
    that hold other numbers (`intercept=-1024` where air is about 0); per volume it is decided whether it needs them.

    Ids of volumes and messages hold no path and no name of a file, for these may be names of people.
    """

    location: str
    table: str = ""
    id: str = "id"
    text: tuple[str, ...] = ("text",)
    volume: str = ""
    patient: str = ""
    date: str = ""
    split: str = ""
    blank: tuple[str, ...] = ()
    date_format: str = ""
    text_may_leave: Literal["no", "verbatim", "adapted"] = "no"
    ids_may_leave: bool = False
    reconstruction: Reconstruction = "first"
    volumes_per_shard: AtLeastOne = 48
    most_voxels: AtLeastOne = MOST_VOXELS
    slope: float = 1.0
    intercept: float = 0.0

    name: ClassVar[str] = "ct-folder"
    version: ClassVar[int] = 1
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "volumes": Volume}
    terms: ClassVar[Terms] = ReportsTable.terms

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", absolute(self.location))
        object.__setattr__(self, "terms", self._as_table(self.location).terms)

    def _as_table(self, location: str) -> ReportsTable:
        settings = {name: getattr(self, name) for name in _OF_THE_TABLE}
        try:
            return ReportsTable(location=location, image=self.volume or self.id, **settings)
        except UsageError as error:
            raise UsageError(str(error).replace("reports-table", self.name)) from None

    @cached_property
    def _place(self) -> Place:
        place = Place(self.location)
        place.demand_folder()
        if not place.is_local:
            raise SourceError(f"{self.location}: {self.name} reads folders of this machine; mount or copy the volumes")
        return place

    @cached_property
    def _reports(self) -> ReportsTable:
        """The table of reports."""
        if self.table:
            return self._as_table(str(Path(self.location) / Path(self.table).expanduser()))
        found = [name for name in self._place.files("*") if is_table(name)]
        if len(found) != 1:
            raise SourceError(
                f"{self.location}: {len(found)} tables of reports here, expected one that ends in {', '.join(ENDS)}; "
                f"name it with --set {self.name}.table=FILE"
            )
        return self._as_table(self._place.full(found[0]))

    def shards(self, table: str) -> Sequence[Shard]:
        """Of reports, those of the table; of volumes, runs of studies by a hash, each of bounded size."""
        if table == "reports":
            return self._reports.shards("reports")
        walked.cache_clear()
        listed = self._listing()
        return [
            Shard(name, digest(*listed.filter(pl.col("key").str.starts_with(name))["state"]), n, n * _BYTES_PER_VOLUME)
            for name, n in prefixes(listed["key"].alias("patient"), self.volumes_per_shard)
        ]

    def read(self, table: str, shard: str) -> Kept:
        """The rows of one shard; folders of DICOM are looked into, one header or two a series."""
        if table == "reports":
            return self._reports.read("reports", shard)
        rows = self._listing().filter(pl.col("key").str.starts_with(shard))
        return volume_rows(self._place.full(), rows, self.reconstruction, (self.slope, self.intercept))

    def _listing(self) -> pl.DataFrame:
        return listing(self._place.full(), self._reports)

    def voxels(self, path: str) -> Voxels:
        """A volume as its file stores it; of DICOM, SimpleITK has applied RescaleSlope and RescaleIntercept."""
        try:
            return self._read(path)
        except VolumeError as error:
            raise VolumeError(error.reason, error.detail.removeprefix(f"{path}: ")) from None

    def _read(self, path: str) -> Voxels:
        folder, series, name = path.rpartition(SERIES)
        if series:
            found = {one.name: one for one in series_in(self._place.full(folder))}
            if name not in found:
                raise VolumeError("missing_file", "this series is gone")
            return read_series(found[name], self.most_voxels)
        if path.lower().endswith((".nii", ".nii.gz")):
            return read_nifti(self._place, path, self.most_voxels)
        if not Path(self._place.full(path)).is_file():
            raise VolumeError("missing_file", "this file is gone")
        return read_image(self._place.full(path), self.most_voxels)

    def notes(self) -> Sequence[str]:
        """Reports without a volume, volumes without a report, names that name nothing, and nothing else by name."""
        return notes_on(self._listing(), self._reports)


SOURCE = CtFolder
