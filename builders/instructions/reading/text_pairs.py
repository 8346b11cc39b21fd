"""Two text files whose lines belong together, found by the name that they share.

The other file may be one line, parted by a sign that stands before the part of each line: the labels of sentences, with
`AND` between several and `--` before a finer one, which is passed over.
"""

import re
from typing import Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.decoding import REPLACED, text
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, FileRows
from builders.instructions.reading.partners import partner

_AND: Final = re.compile(r"\s+AND\s*")
_FINER: Final = "--"


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The lines of a file that are not blank, each with what belongs to it; numbers are those of lines."""
    other = partner(file, asked)
    if other is None:
        return _none("no_partner", "no file beside it has its name")
    first, second = _names(asked)
    sign = asked.options.get("lists", {}).get(second, "")
    ours, theirs = _lines(text(file.path, file.body())), text(other.path, other.body())
    parts = [_labels(part) for part in theirs.split(sign)[1:]] if sign else _lines(theirs)
    if len(ours) != len(parts):
        return _none("other_lines", f"{len(ours)} lines, and {len(parts)} beside them")
    kind = pl.List(pl.String) if sign else pl.String
    schema = {NUMBER: pl.Int64, first: pl.String, second: kind}
    frame = pl.DataFrame({NUMBER: range(1, len(ours) + 1), first: ours, second: parts}, schema=schema)
    broken = pl.any_horizontal(pl.col(pl.String).str.contains(REPLACED, literal=True))
    bad = [(number, "not_utf8", "bytes that are not UTF-8") for number in frame.filter(broken)[NUMBER]]
    return FileRows(frame.filter(~broken & (pl.col(first) != "")), bad)


def _none(reason: str, why: str) -> FileRows:
    return FileRows(pl.DataFrame(schema={NUMBER: pl.Int64}), [(1, reason, why)])


def _names(asked: Asked) -> tuple[str, str]:
    """The columns: as declared, else `text`, and what `lists` parts or `labels`."""
    named = asked.several("columns")
    return (named[0], named[1]) if len(named) > 1 else ("text", next(iter(asked.options.get("lists", {})), "labels"))


def _lines(body: str) -> list[str]:
    lines = [line.strip() for line in body.replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _labels(part: str) -> list[str]:
    return list(dict.fromkeys(label for one in _AND.split(part) if (label := one.partition(_FINER)[0].strip())))
