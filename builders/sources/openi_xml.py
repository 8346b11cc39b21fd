"""The original XML files of Open-i (`ecgen-radiology/<uid>.xml`), one report each."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept
from builders.sources.place import Place
from schemas.errors import SourceError

_IMAGE = re.compile(r"^CXR(?:\d+_)?(\d+_IM-.*)$")
"""Image names repeat the report number in some files only (`CXR1_1_IM-…`, `CXR2_IM-…`); the CSV never does."""
_NUMBER = re.compile(r"(\d+)\.xml$")


def report_number(name: str) -> int:
    """The report number in a file's name; -1 where it has none."""
    found = _NUMBER.search(name)
    return int(found[1]) if found else -1


def read_reports(place: Place, names: Sequence[str], sections: Sequence[str]) -> Kept:
    """One row per file: `id`, `path`, and the text of each section; rejected: files that cannot be read, or as XML."""
    rows, rejected = [], []
    for name in names:
        record = _parse(place, name)
        if isinstance(record, tuple):
            rejected.append((f"CXR{report_number(name)}", *record))
        else:
            rows.append((f"CXR{report_number(name)}", name, *_sections(record, sections)))
    schema = dict.fromkeys(("id", "path", *sections), pl.String)
    return Kept(
        pl.DataFrame(rows, schema=schema, orient="row"), pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row")
    )


def read_images(place: Place, names: Sequence[str]) -> pl.DataFrame:
    """One row per image these files name; the XML does not say the view. Files that are no XML have none."""
    rows = []
    for name in names:
        record = _parse(place, name)
        if not isinstance(record, tuple):
            rows += [_image(element.get("id", ""), report_number(name)) for element in record.iter("parentImage")]
    return pl.DataFrame(rows, schema=dict.fromkeys(("id", "study", "view", "path"), pl.String), orient="row")


def file_state(place: Place, name: str) -> str:
    """The identity of a file; a word for one that cannot be read, which rejects its report and no other."""
    try:
        return place.identity(name)
    except SourceError:
        return "unreadable"


def _parse(place: Place, name: str) -> ElementTree.Element | tuple[str, str]:
    """The record, or (reason, detail) why there is none."""
    try:
        return ElementTree.fromstring(place.fs.cat_file(place.full(name)))
    except ElementTree.ParseError as error:
        return "bad_xml", f"{name}: no XML that can be read (line {error.position[0]})"
    except (PermissionError, IsADirectoryError, FileNotFoundError) as error:
        return "unreadable_report", f"{name}: {error.strerror or 'it cannot be read'}"


def _sections(record: ElementTree.Element, sections: Sequence[str]) -> list[str | None]:
    said: dict[str, str] = {}
    for element in record.iter("AbstractText"):
        said[element.get("Label", "").lower()] = "".join(element.itertext())
    return [said.get(section) for section in sections]


def _image(found: str, number: int) -> tuple[str, str, None, str]:
    match = _IMAGE.match(found)
    image = match[1] if match else found
    return image, f"CXR{number}", None, f"{found}.png"
