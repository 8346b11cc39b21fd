"""Which licence a file of a folder is under, by a table beside the files, and the rows that say so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from builders.sources.csv_files import WRONG, read_csv
from builders.sources.pdf_files import BadPdfError, opened
from builders.sources.place import Place, readable
from schemas.corpora import PdfFile
from schemas.errors import SourceError

BESIDE = "LICENCES.tsv"


@dataclass(frozen=True)
class Licences:
    """`table`: a file with columns `file` and `licence`; empty: the one beside the files, if there is one.

    `default`: the licence of files that it does not name; empty: not known.
    """

    place: Place
    table: str
    default: str

    def of(self, names: Iterable[str]) -> dict[str, str | None]:
        """Name to licence; None where it is not known."""
        said = self._said()
        return {name: said.get(name) or self.default or None for name in names}

    def rows(self, names: Sequence[str]) -> pl.DataFrame:
        """`PdfFile` rows; a file that does not open has neither title nor number of pages."""
        schema = {name: column.dtype for name, column in PdfFile.columns().items()}
        licences = self.of(names)
        rows = [(name, *_seen(self.place, name), licences[name]) for name in names]
        return pl.DataFrame(rows, schema, orient="row")

    def notes(self, names: Iterable[str]) -> list[str]:
        """What the table names and the folder does not hold."""
        if not (strange := sorted(set(self._said()) - set(names))):
            return []
        shown = ", ".join(strange[:3])
        return [f"the table of licences names files that are not here ({len(strange)}): {shown}"]

    def _said(self) -> dict[str, str]:
        place, name = self.place, BESIDE
        if self.table:
            folder, _, name = str(Path(self.table).expanduser().absolute()).rpartition("/")
            place = Place(folder or "/")
            if "://" in self.table:
                folder, _, name = self.table.rpartition("/")
                place = Place(folder)
        elif not place.fs.isfile(place.full(name)):
            return {}
        with readable(place.full(name)):
            info = place.fs.info(place.full(name))
        return _read(place, name, f"{info.get('size')}:{info.get('mtime')}:{info.get('ETag')}")


@lru_cache(maxsize=8)
def _read(place: Place, name: str, state: str) -> dict[str, str]:
    """`state` changes with the file. Raises `SourceError` for a table that cannot be read, or names a file twice."""
    rows = read_csv(place, name, ["file", "licence"])
    path = place.full(name)
    wrong = rows[WRONG].drop_nulls()
    if len(wrong):
        raise SourceError(f"{path}: {wrong[0]}; correct the line")
    rows = rows.drop_nulls("file").select(pl.col("file", "licence").str.strip_chars())
    if twice := rows.filter(pl.col("file").is_duplicated())["file"].unique().sort().to_list():
        raise SourceError(f"{path}: names {twice[0]} twice; name each file once")
    return dict(rows.drop_nulls("licence").iter_rows())


def _seen(place: Place, name: str) -> tuple[str | None, int | None]:
    """Title and number of pages."""
    try:
        with opened(place, name) as pdf:
            title = pdf.get_metadata_value("Title").replace("\0", "").strip()
            return title or None, len(pdf)
    except BadPdfError:
        return None, None
