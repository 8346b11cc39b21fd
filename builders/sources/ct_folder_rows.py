"""Rows of volumes of a folder: units matched with reports, DICOM folders opened into their series."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept
from builders.sources.claims import claimed
from builders.sources.itk_volume import facts_of, series_in
from builders.sources.reconstructions import Reconstruction, chosen
from builders.sources.reports_table import ReportsTable
from builders.sources.volume_files import SERIES, walked
from builders.stages.hashing import hex_digest
from schemas.volumes import Volume
from schemas.voxels import VolumeError

_DIGITS: Final = 10
_FOUND = {"id": pl.String, "study": pl.String, "path": pl.String, "kernel": pl.String, "slice_spacing": pl.Float32}
_NO_SERIES = "a folder of files that look like DICOM, in which no series is found"


def listing(root: str, reports: ReportsTable) -> pl.DataFrame:
    """Per unit: path, is_series, study, reported, ambiguous, patient, split, `key` of its shard, and `state`."""
    studies, claims = _of_table(reports, _stamp(reports.location))
    found = walked(root)
    matched = claimed([unit.path for unit in found], _below(root, claims))
    frame = matched.with_columns(
        is_series=pl.Series([unit.is_series for unit in found], dtype=pl.Boolean),
        stamp=pl.Series([unit.state for unit in found], dtype=pl.String),
    ).join(studies, left_on="study", right_on="id", how="left", maintain_order="left")
    facts = [
        pl.col(name).cast(pl.String).fill_null("-")
        for name in ("path", "stamp", "study", "ambiguous", "patient", "split")
    ]
    return frame.with_columns(key=_shard_key(frame["study"]), state=pl.concat_str(facts, separator="\x1f"))


def _below(root: str, claims: pl.DataFrame) -> pl.DataFrame:
    """Claims with paths within the folder: those that a table gives from the root of the disk are cut."""
    return claims.with_columns(pl.col("name").str.strip_prefix(f"{root.rstrip('/')}/"))


def volume_rows(root: str, rows: pl.DataFrame, reconstruction: Reconstruction, scale: tuple[float, float]) -> Kept:
    """Volume rows of some units with all of their studies. An id is that of the study and a hash of the path. `scale`:
    slope and intercept that files may want."""
    slope, intercept = scale if scale != (1, 0) else (None, None)
    clear = rows.filter(~pl.col("ambiguous"))
    twice = rows.filter("ambiguous").select(
        id=pl.col("study") + "/" + _hashed(rows.filter("ambiguous")["path"]),
        reason=pl.lit("ambiguous_report"), detail=pl.lit("several reports name this volume"),
    )  # fmt: skip
    found, rejected = _opened(root, clear)
    people = clear.select("study", "patient", "split").unique("study", keep="first", maintain_order=True)
    made = found.sort("study", "path").with_columns(
        reconstruction=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("study"),
        slope=pl.lit(slope, pl.Float32),
        intercept=pl.lit(intercept, pl.Float32),
    )
    made = made.join(people, on="study", how="left", maintain_order="left").with_columns(chosen=chosen(reconstruction))
    return Kept(made.select(list(Volume.columns())), pl.concat([twice, rejected]))


def notes_on(listed: pl.DataFrame, reports: ReportsTable) -> list[str]:
    """Counts of what has no counterpart; paths are not shown."""
    studies, claims = _of_table(reports, _stamp(reports.location))
    alone = studies.filter(~pl.col("id").is_in(listed["study"].implode()))["id"]
    strange = listed.filter("reported").join(studies, left_on="study", right_on="id", how="anti")["study"].unique()
    told = [
        (len(alone), "reports have no volume here"),
        (listed.filter(~pl.col("reported")).height, "volumes or folders of slices have no report"),
        (len(strange), "studies have volumes, but their report was rejected"),
        (claims.filter(~pl.col("study").is_in(listed["study"].implode())).height, "named volumes are not here"),
    ]
    return [f"{count} {what}" for count, what in told if count]


def _opened(root: str, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every file as it is, every folder as its series."""
    found, rejected = [], []
    for path, is_series, study in rows.select("path", "is_series", "study").iter_rows():
        try:
            found += list(_series(root, path, study)) if is_series else [(study, path, None, None)]
        except VolumeError as error:
            rejected.append((f"{study}/{hex_digest(pl.Series([path]), length=_DIGITS)[0]}", error.reason, error.detail))
    names = [name for name in _FOUND if name != "id"]
    frame = pl.DataFrame(found, schema={name: _FOUND[name] for name in names}, orient="row")
    return frame.with_columns(id=pl.col("study") + "/" + _hashed(frame["path"])), pl.DataFrame(
        rejected, schema=REJECTED_SCHEMA, orient="row"
    )


def _series(root: str, path: str, study: str) -> "Iterator[tuple[str, str, str | None, float | None]]":
    found = series_in(str(Path(root) / path))
    if not found:
        raise VolumeError("not_dicom", _NO_SERIES)
    yield from ((study, f"{path}{SERIES}{series.name}", *facts_of(series)) for series in found)


def _hashed(paths: pl.Series) -> pl.Series:
    return hex_digest(paths, length=_DIGITS)


@lru_cache(maxsize=2)
def _of_table(reports: ReportsTable, stamp: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """id, patient, split of the reports that are kept, and study and name of every volume that the table names."""
    shards = [shard.name for shard in reports.shards("reports")]
    studies = pl.concat([reports.read("reports", shard).frame.select("id", "patient", "split") for shard in shards])
    claims = pl.concat([reports.read("images", shard).frame.select("study", name="path") for shard in shards])
    return studies.unique("id", keep="first", maintain_order=True), claims


def _stamp(table: str) -> str:
    path = Path(table)
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return ";".join(f"{file.name}:{file.stat().st_size}:{file.stat().st_mtime_ns}" for file in files if file.exists())


def _shard_key(studies: pl.Series) -> pl.Series:
    """`v` and 16 digits of base 4, from a hash: runs of studies are cut where there are too many, by a fourth each."""
    numbers = hex_digest(studies, length=8)
    quads = {digit: f"{int(digit, 16) // 4}{int(digit, 16) % 4}" for digit in "0123456789abcdef"}
    keys = ["v" + "".join(quads[digit] for digit in number) for number in numbers]
    return pl.Series("key", keys, dtype=pl.String)
