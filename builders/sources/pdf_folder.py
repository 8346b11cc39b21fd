"""A folder of PDF files, page by page: the text layer where there is one, pictures of text through OCR."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Literal

import polars as pl

from annotators.ocr.choose import page_reader
from annotators.ocr.reader import PageReader
from builders.base import REJECTED_SCHEMA, Kept, Shard, Source
from builders.settings import AtLeastOne
from builders.sources.pdf_files import demand_library
from builders.sources.pdf_licences import Licences
from builders.sources.pdf_listing import groups, identity_of, listing, members, page_shards
from builders.sources.pdf_reading import Ocr, Reading
from builders.sources.place import Place, absolute, digest
from builders.sources.reports_table import ReportsTable
from schemas.corpora import LANGUAGES, Page, PdfFile
from schemas.errors import SourceError, UsageError
from schemas.terms import Terms

_FILES_PER_SHARD = 500


@dataclass(frozen=True)
class PdfFolder(Source):
    """PDF files at any depth of a folder, behind an fsspec URL too, or one file.

    `ocr`: `page` (default) reads each page that is a picture of text, so that scans within a text document are not
    lost; `document` follows the published rule of MMedC and reads all pages of a document that it takes for scanned
    and none of another; `never` takes text layers alone, and needs no OCR program. `pages`: `all` (default, loses
    nothing), or `published`: of text documents of 100 pages and more, front and end matter is left out.

    `languages`: of the scans, ISO 639-1 or as the reader names them; fewer are faster and read better. `reader`:
    `tesseract`, another distribution's, or `package.module:Class`. `dpi`: dots per inch of the pictures.
    `licence`: of all files, unless `licences` (a file; default `LICENCES.tsv` in the folder, if there is one) with
    columns `file` and `licence` says otherwise. `text_may_leave`, `ids_may_leave`: what your terms say of the text,
    and of names of files. A small file shares its shard with others up to `bytes_per_shard`; a larger one is cut into
    runs of `pages_per_shard`, so pages of one document lie in several shards.
    """

    location: str
    ocr: Ocr = "page"
    pages: Literal["all", "published"] = "all"
    reader: str = "tesseract"
    languages: tuple[str, ...] = LANGUAGES
    dpi: AtLeastOne = 300
    text_may_leave: Literal["no", "verbatim", "adapted"] = "no"
    ids_may_leave: bool = False
    licence: str = field(default="", repr=False)
    licences: str = field(default="", repr=False)
    bytes_per_shard: AtLeastOne = field(default=8 * 2**20, repr=False)
    pages_per_shard: AtLeastOne = field(default=100, repr=False)

    name: ClassVar[str] = "pdf-folder"
    version: ClassVar[int] = 1
    tables: ClassVar[Mapping[str, Any]] = {"pages": Page, "files": PdfFile}
    terms: ClassVar[Terms] = ReportsTable.terms

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", absolute(self.location))
        terms = replace(type(self).terms, text_may_leave=self.text_may_leave, ids_may_leave=self.ids_may_leave)
        object.__setattr__(self, "terms", terms)

    @property
    def fingerprint(self) -> str:
        """Of the reader, if it is asked: another version of the program reads other words."""
        return "" if self.ocr == "never" else self._reader.fingerprint

    @property
    def models(self) -> Mapping[str, str]:
        """The reader with what tells its answers apart, for the manifest."""
        return {self.reader: self.fingerprint} if self.fingerprint else {}

    @property
    def _reader(self) -> PageReader:
        try:
            return page_reader(self.reader, self.languages)
        except UsageError as error:
            raise UsageError(f"{self.name}.{error}") from None

    @cached_property
    def _place(self) -> tuple[Place, str]:
        """The folder, and the one file that is meant; empty: all."""
        place = Place(self.location)
        place.demand_answer()
        if not place.fs.exists(place.full()):
            raise SourceError(f"{self.location}: no such file or folder; name a folder of PDF files, or one of them")
        if not place.fs.isfile(place.full()):
            return place, ""
        folder, _, name = self.location.rpartition("/")
        return Place(folder or "/"), name

    @property
    def _licences(self) -> Licences:
        return Licences(self._place[0], self.licences, self.licence)

    def shards(self, table: str) -> Sequence[Shard]:
        """By a hash of the names, so that a new file changes one shard; see the settings for their size."""
        demand_library()
        if self.ocr != "never":
            self._reader.check()
        place, only = self._place
        listing.cache_clear()
        files = listing(place, only)
        if table == "pages":
            return page_shards(place, files, self.bytes_per_shard, self.pages_per_shard)
        said = self._licences.of(files["name"])
        state = {name: digest(name, identity_of(place, name), said[name] or "") for name in files["name"]}
        return [
            Shard(prefix, digest(*map(state.__getitem__, part["name"])), part.height)
            for prefix, part in groups(files, pl.lit(1), _FILES_PER_SHARD)
        ]

    def read(self, table: str, shard: str) -> Kept:
        """The rows of one shard; files and pages that cannot be read are rejected."""
        place, only = self._place
        names, pages = members(listing(place, only), shard, self.bytes_per_shard if table == "pages" else 2**62)
        if table == "files":
            return Kept(self._licences.rows(names), pl.DataFrame(schema=REJECTED_SCHEMA))
        reader = None if self.ocr == "never" else self._reader
        return Reading(place, self.ocr, self.pages == "published", reader, self.dpi).rows(names, pages)

    def notes(self) -> Sequence[str]:
        """Files that the table of licences names and that are not here."""
        place, only = self._place
        return self._licences.notes(listing(place, only)["name"])


SOURCE = PdfFolder
