"""Tables of a spreadsheet (.xlsx): the first row with words names the columns, cells are texts as the file has them."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.decoding import is_text
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, FileRows
from builders.instructions.reading.xml_stream import BrokenXmlError, elements, said
from schemas.errors import SourceError

_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_PLACE: Final = re.compile(r"([A-Z]+)\d+")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, KeyError, ValueError, NotImplementedError,
    RuntimeError, BrokenXmlError,
)  # fmt: skip
"""What zipfile raises for one damage or another, and what comes of parts that are missing."""
Row = dict[int, str]


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The rows of a sheet, of the first where none is named; numbers are those of rows behind the header."""
    try:
        with zipfile.ZipFile(io.BytesIO(file.body())) as book:
            rows = list(_rows(file.path, book, _sheet(file.path, book, asked.text("sheet"))))
    except _DAMAGE as error:
        raise SourceError(
            f"{file.path}: no spreadsheet that can be read ({type(error).__name__}); get it again"
        ) from None
    filled = [row for row in rows if any(cell.strip() for cell in row.values())]
    if not filled:
        raise SourceError(f"{file.path}: the sheet is empty; name another one as `sheet`")
    return _table(filled[0], filled[1:])


def _table(header: Row, rows: list[Row]) -> FileRows:
    names: dict[int, str] = {}
    for place, name in sorted(header.items()):
        names[place] = name.strip() if name.strip() not in names.values() else f"{name.strip()}_{place}"
    cells = {name: [row.get(place) or None for row in rows] for place, name in names.items() if name}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    return FileRows(frame.with_columns(pl.int_range(1, len(rows) + 1, eager=True).alias(NUMBER)))


def _sheet(path: str, book: zipfile.ZipFile, wanted: str) -> str:
    """The member that holds a sheet."""
    links = {one.get("Id"): one.get("Target") for one in _all(path, book, "xl/_rels/workbook.xml.rels", "Relationship")}
    sheets = {
        one.get("name"): links[one.get(_RELATION) or one.get(_STRICT)]
        for one in _all(path, book, "xl/workbook.xml", "sheet")
    }
    if wanted and wanted not in sheets:
        raise SourceError(f"{path}: no sheet {wanted}; there are {', '.join(sheets)}")
    if not sheets:
        raise SourceError(f"{path}: a spreadsheet without a sheet; get it again")
    target = str(sheets[wanted] if wanted else next(iter(sheets.values())))
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _all(path: str, book: zipfile.ZipFile, member: str, tag: str) -> Iterator[Any]:
    return elements(path, book.read(member), tag)


def _rows(path: str, book: zipfile.ZipFile, sheet: str) -> Iterator[Row]:
    shared: list[str] = []
    if "xl/sharedStrings.xml" in book.namelist():
        shared = [_words(one) for one in _all(path, book, "xl/sharedStrings.xml", "si")]
    for row in _all(path, book, sheet, "row"):
        cells = enumerate(row.findall("c"))
        yield {_column(cell, place): _value(cell, shared) for place, cell in cells}


def _column(cell: Any, place: int) -> int:
    """The number of a column, from 0: `AB12` is 27; cells without a place stand in order."""
    found = _PLACE.fullmatch(cell.get("r") or "")
    if not found:
        return place
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell: Any, shared: list[str]) -> str:
    value, inline = cell.find("v"), cell.find("is")
    if inline is not None:
        return _words(inline)
    text = "" if value is None else value.text or ""
    if cell.get("t") == "s":
        return shared[int(text)] if _NUMBER.fullmatch(text) and int(text) < len(shared) else ""
    return _letters(text)


def _words(element: Any) -> str:
    """The words of an element without its readings (furigana)."""
    for reading in element.findall("rPh"):
        element.remove(reading)
    return _letters(said(element))


def _letters(text: str) -> str:
    """The text with its escapes read; half a surrogate pair is no letter, and stays an escape."""
    return _ESCAPED.sub(lambda code: letter if is_text(letter := chr(int(code[1], 16))) else code[0], text)
