"""XML files of records: a column is a path below the element of a record, from the root, or to an element around it."""

from typing import Any

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, Bad, FileRows
from builders.instructions.reading.xml_stream import BrokenXmlError, elements, said
from schemas.errors import SourceError


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The columns that are asked for, of each record; lists where a record has several of one.

    A file that is no XML is a bad row; one that breaks off behind records raises `SourceError`.
    """
    found: list[dict[str, list[str]]] = []
    bad: list[Bad] = []
    try:
        for element in elements(file.path, file.body(), asked.text("element")):
            found.append({name: values for name in asked.columns if (values := _values(element, name)) is not None})
    except BrokenXmlError as error:
        if found:
            raise SourceError(f"{file.path}: {error}, behind {len(found)} records; download it again") from None
        bad.append((1, "bad_xml", str(error)))
    return FileRows(_frame(found), bad)


def _values(element: Any, path: str) -> list[str] | None:
    """All values at a path; None where there is no such element."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    try:
        held = element.xpath(path)
    except etree.XPathError:
        return None
    if not isinstance(held, list) or not held:
        return None
    return [one.strip() if isinstance(one, str) else said(one) for one in held]


def _frame(found: list[dict[str, list[str]]]) -> pl.DataFrame:
    names = dict.fromkeys(name for one in found for name in one)
    columns = [_column(name, [one.get(name) for one in found]) for name in names]
    return pl.DataFrame([pl.int_range(1, len(found) + 1, eager=True).alias(NUMBER), *columns])


def _column(name: str, values: list[list[str] | None]) -> pl.Series:
    """Texts, null where nothing is said; lists where any record has several."""
    if any(one and len(one) > 1 for one in values):
        return pl.Series(name, [[text for text in one or () if text] for one in values], pl.List(pl.String))
    return pl.Series(name, [(one[0] or None) if one else None for one in values], pl.String)
