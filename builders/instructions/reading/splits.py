"""The split of each row: of its file, or by a file that names the ids of the test split."""

import re
from functools import lru_cache
from typing import Final

import polars as pl

from builders.instructions.reading.decoding import text
from builders.instructions.reading.files import ALL, CorpusFile, found
from builders.sources.loose_json import loads
from schemas.errors import SourceError

_ENDING: Final = re.compile(r"(?:\.[A-Za-z][A-Za-z0-9]*)+$")


@lru_cache(maxsize=8)
def test_ids(location: str, pattern: str) -> frozenset[str]:
    """Ids of the test split: keys or values of JSON, or lines; a line that names a file stands for its name too."""
    files = found(location, {ALL: (pattern,)})
    if not files:
        raise SourceError(f"{location}: no file {pattern}, which names the ids of the test split; download it too")
    ids = frozenset(one for file in files for one in _ids(file))
    if not ids:
        raise SourceError(f"{files[0].path}: names no id, expected those of the test split; download it again")
    return ids


def _ids(file: CorpusFile) -> list[str]:
    body = text(file.path, file.body())
    if body.lstrip()[:1] in ("{", "["):
        return [str(one) for one in loads(file.path, body)]
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    return [*lines, *(_ENDING.sub("", line.rpartition("/")[2]) for line in lines)]


def with_test(frame: pl.DataFrame, ids: frozenset[str], id_: pl.Expr) -> pl.Expr:
    """The split of a row where a file names those of the test: all others are of their file's, or train."""
    return pl.when(id_.is_in(list(ids))).then(pl.lit("test")).otherwise(pl.coalesce("__split", pl.lit("train")))
