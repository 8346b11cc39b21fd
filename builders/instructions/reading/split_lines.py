"""Lines whose columns are parted by runs of blanks, or by a sign of several letters; the last column takes the rest."""

import re
from collections.abc import Sequence

import polars as pl

from builders.instructions.reading.decoding import REPLACED
from builders.instructions.reading.frames import NUMBER, FileRows


def split_lines(body: str, between: str, columns: Sequence[str]) -> FileRows:
    """Rows of lines that are not blank; without `columns` the first line names them. Numbers are those of lines."""
    lines = pl.DataFrame({"line": body.replace("\r\n", "\n").split("\n")}).with_row_index(NUMBER, 1)
    lines = lines.with_columns(pl.col(NUMBER).cast(pl.Int64)).filter(pl.col("line").str.strip_chars() != "")
    sign = r"\s+" if between == " " else re.escape(between)
    if not columns:
        columns, lines = _told_apart(re.split(sign, lines["line"][0].strip())), lines[1:]
    pattern = rf"^\s*{sign.join(['(.*?)'] * (len(columns) - 1) + ['(.*)'])}$"
    groups = pl.col("line").str.extract_groups(pattern).struct.rename_fields(list(columns))
    fits = pl.col("line").str.contains(pattern) & ~pl.col("line").str.contains(REPLACED, literal=True)
    stripped = pl.all().exclude(NUMBER).str.strip_chars()
    frame = lines.filter(fits).select(NUMBER, groups.alias("row")).unnest("row").with_columns(stripped)
    why = f"fewer than {len(columns)} columns, or bytes that are not UTF-8"
    bad = [(number, "bad_row", why) for number in lines.filter(~fits)[NUMBER]]
    return FileRows(frame, bad)


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names of columns, of which a later one that is there already has its place behind it."""
    return [name if name not in names[:place] else f"{name}_{place}" for place, name in enumerate(names)]
