"""Reports of any hospital as a table: CSV, JSON lines or Parquet with an id and one or several columns of text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Literal

import polars as pl

from annotators.exams.headings import exams
from builders.base import REJECTED_SCHEMA, Kept, Shard, Source
from builders.sources.assembled import assemble
from builders.sources.csv_files import undecodable
from builders.sources.mimic_rows import section_lists
from builders.sources.parquet_rows import MOMENT
from builders.sources.place import Place, absolute, digest
from builders.sources.repeats import repeats
from builders.sources.sections import any_sections
from builders.sources.sorting_out import REPORT_COLUMNS, repeated, sort_out, split_named
from builders.sources.table_files import ENDS, is_table, kind_of, read_shard, table_shards
from schemas.errors import SourceError, UsageError
from schemas.exams import Exam
from schemas.radiology import Image, Report
from schemas.references import hashes, report_keys
from schemas.terms import Terms

SECTION_NAMES = ("findings", "impression", "indication", "comparison", "history", "technique", "examination")
_DIGITS = 10
"""Of the hash in the id of an image."""
_DATES = ("%Y-%m-%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f")


@dataclass(frozen=True)
class ReportsTable(Source):
    """A file, or a folder of files of one kind; columns are named by settings.

    `id`: the column of the study id. `text`: one column with whole reports, whose headings are looked for; or
    several columns, one section each, `findings,impression` by their own names or
    `findings=Findings_EN,impression=Impressions_EN`. `patient`, `date`, `split`, `image`, `view`: columns,
    where there are any; `image` holds a path, or several separated by `;`. `exam`: columns that say what kind of
    examination it was (`modality,body_part` or `exam_name`). `blank`: words that stand for no text
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
    exam: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    date_format: str = ""
    text_may_leave: Literal["no", "verbatim", "adapted"] = "no"
    ids_may_leave: bool = False

    name: ClassVar[str] = "reports-table"
    version: ClassVar[int] = 1
    tables: ClassVar[Mapping[str, Any]] = {"reports": Report, "images": Image, "exams": Exam}
    terms: ClassVar[Terms] = Terms(
        text_may_leave="no",
        labels_may_leave="gated",
        ids_may_leave=False,
        commercial=False,
        remote_processing=False,
    )

    def __post_init__(self) -> None:
        if not self.id or not all(self.text):
            raise UsageError(f"{self.name}: the settings id and text each need the name of a column")
        self._demand_sections()
        object.__setattr__(self, "location", absolute(self.location))
        object.__setattr__(
            self,
            "terms",
            replace(type(self).terms, text_may_leave=self.text_may_leave, ids_may_leave=self.ids_may_leave),
        )

    def _demand_sections(self) -> None:
        """Raise a `UsageError` unless several columns of text are a section each."""
        names = list(self._sections)
        if unknown := [name for name in names if name not in SECTION_NAMES]:
            raise UsageError(
                f"{self.name}.text: no section is called {', '.join(unknown)}; there are {', '.join(SECTION_NAMES)}, "
                "as in findings=COLUMN,impression=COLUMN"
            )
        if names and len(names) < len(self.text):
            raise UsageError(f"{self.name}.text: a section is named twice; name each once")

    @cached_property
    def _files(self) -> tuple[Place, list[str]]:
        """The folder, and the names of its tables."""
        place = Place(self.location)
        place.demand_answer()
        if place.fs.isfile(place.full()):
            folder, _, name = self.location.rpartition("/")
            return Place(folder or "/"), self._of_one_kind([name])
        if not place.fs.exists(place.full()):
            raise SourceError(f"{self.location}: no such file or folder; name a table, or a folder of tables")
        place.demand_folder()
        return place, self._of_one_kind([name for name in place.files("*") if is_table(name)])

    def _of_one_kind(self, names: Sequence[str]) -> list[str]:
        if not names or not all(map(is_table, names)):
            raise SourceError(f"{self.location}: no table here; expected a file that ends in {', '.join(ENDS)}")
        if len(kinds := sorted({kind_of(name) for name in names})) > 1:
            raise SourceError(f"{self.location}: tables of several kinds ({', '.join(kinds)}); name one file")
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
        plain |= {f"exam {number}": column for number, column in enumerate(self.exam)}
        texts = self._sections or {"text": self.text[0]}
        return {name: column for name, column in plain.items() if column} | {
            f"section {section}": column for section, column in texts.items()
        }

    def shards(self, table: str) -> Sequence[Shard]:
        """Ranges of about 4 MiB of text, or 5,000 rows of Parquet; no images or exams where no column names them."""
        if (table == "images" and not self.image) or (table == "exams" and not self.exam):
            return []
        shards, late = self._cut
        if table == "images":
            return shards
        return [replace(s, identity=digest(s.identity, str(late[s.name]))) if s.name in late else s for s in shards]

    @cached_property
    def _cut(self) -> tuple[list[Shard], Mapping[str, list[int]]]:
        """The shards, and the rows of each whose id an earlier one has; one pass, which travels with the tasks."""
        place, names = self._files
        columns, shards, rows = list(dict.fromkeys(self._columns().values())), [], 0

        def ids() -> Iterator[tuple[str, pl.Series]]:
            nonlocal rows
            for name in names:
                for shard, values in table_shards(place, name, columns, self.id):
                    shards.append(shard)
                    rows += len(values)
                    yield shard.name, values

        late = repeats(ids())
        if not rows:
            raise SourceError(f"{self.location}: no rows here; expected a row per report under the header")
        return shards, late

    def read(self, table: str, shard: str) -> Kept:
        """The rows of one shard."""
        place, _ = self._files
        columns = self._columns()
        late = self._cut[1].get(shard, [])
        raw, numbers, unread = read_shard(place, shard, list(dict.fromkeys(columns.values())))
        frame = raw.select(pl.col(column).alias(name) for name, column in columns.items())
        absent = [name for name in ("patient", "date", "split", "image", "view") if name not in columns]
        frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
        frame = frame.with_columns(
            pl.col("id").str.strip_chars().replace("", None),
            place=pl.format("{}#{}", pl.lit(shard), numbers),
            late=pl.int_range(pl.len()).is_in(late),
        )
        if table == "exams":
            return self._exams(frame)
        kept, rejected = self._reports(frame) if table == "reports" else self._images(frame)
        return Kept(kept, pl.concat([unread, rejected]) if table == "reports" else rejected)

    def _reports(self, frame: pl.DataFrame) -> Kept:
        texts = [name for name in frame.columns if name.startswith("section ")]
        frame = frame.with_columns(
            pl.when(~pl.col(name).str.strip_chars().is_in(list(self.blank))).then(pl.col(name)) for name in texts
        )
        said = pl.any_horizontal(pl.col(name).fill_null("").str.contains(r"\w") for name in texts)
        dated = frame.with_columns(
            pl.col("id").fill_null(pl.col("place")),
            pl.coalesce(pl.col("date").str.to_date(f, strict=False) for f in self._formats()).alias("day"),
            missing=pl.col("id").is_null(),
        )
        blank_date, blank_split = (pl.col(name).fill_null("").str.strip_chars() == "" for name in ("date", "split"))
        encoded = undecodable(["id", *texts])
        reasons = [
            ("missing_id", pl.col("missing"), pl.format("{}: the column of ids is empty", "place")),
            ("not_utf8", encoded, pl.format("{}: the row holds bytes that are not UTF-8", "place")),
            ("duplicate_id", repeated() | pl.col("late"), pl.format("{}: an earlier row has this id", "place")),
            ("empty_report", ~said, pl.format("{}: no column of text has words", "place")),
            ("bad_date", pl.col("day").is_null() & ~blank_date, pl.format("{}: no date; set date_format", "place")),
            ("unknown_split", split_named("split").is_null() & ~blank_split, pl.format("{}: no known split", "place")),
        ]
        kept, rejected = sort_out(dated, reasons)
        return Kept(self._with_text(kept), rejected)

    def _exams(self, frame: pl.DataFrame) -> Kept:
        """A row per report that has an id; a report that an earlier one has the id of is rejected there."""
        named = frame.filter(~pl.col("late")).drop_nulls("id").unique("id", keep="first", maintain_order=True)
        columns = [pl.col(f"exam {number}") for number in range(len(self.exam))]
        heading = pl.concat_str(columns, separator="; ", ignore_nulls=True)
        return Kept(exams(named["id"], named.select(heading).to_series()), pl.DataFrame(schema=REJECTED_SCHEMA))

    def _formats(self) -> tuple[str, ...]:
        return (self.date_format, MOMENT) if self.date_format else _DATES

    def _with_text(self, kept: pl.DataFrame) -> pl.DataFrame:
        rows = kept.with_columns(date="day", split=split_named("split"), path=pl.col("place").str.extract(r"^(.*):"))
        if self._sections:
            rows = assemble(rows, {section: f"section {section}" for section in self._sections})
        else:
            rows = rows.rename({"section text": "text"})
            rows = rows.with_columns(sections=section_lists([any_sections(text) for text in rows.get_column("text")]))
        return rows.select(REPORT_COLUMNS)

    def _images(self, frame: pl.DataFrame) -> Kept:
        """Ids do not repeat the path, which may hold a patient: a hash of it, keyed by the text of the report."""
        texts = [pl.col(name).fill_null("") for name in frame.columns if name.startswith("section ")]
        said = frame.drop_nulls("id").with_columns(said=pl.concat_str(texts, separator="\n"))
        images = (
            said.with_columns(key=report_keys(said["said"]))
            .select("key", study="id", view="view", path=pl.col("image").str.split(";"))
            .explode("path")
            .with_columns(pl.col("path").str.strip_chars())
            .filter(pl.col("path").fill_null("") != "")
        )
        digits = hashes(images["path"], images["key"]).str.head(_DIGITS)
        images = images.with_columns(id=pl.concat_str("study", digits, separator="/"))
        reasons = [("duplicate_id", repeated(), pl.lit("an earlier row has this image"))]
        kept, rejected = sort_out(images, reasons)
        return Kept(kept.select("id", "study", "view", "path"), rejected)


SOURCE = ReportsTable
