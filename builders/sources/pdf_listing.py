"""The PDF files of a folder, and how they are cut into shards that stay when files are added."""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256

import polars as pl

from builders.base import Shard
from builders.sources.pdf_files import BadPdfError, opened
from builders.sources.place import Place, digest
from schemas.errors import SourceError

_KEY = 16
FILES = {"name": pl.String, "key": pl.String, "bytes": pl.Int64}


@lru_cache(maxsize=4)
def listing(place: Place, only: str) -> pl.DataFrame:
    """Columns name, key (a hash of the name), bytes, by name; `only`: this one file. Remembered within the process."""
    if only:
        found = {only: place.fs.info(place.full(only))}
    else:
        place.demand_folder()
        cut = len(place.full().rstrip("/")) + 1
        found = {path[cut:]: info for path, info in place.fs.find(place.full(), detail=True).items()}
    rows = [
        (name, sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:_KEY], int(info.get("size") or 0))
        for name, info in sorted(found.items())
        if name.lower().endswith(".pdf")
    ]
    if not rows:
        raise SourceError(f"{place.location}: no file that ends in .pdf, at any depth; name the folder that holds them")
    _demand_names(place, [name for name, *_ in rows])
    return pl.DataFrame(rows, FILES, orient="row")


def _demand_names(place: Place, names: list[str]) -> None:
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            shown = name.encode("utf-8", "backslashreplace").decode()
            raise SourceError(f"{place.location}: the name {shown} is not UTF-8; rename the file") from None


def members(files: pl.DataFrame, shard: str, most_bytes: int) -> tuple[list[str], range | None]:
    """The files of a shard, and of a large file which pages (from 0); None: all."""
    key, dash, pages = shard.partition("-")
    found = files.filter(pl.col("key").str.starts_with(key))
    if dash:
        first, _, last = pages.partition("-")
        return found["name"].to_list(), range(int(first) - 1, int(last))
    return found.filter(pl.col("bytes") <= most_bytes)["name"].to_list(), None


def page_shards(place: Place, files: pl.DataFrame, most_bytes: int, most_pages: int) -> list[Shard]:
    """Small files together, up to `most_bytes`; a larger file alone, in ranges of pages."""
    small = files.filter(pl.col("bytes") <= most_bytes)
    shards = [
        Shard(prefix, digest(*_identities(place, part)), bytes=int(part["bytes"].sum()))
        for prefix, part in groups(small, pl.col("bytes"), most_bytes)
    ]
    for name, key, size in files.filter(pl.col("bytes") > most_bytes).iter_rows():
        shards += _ranges(place, name, key, size, most_pages)
    return sorted(shards, key=lambda shard: shard.name)


def _ranges(place: Place, name: str, key: str, size: int, most: int) -> Iterator[Shard]:
    try:
        with opened(place, name) as pdf:
            pages = len(pdf)
    except BadPdfError:
        pages = 1  # its one shard rejects it
    for first in range(0, pages, most):
        last = min(first + most, pages)
        identity = digest(identity_of(place, name), f"{first}-{last}")
        yield Shard(f"{key}-{first + 1:05d}-{last:05d}", identity, last - first, size * (last - first) // pages)


def groups(files: pl.DataFrame, weight: pl.Expr, most: float) -> Iterator[tuple[str, pl.DataFrame]]:
    """Prefixes of keys and their files, each of at most `most` weight or of one file: a new file changes one group."""
    length = 1
    left = files.with_columns(_weight=weight)
    while left.height and length <= _KEY:
        cut = left.with_columns(_prefix=pl.col("key").str.slice(0, length))
        fits = (pl.col("_weight").sum().over("_prefix") <= most) | (pl.len().over("_prefix") == 1) | (length == _KEY)
        cut = cut.with_columns(_fits=fits)
        for (prefix,), part in cut.filter("_fits").sort("key").group_by("_prefix", maintain_order=True):
            yield str(prefix), part.drop("_prefix", "_fits", "_weight").sort("name")
        left, length = cut.filter(~pl.col("_fits")).drop("_prefix", "_fits"), length + 1


def _identities(place: Place, files: pl.DataFrame) -> list[str]:
    return [part for name in files["name"] for part in (name, identity_of(place, name))]


def identity_of(place: Place, name: str) -> str:
    """`Place.identity`, which reads the file, once per process while its size and time of change stay."""
    info = place.fs.info(place.full(name))
    return _identity(place, name, f"{info.get('size')}:{info.get('mtime')}:{info.get('ETag')}")


@lru_cache(maxsize=100_000)
def _identity(place: Place, name: str, state: str) -> str:
    return place.identity(name)
