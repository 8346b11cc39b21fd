"""Folders of PDF files made here: what is read of each page, by which method, and what is rejected why."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.provenance import fingerprint
from builders.sources import pdf_files
from builders.sources.pdf_folder import PdfFolder
from builders.sources.pdf_listing import groups
from builders.sources.pdf_pages import MOST_PIXELS
from schemas.errors import SourceError, UsageError
from tests.annotators.ocr.distance import error_rate
from tests.annotators.ocr.invented import TEXTS
from tests.annotators.ocr.needed import needs_tesseract
from tests.annotators.ocr.own_reader import Broken, Darkness
from tests.builders.sources.pdf_making import Blank, Scan, Text, pdf_of, with_box, without_pages
from tests.builders.sources.reading import read_all, reasons

OWN = f"{Darkness.__module__}:Darkness"
ROOT = Path(__file__).resolve().parents[3]
SCANNED = ("fr", "ru", "ja")
"""Of three scripts; each language alone is read in the tests of the reader."""
LONG = f"{TEXTS['en']}\n{TEXTS['en']}"


def source(folder: Path, **settings: Any) -> PdfFolder:
    """Read by a reader that needs no program, unless the settings say otherwise."""
    return PdfFolder(**{"location": str(folder), "reader": OWN, "languages": (), **settings})


def pages(of: PdfFolder) -> pl.DataFrame:
    return read_all(of, "pages").frame.sort("document", "page")


def methods(of: PdfFolder) -> list[tuple[str, int, str]]:
    return pages(of).select("document", "page", pl.col("method").cast(pl.String)).rows()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that nobody changes."""
    folder = tmp_path_factory.mktemp("printed")
    (folder / "deep" / "er").mkdir(parents=True)
    made = {
        "text.pdf": [Text(LONG), Text("The end.")],
        "deep/mixed.PDF": [Text(LONG), Scan(TEXTS["ru"], label="2"), Text(LONG)],
        "deep/er/scan.pdf": [Scan(LONG), Blank(), Scan(LONG, label="3")],
    }
    for name, content in made.items():
        (folder / name).write_bytes(pdf_of(content, title=f"Title of {name}"))
    (folder / "notes.txt").write_text("no PDF")
    return folder


@pytest.fixture
def books(printed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(printed, tmp_path / "books"))


def test_each_page_is_read_by_what_it_is(books: Path) -> None:
    found = pages(source(books))
    assert found.select("document", "page", pl.col("method").cast(pl.String)).rows() == [
        ("deep/er/scan.pdf", 1, "ocr"),
        ("deep/er/scan.pdf", 2, "text_layer"),
        ("deep/er/scan.pdf", 3, "ocr"),
        ("deep/mixed.PDF", 1, "text_layer"),
        ("deep/mixed.PDF", 2, "ocr"),
        ("deep/mixed.PDF", 3, "text_layer"),
        ("text.pdf", 1, "text_layer"),
        ("text.pdf", 2, "text_layer"),
    ]
    assert found.filter(pl.col("method") == "text_layer")["confidence"].null_count() == 5
    assert found.filter(pl.col("method") == "ocr")["confidence"].to_list() == [0.5] * 3
    assert found["text"][6].split() == LONG.split() and found["text"][1] == ""


def test_the_published_rule_decides_by_document(books: Path) -> None:
    """A scan within a text document is lost, blank pages and words of a scanned document are read as pictures."""
    found = pages(source(books, ocr="document"))
    assert found.filter(pl.col("method") == "ocr")["document"].to_list() == ["deep/er/scan.pdf"] * 3
    assert found.filter(document="deep/mixed.PDF", page=2)["text"].to_list() == ["2"]


def test_without_ocr_nothing_is_asked(books: Path) -> None:
    nowhere = source(books, ocr="never", reader="tesseract", languages=("xxx",))
    assert {method for *_, method in methods(nowhere)} == {"text_layer"}
    assert nowhere.fingerprint == ""


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented passages as text, and some of them as pictures."""
    folder = tmp_path_factory.mktemp("six")
    languages = list(TEXTS)
    (folder / "text.pdf").write_bytes(pdf_of(Text(TEXTS[language]) for language in languages))
    (folder / "scanned.pdf").write_bytes(pdf_of(Scan(TEXTS[language]) for language in SCANNED))
    return folder


def test_text_layers_in_six_languages_come_back_to_the_letter(six: Path) -> None:
    found = pages(PdfFolder(str(six), ocr="never")).filter(document="text.pdf")
    assert ["".join(text.split()) for text in found["text"]] == ["".join(text.split()) for text in TEXTS.values()]


@needs_tesseract
def test_scans_are_read_in_the_language_they_are_in(six: Path) -> None:
    found = pages(PdfFolder(str(six), dpi=200)).filter(document="scanned.pdf")
    assert found["page"].to_list() == [1, 2, 3] and set(found["method"]) == {"ocr"}
    wrong = {language: error_rate(TEXTS[language], text) for language, text in zip(SCANNED, found["text"], strict=True)}
    assert max(wrong["fr"], wrong["ru"]) <= 0.01 and wrong["ja"] <= 0.05, wrong
    assert found["confidence"].is_between(0.8, 1).all()


def test_a_text_layer_that_says_more_than_the_picture_stays(tmp_path: Path) -> None:
    """Leader dots make a page of contents look like no text; the reader from elsewhere says 20 letters at most."""
    (tmp_path / "contents.pdf").write_bytes(pdf_of([Text("\n".join(f"The pier {'.' * 60} {n}" for n in range(9)))]))
    assert methods(source(tmp_path)) == [("contents.pdf", 1, "text_layer")]
    assert methods(source(tmp_path, ocr="document")) == [("contents.pdf", 1, "ocr")]


def test_the_published_rule_of_pages_leaves_out_the_ends_of_long_text_documents(tmp_path: Path) -> None:
    (tmp_path / "long.pdf").write_bytes(pdf_of([Text(LONG)] * 120))
    (tmp_path / "short.pdf").write_bytes(pdf_of([Text(LONG)] * 3))
    (tmp_path / "scanned.pdf").write_bytes(pdf_of([Blank()] * 100))
    for ocr in ("page", "document"):
        kept = pages(source(tmp_path, pages="published", ocr=ocr))
        assert kept.filter(document="long.pdf")["page"].to_list() == list(range(7, 116))
        assert kept.filter(document="short.pdf")["page"].to_list() == [1, 2, 3]
        assert kept.filter(document="scanned.pdf").height == 100
    without = pages(source(tmp_path / "scanned.pdf", pages="published", ocr="never"))
    assert without["page"].to_list() == list(range(6, 96))
    assert pages(source(tmp_path / "long.pdf")).height == 120


BAD = {
    "empty.pdf": (b"", "empty_file"),
    "renamed.pdf": (b"This was a text file once.", "not_pdf"),
    "cut.pdf": (b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog", "broken_pdf"),
    "none.pdf": (without_pages(), "no_pages"),
}


def test_bad_files_are_rejected_with_the_reason(books: Path) -> None:
    for name, (content, _) in BAD.items():
        (books / name).write_bytes(content)
    (books / "locked.pdf").write_bytes(pdf_of([Text(LONG)], password="open sesame"))
    (books / "owner.pdf").write_bytes(pdf_of([Text(LONG)], password=""))
    kept = read_all(source(books), "pages")
    assert reasons(kept) == {name: reason for name, (_, reason) in BAD.items()} | {"locked.pdf": "password"}
    assert kept.frame["document"].n_unique() == 4


def test_every_cut_of_a_file_is_rows_or_a_reason(tmp_path: Path) -> None:
    whole = pdf_of([Text(LONG), Scan(LONG)])
    for part in range(1, 20, 2):
        (tmp_path / f"{part:02d}.pdf").write_bytes(whole[: len(whole) * part // 20])
        damaged = bytearray(whole)
        damaged[len(whole) * part // 20 :: 997] = b"x" * len(damaged[len(whole) * part // 20 :: 997])
        (tmp_path / f"{part:02d}x.pdf").write_bytes(bytes(damaged))
    kept = read_all(source(tmp_path), "pages")
    assert set(kept.frame["document"]) | set(kept.rejected["id"]) == {path.name for path in tmp_path.iterdir()}
    assert set(kept.rejected["reason"]) <= {"broken_pdf", "broken_page", "no_pages", "not_pdf"}


@pytest.mark.parametrize("box", [(14_400, 14_400), (1e7, 1e7), (1e7, 10), (0, 0), (-5, 600)])
def test_a_page_of_any_size_is_a_picture_of_bounded_size(tmp_path: Path, box: tuple[float, float]) -> None:
    (tmp_path / "box.pdf").write_bytes(with_box(*box))
    kept = read_all(source(tmp_path, dpi=1200), "pages")
    assert (kept.frame.height, kept.rejected.height) in ((1, 0), (0, 1))
    if kept.frame.height:
        assert int(kept.frame["text"][0].split()[0]) <= MOST_PIXELS


def test_letters_that_are_none_do_not_reach_the_rows(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of([Text("A pier\n" + "of the harbour exam-\nple 😀 end")]))
    (text,) = pages(source(tmp_path))["text"]
    assert "example" in text and "😀" in text and "\r" not in text and "\x02" not in text


@pytest.mark.parametrize("raw", ["a\x00b", "a\ud83db", "a\udc00b", "\ufffeab", "a\x02b"])
def test_text_layers_are_sound_strings(raw: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pypdfium2 import PdfTextPage

    (tmp_path / "a.pdf").write_bytes(pdf_of([Text("x")]))
    monkeypatch.setattr(PdfTextPage, "get_text_bounded", lambda self, errors: raw)
    (text,) = pages(source(tmp_path, ocr="never"))["text"]
    assert text.encode() and text[0] == "a" and text[-1] == "b" and "\x00" not in text


def test_a_reader_that_fails_rejects_the_page_without_its_words(books: Path) -> None:
    kept = read_all(source(books, reader=f"{Broken.__module__}:Broken"), "pages")
    failed = kept.rejected.sort("id", "detail")
    assert failed["reason"].unique().to_list() == ["ocr_failed"]
    assert failed["detail"].to_list() == ["page 1: ValueError", "page 3: ValueError", "page 2: ValueError"]
    assert kept.frame.height == 5


@settings(max_examples=6)
@given(st.integers(1, 200_000), st.integers(1, 5))
def test_no_size_of_shards_changes_a_row(
    shared: PdfFolder, whole: pl.DataFrame, most_bytes: int, most_pages: int
) -> None:
    cut = replace(shared, bytes_per_shard=most_bytes, pages_per_shard=most_pages)
    assert pages(cut).equals(whole)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> PdfFolder:
    folder = tmp_path_factory.mktemp("shared")
    for number in range(3):
        (folder / f"{number}.pdf").write_bytes(pdf_of([Text(LONG), Blank(), Text(f"Page three of {number}")]))
    (folder / "scan.pdf").write_bytes(pdf_of([Scan("A pier"), Text(LONG)]))
    return source(folder)


@pytest.fixture(scope="module")
def whole(shared: PdfFolder) -> pl.DataFrame:
    return pages(shared)


def test_a_long_document_is_cut_into_runs_of_pages(books: Path) -> None:
    cut = source(books, bytes_per_shard=1, pages_per_shard=2)
    names = [shard.name for shard in cut.shards("pages")]
    assert len(names) == 5 and sum(name.endswith("-00001-00002") for name in names) == 3
    assert pages(cut).equals(pages(source(books)))


@given(st.sets(st.text("0123456789abcdef", min_size=16, max_size=16), max_size=60), st.integers(1, 300))
def test_groups_hold_every_file_once_within_the_limit(keys: set[str], most: int) -> None:
    sizes = [len(set(key)) * 10 for key in sorted(keys)]
    files = pl.DataFrame(
        {"name": sorted(keys), "key": sorted(keys), "bytes": sizes},
        schema={"name": pl.String, "key": pl.String, "bytes": pl.Int64},
    )
    found = list(groups(files, pl.col("bytes"), most))
    assert sorted(name for _, part in found for name in part["name"]) == sorted(keys)
    assert all(part["bytes"].sum() <= most or part.height == 1 for _, part in found)
    assert all(name.startswith(prefix) for prefix, part in found for name in part["name"])
    prefixes = sorted(prefix for prefix, _ in found)
    assert not any(b.startswith(a) for a, b in pairwise(prefixes))


def test_a_new_file_changes_one_shard_and_a_licence_none(books: Path) -> None:
    for number in range(30):
        shutil.copy(books / "text.pdf", books / f"more-{number}.pdf")
    before = {shard.name: shard.identity for shard in source(books).shards("pages")}
    shutil.copy(books / "text.pdf", books / "new.pdf")
    after = {shard.name: shard.identity for shard in source(books).shards("pages")}
    assert len(set(after.items()) - set(before.items())) == 1
    (books / "LICENCES.tsv").write_text("file\tlicence\ntext.pdf\tCC-BY-4.0\n")
    assert {shard.name: shard.identity for shard in source(books).shards("pages")} == after
    assert fingerprint(source(books)) == fingerprint(source(books, licence="CC0-1.0", pages_per_shard=7))
    others: list[dict[str, Any]] = [{}, {"dpi": 200}, {"ocr": "never"}, {"pages": "published"}]
    assert len({fingerprint(source(books, **one)) for one in others}) == 4


def test_titles_and_licences_of_files(books: Path) -> None:
    (books / "LICENCES.tsv").write_text("file\tlicence\ntext.pdf\tCC-BY-4.0\ngone.pdf\tCC0-1.0\n")
    (books / "bad.pdf").write_bytes(b"")
    by_table = source(books, licence="all-rights-reserved")
    files = read_all(by_table, "files").frame.sort("document")
    assert files.rows() == [
        ("bad.pdf", None, None, "all-rights-reserved"),
        ("deep/er/scan.pdf", "Title of deep/er/scan.pdf", 3, "all-rights-reserved"),
        ("deep/mixed.PDF", "Title of deep/mixed.PDF", 3, "all-rights-reserved"),
        ("text.pdf", "Title of text.pdf", 2, "CC-BY-4.0"),
    ]
    assert by_table.notes() == ["the table of licences names files that are not here (1): gone.pdf"]
    states = [shard.identity for shard in by_table.shards("files")]
    assert states != [shard.identity for shard in source(books).shards("files")]
    assert read_all(source(books / "deep"), "files").frame["licence"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("table", "said"),
    [("name\tlicence\na.pdf\tx\n", "licence"), ("file\tlicence\na.pdf\tx\na.pdf\ty\n", "twice"), ("", "empty")],
)
def test_a_table_of_licences_that_is_none_is_one_error(books: Path, table: str, said: str) -> None:
    (books / "elsewhere.tsv").write_text(table)
    with pytest.raises(SourceError, match=said):
        source(books, licences=str(books / "elsewhere.tsv")).shards("files")


def test_one_file_and_no_file(books: Path, tmp_path: Path) -> None:
    assert [row[0] for row in methods(source(books / "deep" / "mixed.PDF"))] == ["mixed.PDF"] * 3
    (tmp_path / "nothing").mkdir()
    with pytest.raises(SourceError, match=r"no file that ends in \.pdf"):
        source(tmp_path / "nothing").shards("pages")
    with pytest.raises(SourceError, match="no such file or folder"):
        source(tmp_path / "nowhere").shards("pages")
    with pytest.raises(UsageError, match=r"pdf-folder\.reader=nope"):
        source(books, reader="nope").shards("pages")


def test_files_behind_an_address_give_the_same_rows(books: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    for path in books.rglob("*.*"):
        if path.is_file():
            memory.pipe_file(f"/shelf/{path.relative_to(books).as_posix()}", path.read_bytes())
    assert pages(source(books, location="memory://shelf")).equals(pages(source(books)))


def test_a_disk_that_fails_is_no_damaged_file(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rejected row would stay; an error of the disk is tried again."""

    watched = pdf_files._Watched
    real = watched.readinto

    class Failing:
        def __init__(self, file: Any) -> None:
            self._file = file
            self.seek, self.tell, self.read = file.seek, file.tell, file.read

        def readinto(self, buffer: Any) -> int:
            raise OSError("the network is gone")

    def on_a_bad_disk(self: Any, buffer: Any) -> int:
        self.file = Failing(self.file)
        return real(self, buffer)

    monkeypatch.setattr(watched, "readinto", on_a_bad_disk)
    with pytest.raises(OSError, match="reading a PDF failed"):
        read_all(source(books), "pages")


def test_missing_packs_stop_a_build_before_it_starts(books: Path) -> None:
    program = "from builders.cli import run; import sys; sys.exit(run(sys.argv[1:]))"
    tokens = ["sources", "pdf-folder", "--check", str(books)]
    done = subprocess.run(
        [sys.executable, "-c", program, *tokens],
        env={**os.environ, "PATH": str(books), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "tesseract is not installed" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stderr
