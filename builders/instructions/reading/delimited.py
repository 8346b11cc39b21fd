"""Tables with commas, tabs or other signs between columns: every column as text, as the file spells it."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.decoding import REPLACED, UTF8, demand_utf8, encoding_of, text
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, FileRows
from builders.instructions.reading.parts import PACKED_BYTES, PART_BYTES, Part, demand_same
from builders.instructions.reading.split_lines import split_lines
from builders.sources.byte_ranges import byte_ranges, first_line, head_of, read_range, separator_of
from builders.sources.csv_files import demand_text
from builders.sources.csv_rows import columns_of, csv_rows
from schemas.errors import SourceError

_MARK: Final = b"\xef\xbb\xbf"


def parts(file: CorpusFile, asked: Asked) -> Iterator[Part]:
    """Ranges of records; none for a file in another encoding than UTF-8, which is read whole."""
    head = head_of(file.place, file.name)
    if asked.text("encoding") or encoding_of(file.path, head, "") != UTF8 or _is_split(_between(head, asked)):
        return
    _demand_rows(file.path, head)
    demand_text(file.path, head)
    header = _header(head, asked)
    asked.demand(file.path, _empty(header, _between(head, asked)))
    before = 0
    about = PACKED_BYTES if file.packed else PART_BYTES
    for span in byte_ranges(file.place, file.name, quoted=True, separator=_between(head, asked), about=about):
        rows = span.records - (not before and not asked.several("columns"))
        yield Part(span.start, span.end, before, span.identity, rows, span.end - span.start)
        before += rows


def read_part(file: CorpusFile, part: Part, asked: Asked) -> FileRows:
    """The rows of a range."""
    block = read_range(file.place, file.name, part.start, part.end)
    demand_same(file.path, part.identity, sha256(block).hexdigest())
    head = block[: 2**16] if part.start == 0 else head_of(file.place, file.name)
    return _rows(file.path, block, head, part, asked)


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The rows of a whole file."""
    body = file.body()
    _demand_rows(file.path, body)
    said = asked.text("encoding")
    if said or encoding_of(file.path, body[:4096], "") != UTF8:
        body = text(file.path, body, said).encode()
    if _is_split(between := _between(body[: 2**16], asked)):
        demand_utf8(file.path, body, *_broken_lines(body))
        return split_lines(body.removeprefix(_MARK).decode("utf-8", "replace"), between, asked.several("columns"))
    demand_text(file.path, body[: 2**16])
    return _rows(file.path, body, body[: 2**16], Part(0, len(body), 0), asked)


def _rows(path: str, block: bytes, head: bytes, part: Part, asked: Asked) -> FileRows:
    between = _between(head, asked)
    if part.start or asked.several("columns"):
        block = _header(head, asked) + block.removeprefix(_MARK)
    rows = csv_rows(block, between)
    frame = rows.frame.with_columns((rows.numbers + part.before + 1).cast(pl.Int64).alias(NUMBER))
    bad = [(part.before + row.number + 1, "bad_row", row.why) for row in rows.bad]
    if not _has_broken(block, asked):
        return FileRows(frame, bad)
    broken = pl.any_horizontal(pl.col(pl.String).str.contains(REPLACED, literal=True).fill_null(False))
    wrong = frame.filter(broken)[NUMBER].to_list()
    demand_utf8(path, block, len(wrong), frame.height)
    why = "bytes that are not of the encoding" if asked.text("encoding") else "bytes that are not UTF-8"
    return FileRows(frame.filter(~broken), [*bad, *((number, "not_utf8", why) for number in wrong)])


def _demand_rows(path: str, head: bytes) -> None:
    head = head.removeprefix(_MARK)
    if not head.strip():
        raise SourceError(f"{path}: the file is empty; download it again")
    if not head.partition(b"\n")[0].strip():
        raise SourceError(f"{path}: begins with a blank line; expected the names of columns there, or the first row")


def _is_split(between: str) -> bool:
    """Whether lines are split at a sign that the reader of tables does not take: a run of blanks, several letters."""
    return between == " " or len(between.encode()) > 1


def _broken_lines(body: bytes) -> tuple[int, int]:
    """How many lines have bytes that are not UTF-8, and how many there are."""
    lines = body.decode("utf-8", "replace").split("\n")
    return sum(REPLACED in line for line in lines), len(lines)


def _has_broken(block: bytes, asked: Asked) -> bool:
    """Whether bytes are not UTF-8, or were not of their encoding before they were made UTF-8."""
    if asked.text("encoding"):
        return REPLACED.encode() in block
    try:
        block.decode()
    except UnicodeDecodeError:
        return True
    return False


def _between(head: bytes, asked: Asked) -> str:
    """The sign between columns."""
    if said := asked.text("delimiter"):
        return said
    if asked.layout == "tsv" or asked.several("columns"):
        return "\t" if asked.layout == "tsv" else ","
    return separator_of(head.partition(b"\n")[0])


def _header(head: bytes, asked: Asked) -> bytes:
    if not (named := asked.several("columns")):
        return first_line(head)
    between = _between(head, asked)
    return (between.join(f'"{name}"' for name in named) + "\n").encode()


def _empty(header: bytes, between: str) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys([*columns_of(header, between), "name"], pl.String))
