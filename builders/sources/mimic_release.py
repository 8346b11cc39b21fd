"""The files of a MIMIC-CXR release: which are there, in which of the given folders, and their tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import polars as pl

from builders.sources.csv_files import WRONG, read_csv
from builders.sources.mimic_rows import LABELS
from builders.sources.place import Place
from builders.sources.sorting_out import split_named
from builders.sources.zip_in_place import directory
from schemas.errors import SourceError

FILES = {
    "studies": ("cxr-study-list.csv.gz", "cxr-study-list.csv"),
    "records": ("cxr-record-list.csv.gz", "cxr-record-list.csv"),
    "reports": ("mimic-cxr-reports.zip",),
    "split": tuple(f"mimic-cxr-{version}-split.csv{end}" for version in ("2.0.0", "2.1.0") for end in (".gz", "")),
    "metadata": tuple(
        f"mimic-cxr-{version}-metadata.csv{end}" for version in ("2.0.0", "2.1.0") for end in (".gz", "")
    ),
    "chexpert": tuple(
        f"mimic-cxr-{version}-chexpert.csv{end}" for version in ("2.0.0", "2.1.0") for end in (".gz", "")
    ),
}
"""Names of the files in MIMIC-CXR 2.0.0 and 2.1.0 and MIMIC-CXR-JPG 2.0.0 and 2.1.0, packed or not."""
_HEADS, _PROJECTS, _VERSIONS = ("", "physionet.org/files/"), ("mimic-cxr", "mimic-cxr-jpg"), ("/2.1.0", "/2.0.0", "")
"""`wget -r` lays a project out as `physionet.org/files/mimic-cxr/2.1.0`."""
_TREES = ("files", "mimic-cxr-reports/files", "")
NOBODY = "p00000000"
"""The patient of rows whose ids are not those of MIMIC-CXR, so that some shard has them and rejects them."""
_REPORT = r"(?:^|/)(p\d{8})/(s\d{8})\.txt$"


@dataclass(frozen=True)
class Found:
    """One file that is there: the folder that holds it, and its name in it."""

    place: Place
    name: str

    def path(self) -> str:
        """Its full path."""
        return self.place.full(self.name)

    def identity(self) -> str:
        """Changes when its bytes do."""
        return self.place.identity(self.name)

    def stamp(self) -> str:
        """Size and time of change: whether a table read before is still the same."""
        info = self.place.fs.info(self.path())
        return f"{info.get('size')}:{info.get('mtime') or info.get('LastModified')}"


@dataclass(frozen=True)
class Release:
    """One or more folders (separated by commas) that together hold MIMIC-CXR, and MIMIC-CXR-JPG where it is there."""

    location: str

    @cached_property
    def places(self) -> list[Place]:
        """The folders given, or those below them that a download of PhysioNet makes."""
        return [place for part in self.location.split(",") for place in _release_folders(Place(part.strip()))]

    def find(self, kind: str) -> Found | None:
        """The first file of this kind (a key of `FILES`) in the folders given."""
        for place in self.places:
            name = place.first(*FILES[kind])
            if name:
                return Found(place, name)
        return None

    def tree(self, reports: Sequence[str]) -> Found | None:
        """The folder that holds these reports (`p10/p10000032/s50414267.txt`): the first where one of them lies, else
        the first that has the patient folders (those of MIMIC-CXR-JPG look the same, without reports)."""
        trees = [Found(place, folder) for place in self.places for folder in _TREES]
        for tree in trees:
            if any(tree.place.fs.isfile(f"{tree.path()}/{report}") for report in reports):
                return tree
        folders = {report[:3] for report in reports}
        return next((t for t in trees if any(t.place.fs.isdir(f"{t.path()}/{folder}") for folder in folders)), None)

    def studies(self) -> pl.DataFrame:
        """study, patient, path of every study, ordered by patient and study; from the list, else from the reports."""
        listed = self.find("studies")
        if listed:
            return _study_list(listed, listed.stamp())
        packed = self.find("reports")
        names = packed_reports(packed).get_column("name") if packed else self._names_in_tree()
        return _as_studies(pl.DataFrame({"path": names}))

    def _names_in_tree(self) -> pl.Series:
        for place in self.places:
            for folder in _TREES:
                names = place.files(f"{folder}/p1?/p????????/s????????.txt".lstrip("/"))
                if names:
                    return pl.Series(names)
        raise SourceError(
            f"{self.location}: no MIMIC-CXR reports here; expected mimic-cxr-reports.zip or files/p10/…/s*.txt, and "
            "cxr-study-list.csv.gz (`medmill sources mimic-cxr` says where they come from)"
        )

    def with_facts(self, studies: pl.DataFrame) -> pl.DataFrame:
        """Add `date` and `split` from MIMIC-CXR-JPG; a study that has no split gets that of its patient's others.

        `strange_split`: whether the table has a word for it that is no split.
        """
        split, metadata = self.find("split"), self.find("metadata")
        dates = _per_study(metadata, "StudyDate", metadata.stamp() if metadata else "")
        splits = _per_study(split, "split", split.stamp() if split else "")
        by_patient = splits.drop_nulls("split").unique("patient", keep="first", maintain_order=True)
        joined = (
            studies.join(dates.select("study", "StudyDate"), on="study", how="left", maintain_order="left")
            .join(splits.select("study", "split"), on="study", how="left", maintain_order="left")
            .join(by_patient.select("patient", others="split"), on="patient", how="left", maintain_order="left")
        )
        return joined.with_columns(
            date=pl.col("StudyDate").str.slice(0, 8).str.to_date("%Y%m%d", strict=False),
            split=split_named("split").fill_null(split_named("others")),
            strange_split=split_named("split").is_null() & (pl.col("split").str.strip_chars() != "").fill_null(False),
        ).drop("StudyDate", "others")

    def images(self) -> pl.DataFrame | None:
        """id, study, patient, position, path of every image; None where no list names them."""
        records, metadata = self.find("records"), self.find("metadata")
        listed = records or metadata
        if listed is None:
            return None
        return _images(records, metadata, listed.stamp(), metadata.stamp() if metadata else "")

    def named(self, kind: str) -> pl.DataFrame:
        """study of every row of a table, null where a row is none; no rows where the table is not there."""
        found = self.find(kind)
        if found is None:
            return pl.DataFrame(schema={"study": pl.String})
        return read_csv(found.place, found.name, ["study_id"]).select(study=_with_letter("s", "study_id"))

    def machine_labels(self, found: Found) -> pl.DataFrame:
        """id (of the study), patient, and the value of each of the 14 labels: `1`, `0`, `-1` or null."""
        return _machine_labels(found, found.stamp())


def _release_folders(given: Place) -> list[Place]:
    given.demand_folder()
    known = [name for names in FILES.values() for name in names]
    if given.first(*known) or given.fs.isdir(given.full("files")):
        return [given]
    below = (f"{head}{project}{version}" for head in _HEADS for project in _PROJECTS for version in _VERSIONS)
    return [Place(given.full_location(name)) for name in below if given.fs.isdir(given.full(name))] or [given]


def packed_reports(found: Found) -> pl.DataFrame:
    """The directory of `mimic-cxr-reports.zip`, with the study of each member."""
    return _packed_reports(found, found.stamp())


@lru_cache(maxsize=2)
def _packed_reports(found: Found, stamp: str) -> pl.DataFrame:
    members = directory(found.place, found.name)
    study = pl.col("name").str.extract(_REPORT, 2)
    return members.with_columns(study=study).filter(pl.col("study").is_not_null())


@lru_cache(maxsize=2)
def _study_list(found: Found, stamp: str) -> pl.DataFrame:
    listed = read_csv(found.place, found.name, ["subject_id", "study_id", "path"])
    if not listed.height:
        raise SourceError(f"{found.path()}: no rows here; expected one per study (or remove the file)")
    return _as_studies(listed)


def _as_studies(listed: pl.DataFrame) -> pl.DataFrame:
    if "study_id" not in listed.columns:
        listed = listed.with_columns(
            pl.lit(None, pl.String).alias(WRONG),
            subject_id=pl.col("path").str.extract(_REPORT, 1),
            study_id=pl.col("path").str.extract(_REPORT, 2),
        )
    studies = listed.select(
        study=_with_letter("s", "study_id").fill_null("s"),
        patient=_with_letter("p", "subject_id").fill_null(NOBODY),
        path=pl.coalesce("path", WRONG, pl.lit("")),
    )
    well = pl.col("study").str.contains(r"^s\d{8}$") & pl.col("patient").str.contains(r"^p\d{8}$")
    studies = studies.with_columns(
        malformed=~well, patient=pl.when(well).then(pl.col("patient")).otherwise(pl.lit(NOBODY))
    )
    return studies.sort("patient", "study", maintain_order=True).with_columns(
        repeated=~pl.col("study").is_first_distinct()
    )


@lru_cache(maxsize=4)
def _per_study(found: Found | None, column: str, stamp: str) -> pl.DataFrame:
    """study, patient and the first value of a column, from an image table; no rows where the table is not there."""
    if found is None:
        return pl.DataFrame(schema=dict.fromkeys(("study", "patient", column), pl.String))
    frame = read_csv(found.place, found.name, ["dicom_id", "subject_id", "study_id", column])
    frame = frame.select(column, study=_with_letter("s", "study_id"), patient=_with_letter("p", "subject_id"))
    return frame.unique("study", keep="first", maintain_order=True)


@lru_cache(maxsize=2)
def _images(records: Found | None, metadata: Found | None, *stamps: str) -> pl.DataFrame:
    """Paths as MIMIC-CXR-JPG has them where its metadata are there, else those of the DICOM files."""
    keys = {
        "study": _with_letter("s", "study_id"),
        "patient": _with_letter("p", "subject_id"),
        "id": pl.col("dicom_id"),
    }
    position = pl.DataFrame(schema={"id": pl.String, "position": pl.String})
    listed = None
    if metadata:
        frame = read_csv(metadata.place, metadata.name, ["dicom_id", "subject_id", "study_id", "ViewPosition"])
        listed = frame.select(**keys)
        position = frame.select(id="dicom_id", position="ViewPosition").unique("id", keep="first", maintain_order=True)
    if records:
        listed = read_csv(records.place, records.name, ["subject_id", "study_id", "dicom_id"]).select(**keys)
    assert listed is not None
    end = ".jpg" if metadata else ".dcm"
    path = pl.format("files/{}/{}/{}/{}" + end, pl.col("patient").str.slice(0, 3), "patient", "study", "id")
    images = listed.with_columns(path=path, repeated=~pl.col("id").is_first_distinct())
    return images.join(position, on="id", how="left", maintain_order="left")


@lru_cache(maxsize=1)
def _machine_labels(found: Found, stamp: str) -> pl.DataFrame:
    frame = read_csv(found.place, found.name, ["subject_id", "study_id", *LABELS])
    values = [pl.col(label).str.replace(r"\.0*$", "") for label in LABELS]
    return frame.select(*values, id=_with_letter("s", "study_id"), patient=_with_letter("p", "subject_id"))


def _with_letter(letter: str, column: str) -> pl.Expr:
    plain = pl.col(column).str.strip_chars()
    return pl.when(plain.str.starts_with(letter)).then(plain).otherwise(pl.lit(letter) + plain)
