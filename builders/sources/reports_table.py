"""Reports of any hospital as a table: CSV, JSON lines or Parquet with an id and one or several columns of text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Literal

import polars as pl

from builders.base import Kept, Shard, Source
from builders.sources.assembled import assemble
from builders.sources.csv_files import undecodable
from builders.sources.mimic_rows import section_lists
from builders.sources.place import Place, absolute, digest
from builders.sources.repeats import repeats
from builders.sources.sections import any_sections
from builders.sources.sorting_out import REPORT_COLUMNS, repeated, sort_out, split_named
from builders.sources.table_files import ENDS, read_shard, table_shards
from schemas.errors import SourceError, UsageError
from schemas.radiology import Image, Report
from schemas.terms import Terms

SECTION_NAMES = ("findings", "impression", "indication", "comparison", "history", "technique", "examination")
_DATES = ("%Y-%m-%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True)
class ReportsTable(Source):
    """A file, or a folder of files of one kind; columns are named by settings.

    `id`: the column of the study id. `text`: one column with whole reports, whose headings are looked for; or
    several columns, one section each, `findings,impression` by their own names or
    `findings=Findings_EN,impression=Impressions_EN`. `patient`, `date`, `split`, `image`, `view`: columns,
    where there are any; `image` holds a path, or several separated by `;`. `blank`: words that stand for no text
    (`Not given.`). `date_format`: as in `%d.%m.%Y`, where dates are not ISO. `text_may_leave`,
    `ids_may_leave`: what your terms say of the text, and of ids and paths, which may be those of a hospital.
    """

    location: str
    id: str = "id"
    text: tuple[str, ...] = ("text",)
    patient: str = ""
    date: str = ""
    split: str = ""
    image: str = ""
    view: str = ""
    blank: tuple[str, ...] = ()
    date_format: str = ""
    text_may_leave: Literal["no", "verbatim", "adapted"] = "no"
    ids_may_leave: bool = False

    name: ClassVar[str] = "reports-table"
    version: ClassVar[int] = 1
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "images": Image}
    terms: ClassVar[Terms] = Terms(
        text_may_leave="no",
        labels_may_leave="gated",
        ids_may_leave=False,
        commercial=False,
        remote_processing=False,
    )

    def __post_init__(self) -> None:
        if not self.id or not all(self.text):
            raise UsageError("reports-table: the settings id and text each need the name of a column")
        object.__setattr__(self, "location", absolute(self.location))
        object.__setattr__(
            self,
            "terms",
            replace(type(self).terms, text_may_leave=self.text_may_leave, ids_may_leave=self.ids_may_leave),
        )

    @cached_property
    def _files(self) -> tuple[Place, list[str]]:
        """The folder, and the names of its tables."""
        place = Place(self.location)
        if place.fs.isfile(place.full()):
            folder, _, name = self.location.rpartition("/")
            return Place(folder), self._of_one_kind([name])
        place.demand_folder()
        names = [name for name in place.files("*") if name.endswith(ENDS)]
        return place, self._of_one_kind(names)

    def _of_one_kind(self, names: Sequence[str]) -> list[str]:
        kinds = {end for name in names for end in (name.removesuffix(".gz").rpartition(".")[2],)}
        if not names or not all(name.endswith(ENDS) for name in names):
            raise SourceError(f"{self.location}: no table here; expected a file that ends in {', '.join(ENDS)}")
        if len(kinds) > 1:
            raise SourceError(f"{self.location}: tables of several kinds ({', '.join(sorted(kinds))}); name one file")
        return list(names)

    @property
    def _sections(self) -> dict[str, str]:
        """Section name to column; empty where one column holds whole reports."""
        named = [word.rpartition("=") for word in self.text]
        if len(named) == 1 and not named[0][1] and named[0][2].lower() not in SECTION_NAMES:
            return {}
        return {(section or column).strip().lower(): column.strip() for section, _, column in named}

    def _columns(self) -> dict[str, str]:
        """Our names to the table's columns."""
        plain = {"id": self.id, "patient": self.patient, "date": self.date, "split": self.split, "image": self.image}
        plain["view"] = self.view
        texts = self._sections or {"text": self.text[0]}
        return {name: column for name, column in plain.items() if column} | {
            f"section {section}": column for section, column in texts.items()
        }

    def shards(self, table: str) -> Sequence[Shard]:
        """Ranges of about 4 MiB of text, or 5,000 rows of Parquet; no images where no column names them."""
        if table == "images" and not self.image:
            return []
        shards, late = self._cut
        if table == "images":
            return shards
        return [replace(s, identity=digest(s.identity, str(late[s.name]))) if s.name in late else s for s in shards]

    @cached_property
    def _cut(self) -> tuple[list[Shard], Mapping[str, list[int]]]:
        """The shards, and the rows of each whose id an earlier one has; one pass, which travels with the tasks."""
        place, names = self._files
        columns, shards = list(self._columns().values()), []

        def ids() -> Iterator[tuple[str, pl.Series]]:
            for name in names:
                for shard, values in table_shards(place, name, columns, self.id):
                    shards.append(shard)
                    yield shard.name, values

        return shards, repeats(ids())

    def read(self, table: str, shard: str) -> Kept:
        """The rows of one shard."""
        place, _ = self._files
        columns = self._columns()
        late = self._cut[1].get(shard, [])
        raw, unread = read_shard(place, shard, list(dict.fromkeys(columns.values())))
        frame = raw.select(pl.col(column).alias(name) for name, column in columns.items())
        absent = [name for name in ("patient", "date", "split", "image", "view") if name not in columns]
        frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
        frame = frame.with_columns(
            pl.col("id").str.strip_chars(),
            place=pl.format(f"{shard}#{{}}", pl.int_range(pl.len())),
            late=pl.int_range(pl.len()).is_in(late),
        )
        kept, rejected = self._reports(frame) if table == "reports" else self._images(frame)
        return Kept(kept, pl.concat([unread, rejected]) if table == "reports" else rejected)

    def _reports(self, frame: pl.DataFrame) -> Kept:
        texts = [name for name in frame.columns if name.startswith("section ")]
        frame = frame.with_columns(
            pl.when(~pl.col(name).str.strip_chars().is_in(list(self.blank))).then(pl.col(name)) for name in texts
        )
        missing = pl.col("id").fill_null("") == ""
        said = pl.any_horizontal(pl.col(name).fill_null("").str.contains(r"\w") for name in texts)
        dated = frame.with_columns(
            pl.coalesce(pl.col("date").str.to_date(f, strict=False) for f in self._formats()).alias("day")
        )
        blank_date, blank_split = (pl.col(name).fill_null("").str.strip_chars() == "" for name in ("date", "split"))
        reasons = [
            ("missing_id", missing, pl.format("{}: the column of ids is empty", "place")),
            ("duplicate_id", repeated() | pl.col("late"), pl.format("{}: an earlier row has this id", "place")),
            ("not_utf8", undecodable(texts), pl.format("{}: the row holds bytes that are not UTF-8", "place")),
            ("empty_report", ~said, pl.format("{}: no column of text has words", "place")),
            ("bad_date", pl.col("day").is_null() & ~blank_date, pl.format("{}: no date; set date_format", "place")),
            ("unknown_split", split_named("split").is_null() & ~blank_split, pl.format("{}: no known split", "place")),
        ]
        kept, rejected = sort_out(dated, reasons)
        rejected = rejected.with_columns(
            id=pl.coalesce(pl.col("id").replace("", None), pl.col("detail").str.extract(r"^(\S+):"))
        )
        return Kept(self._with_text(kept), rejected)

    def _formats(self) -> tuple[str, ...]:
        return (self.date_format,) if self.date_format else _DATES

    def _with_text(self, kept: pl.DataFrame) -> pl.DataFrame:
        rows = kept.with_columns(date="day", split=split_named("split"), path=pl.col("place").str.extract(r"^(.*):"))
        if self._sections:
            rows = assemble(rows, {section: f"section {section}" for section in self._sections})
        else:
            rows = rows.rename({"section text": "text"})
            rows = rows.with_columns(sections=section_lists([any_sections(text) for text in rows.get_column("text")]))
        return rows.select(REPORT_COLUMNS)

    def _images(self, frame: pl.DataFrame) -> Kept:
        images = (
            frame.filter(pl.col("id").fill_null("") != "")
            .select(study="id", view="view", path=pl.col("image").str.split(";"))
            .explode("path")
            .with_columns(pl.col("path").str.strip_chars())
            .filter(pl.col("path").fill_null("") != "")
            .with_columns(id=pl.col("path").str.replace(r"\.(dcm|png|jpe?g|tiff?|nii)(\.gz|\.png)?$", ""))
        )
        reasons = [("duplicate_id", repeated(), pl.lit("an earlier row has this image"))]
        kept, rejected = sort_out(images, reasons)
        return Kept(kept.select("id", "study", "view", "path"), rejected)


SOURCE = ReportsTable
