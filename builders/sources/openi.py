"""Open-i: the Indiana University chest X-ray collection, as two CSV files or as the original XML files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

from builders.base import Kept, Shard, Source
from builders.sources.assembled import assemble
from builders.sources.csv_files import WRONG, read_csv, undecodable
from builders.sources.openi_xml import file_state, read_images, read_reports, report_number
from builders.sources.place import Place, absolute, digest
from builders.sources.sorting_out import REPORT_COLUMNS, repeated, sort_out
from schemas.errors import SourceError
from schemas.radiology import Image, Label, Report
from schemas.terms import Terms
from schemas.words import SPLITS

SECTIONS = {name: name for name in ("comparison", "indication", "findings", "impression")}
"""In the order of the original files, so that both forms of the collection give the same text."""
LABELS = (
    *("Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia", "Pneumothorax"),
    *("Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural_Thickening"),
)
_REPORTS = ("indiana_reports.csv", "indiana_reports.csv.gz")
_PROJECTIONS = ("indiana_projections.csv", "indiana_projections.csv.gz")
_XML = ("ecgen-radiology/*.xml", "*.xml")
_NUMBERS_PER_SHARD = 500
_BYTES_PER_ROW = 400
_VIEWS = {"Frontal": "frontal", "Lateral": "lateral"}
_BAD_ROW = ("bad_row", pl.col(WRONG).is_not_null(), pl.col("id") + ": " + pl.col(WRONG))


@dataclass(frozen=True)
class Openi(Source):
    """The folder holds `indiana_reports.csv[.gz]` and `indiana_projections.csv`, or `ecgen-radiology/*.xml`.

    Ids are `CXR<uid>`. Human index terms (MeSH, Problems) are never read. The text is put together from the
    sections, which is all that the collection keeps. Labels: any `labels*.csv` with a column `filename`
    (`CXR<uid>`) and 0/1 columns under the names of `openi13`; without such a file the table has no rows.
    """

    location: str

    name: ClassVar[str] = "openi"
    version: ClassVar[int] = 1
    shows: ClassVar[tuple[str, str] | None] = ("x-ray", "chest")
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "images": Image, "labels": Label}
    terms: ClassVar[Terms] = Terms(
        text_may_leave="verbatim",
        commercial=False,
        licences=frozenset({"cc-by-nc-nd-4.0"}),
        citations=frozenset({"Demner-Fushman et al., JAMIA 23(2):304-310, 2016, doi:10.1093/jamia/ocv080"}),
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", absolute(self.location))

    @cached_property
    def _place(self) -> Place:
        place = Place(self.location)
        place.demand_folder()
        return place

    @cached_property
    def _xml(self) -> list[str]:
        """The XML files, where the folder has no CSV."""
        if self._place.first(*_REPORTS):
            return []
        for pattern in _XML:
            files = [name for name in self._place.files(pattern) if report_number(name) >= 0]
            if files:
                return files
        raise SourceError(
            f"{self.location}: no Open-i reports here; expected indiana_reports.csv or indiana_reports.csv.gz, "
            "or the folder ecgen-radiology with its XML files"
        )

    def shards(self, table: str) -> Sequence[Shard]:
        """Runs of 500 report numbers: `0000-0499`; labels are one shard a file."""
        if table == "labels":
            return [Shard(name, self._place.identity(name)) for name in self._place.files("labels*.csv")]
        if self._xml:
            return self._xml_shards()
        name = self._csv(table)
        if name is None:
            return []
        numbers = read_csv(self._place, name, ["uid"]).select(_uid_number().alias("uid")).to_series()
        counts = (numbers // _NUMBERS_PER_SHARD * _NUMBERS_PER_SHARD).rename("first").value_counts().sort("first")
        if table == "reports" and not len(numbers):
            raise SourceError(f"{self._place.full(name)}: no rows here; expected a row per report under the header")
        identity = self._place.identity(name)
        return [Shard(_range(first), identity, rows, rows * _BYTES_PER_ROW) for first, rows in counts.iter_rows()]

    def _xml_shards(self) -> list[Shard]:
        groups: dict[int, list[str]] = {}
        for name in self._xml:
            groups.setdefault(report_number(name) // _NUMBERS_PER_SHARD * _NUMBERS_PER_SHARD, []).append(name)
        return [
            Shard(
                _range(start),
                digest(*(file_state(self._place, name) for name in names)),
                len(names),
                len(names) * _BYTES_PER_ROW,
            )
            for start, names in sorted(groups.items())
        ]

    def _csv(self, table: str) -> str | None:
        return self._place.first(*(_REPORTS if table == "reports" else _PROJECTIONS))

    def read(self, table: str, shard: str) -> pl.DataFrame | Kept:
        """The rows of one shard."""
        if table == "labels":
            return self._labels(shard)
        first = int(shard.split("-")[0])
        if self._xml:
            return self._from_xml(table, first)
        return self._reports(first) if table == "reports" else self._images(first)

    def _from_xml(self, table: str, first: int) -> Kept:
        names = [name for name in self._xml if 0 <= report_number(name) - first < _NUMBERS_PER_SHARD]
        if table == "images":
            return _once(read_images(self._place, names))
        frame, unread = read_reports(self._place, names, list(SECTIONS))
        kept, rejected = as_reports(frame)
        return Kept(kept, pl.concat([unread, rejected]))

    def _rows(self, table: str, first: int, expected: Sequence[str]) -> pl.DataFrame:
        name = self._csv(table)
        assert name is not None  # there are shards only where the file is
        frame = _with_places(read_csv(self._place, name, expected), name)
        return frame.filter(_uid_number().is_between(first, first + _NUMBERS_PER_SHARD, closed="left"))

    def _reports(self, first: int) -> Kept:
        frame = self._rows("reports", first, ["uid", *SECTIONS]).with_columns(
            id=pl.coalesce("place", pl.lit("CXR") + pl.col("uid").fill_null(""))
        )
        return as_reports(frame)

    def _images(self, first: int) -> Kept:
        frame = self._rows("images", first, ["uid", "filename", "projection"])
        frame = frame.select(
            id=pl.coalesce("place", pl.col("filename").str.replace(r"(\.dcm)?\.png$", "")),
            study=pl.lit("CXR") + pl.col("uid"),
            view=pl.col("projection").replace_strict(_VIEWS, default=None, return_dtype=pl.String),
            path=pl.col("filename"),
            **{WRONG: pl.col(WRONG)},
        )
        return _once(frame)

    def _labels(self, name: str) -> Kept:
        frame = _with_places(read_csv(self._place, name, ["filename"]), name)
        columns = [column for column in LABELS if column in frame.columns]
        if not columns:
            raise SourceError(
                f"{self._place.full(name)}: no column of labels here; expected filename and some of "
                f"{', '.join(LABELS)} (or give the file a name that does not begin with labels)"
            )
        checked = frame.with_columns(id=pl.coalesce("place", "filename"))
        wrong = pl.any_horizontal(~pl.col(column).is_in(["0", "1"]).fill_null(False) for column in columns)
        reasons = [
            _BAD_ROW,
            ("duplicate_id", repeated(), pl.lit(f"{name}: an earlier row has this id")),
            ("bad_label", wrong, pl.lit(f"{name}: expected 0 or 1 in every label column")),
        ]
        kept, rejected = sort_out(checked, reasons)
        long = kept.unpivot(columns, index="id", variable_name="label", value_name="value")
        state = pl.col("value").replace_strict({"0": "absent", "1": "present"})
        return Kept(
            long.select(
                study="id",
                label_set=pl.lit("openi13"),
                label="label",
                state=state.cast(Label.state.dtype),
                origin=pl.lit("people"),
            ),
            rejected,
        )


def as_reports(frame: pl.DataFrame) -> Kept:
    """Report rows of a frame with `id`, `path` and a column per section."""
    said = pl.any_horizontal(pl.col(column).fill_null("").str.contains(r"\w") for column in SECTIONS)
    if WRONG not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.String).alias(WRONG))
    reasons = [
        _BAD_ROW,
        ("missing_id", ~pl.col("id").str.contains(r"^CXR\d+$").fill_null(False), pl.col("path") + ": uid is no number"),
        ("duplicate_id", repeated(), pl.col("path") + ": an earlier row has this uid"),
        ("not_utf8", undecodable(list(SECTIONS)), pl.col("path") + ": the row holds bytes that are not UTF-8"),
        ("empty_report", ~said, pl.col("path") + ": no section has words"),
    ]
    kept, rejected = sort_out(frame, reasons)
    reports = assemble(kept, SECTIONS).with_columns(
        patient=pl.lit(None, pl.String), date=pl.lit(None, pl.Date), split=pl.lit(None, pl.Enum(SPLITS))
    )
    return Kept(reports.select(REPORT_COLUMNS), rejected)


def _uid_number() -> pl.Expr:
    """The report number; 0 where the cell holds none, so that some shard has the row and rejects it."""
    number = pl.col("uid").str.to_integer(strict=False)
    return pl.when(number >= 0).then(number).otherwise(0)


def _with_places(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add `path`, the file, and `place`, the id of a row that is none: the file and its line."""
    return frame.with_columns(path=pl.lit(name), place=pl.lit(f"{name}#") + pl.col(WRONG).str.extract(r"^line (\d+)"))


def _once(images: pl.DataFrame) -> Kept:
    reasons = [_BAD_ROW] if WRONG in images.columns else []
    kept, rejected = sort_out(images, [*reasons, ("duplicate_id", repeated(), pl.lit("an earlier row has this image"))])
    return Kept(kept.drop(WRONG, strict=False), rejected)


def _range(start: int) -> str:
    return f"{start:04d}-{start + _NUMBERS_PER_SHARD - 1:04d}"


SOURCE = Openi
