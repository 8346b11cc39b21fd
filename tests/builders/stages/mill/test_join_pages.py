"""Pages become documents: in their order, with what is known of the file; and a whole build over PDF files."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.base import Group, Recipe, Table
from builders.run import Orders, make
from builders.sources.pdf_folder import PdfFolder
from builders.stages.mill.join_pages import JoinPages
from schemas.corpora import Document, Page, PdfFile
from schemas.errors import MedmillError
from schemas.manifest import Manifest
from tests.annotators.ocr.invented import TEXTS
from tests.annotators.ocr.own_reader import Darkness
from tests.builders.sources.pdf_making import Blank, Scan, Text, pdf_of


def page(document: str, number: int, text: str, method: str = "text_layer") -> dict[str, Any]:
    return {"document": document, "page": number, "text": text, "method": method, "confidence": None}


def pages(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), {name: column.dtype for name, column in Page.columns().items()})


def test_pages_follow_each_other_with_a_blank_line_between() -> None:
    made = JoinPages()(
        pages(
            page("b.pdf", 10, "Ten."), page("b.pdf", 2, " Two.\n"), page("b.pdf", 3, " \n"), page("a/c.pdf", 1, "One.")
        )
    )
    documents = Document.validate(made.frame, cast=True)
    assert documents.select("id", "file", "text").sort("id").rows() == [
        ("a/c.pdf", "a/c.pdf", "One."),
        ("b.pdf", "b.pdf", "Two.\n\nTen."),
    ]
    assert documents.select("url", "start", "end", "date", "title", "licence").null_count().row(0) == (2,) * 6


def test_documents_without_a_letter_are_rejected() -> None:
    mute = [page("a.pdf", 1, ""), page("a.pdf", 2, "--- .", "ocr"), page("b.pdf", 1, "٣")]
    made = JoinPages()(pages(*mute))
    assert made.frame["id"].to_list() == ["b.pdf"]
    assert made.rejected.rows() == [("a.pdf", "no_text", "no letter or digit on 2 pages; 1 of them were read by OCR")]


@dataclass(frozen=True)
class Shelf:
    """A build over a folder, whose reader notes down each page that it is asked for."""

    folder: Path
    out: Path
    asked: Path

    def build(self, **settings: Any) -> Manifest:
        source = PdfFolder(
            str(self.folder), reader=f"{Darkness.__module__}:Darkness", languages=(str(self.asked),),
            bytes_per_shard=20_000, pages_per_shard=2, **settings,
        )  # fmt: skip
        tables = [
            Table("pages", Page, source="pdf-folder", publish=False, input_id="document"),
            Table("files", PdfFile, source="pdf-folder", publish=False, input_id="document"),
            Table("documents", Document, JoinPages(), ("pages", "files"), shape=Group(("document",), 4, of="id"),
                  split=None, input_id="document"),
        ]  # fmt: skip
        return make(Recipe("shelf", {"pdf-folder": source}, tables, source.terms), self.out, Orders(workers=0))

    @property
    def read(self) -> int:
        return len(self.asked.read_text().splitlines())

    @property
    def documents(self) -> dict[str, dict[str, Any]]:
        rows = pl.read_parquet(self.out / "documents" / "*.parquet")
        return {row["id"]: row for row in rows.iter_rows(named=True)}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "text.pdf").write_bytes(pdf_of([Text(TEXTS["en"]), Text("The end.")], title="Piers"))
    (folder / "scan.pdf").write_bytes(pdf_of([Scan(TEXTS["en"])] * 5))
    (folder / "blank.pdf").write_bytes(pdf_of([Blank()] * 3))
    (folder / "empty.pdf").write_bytes(b"")
    return Shelf(folder, tmp_path / "out", tmp_path / "asked.txt")


def test_a_build_accounts_for_every_file_and_reads_each_scan_once(shelf: Shelf) -> None:
    manifest = shelf.build()
    assert manifest.stage("pages").rejected == {"empty_file": 1}
    assert manifest.stage("documents").rejected == {"no_text": 1}
    assert list(manifest.models.values()) == ["darkness 1"]
    assert set(shelf.documents) == {"text.pdf", "scan.pdf"}
    assert shelf.documents["text.pdf"]["title"] == "Piers"
    assert shelf.documents["scan.pdf"]["text"].count("dark dots at 300\n\n") == 4
    assert shelf.read == 5

    (shelf.folder / "LICENCES.tsv").write_text("file\tlicence\ntext.pdf\tCC-BY-4.0\n")
    shelf.build(licence="CC0-1.0")
    assert [shelf.documents[name]["licence"] for name in ("scan.pdf", "text.pdf")] == ["CC0-1.0", "CC-BY-4.0"]
    assert shelf.read == 5, "a licence reads no page again"

    shutil.copy(shelf.folder / "text.pdf", shelf.folder / "twin.pdf")
    shelf.build()
    assert set(shelf.documents) == {"text.pdf", "scan.pdf", "twin.pdf"} and shelf.read == 5

    shelf.build(dpi=100)
    assert shelf.read == 10 and "dark dots at 100" in shelf.documents["scan.pdf"]["text"]


def test_a_build_that_stops_goes_on_with_what_is_not_read(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scan is cut into runs of two pages: those that are done stay."""
    real, calls = Darkness.read, []

    def fails_at_the_fourth(self: Darkness, picture: Any, dpi: int) -> Any:
        calls.append(1)
        if len(calls) >= 4:
            raise MedmillError("the light went out")
        return real(self, picture, dpi)

    with monkeypatch.context() as patch:
        patch.setattr(Darkness, "read", fails_at_the_fourth)
        with pytest.raises(MedmillError):
            shelf.build()
    before = shelf.read
    shelf.build()
    assert before == 3 and shelf.read <= before + 3
    assert shelf.documents["scan.pdf"]["text"].count("dark dots") == 5
