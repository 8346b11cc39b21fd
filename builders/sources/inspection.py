"""Look into a folder before a build: what is there, what is missing, and what does not fit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from builders.base import Source
from builders.sources.mimic_cxr import MimicCxr
from builders.sources.mimic_release import FILES, Found, packed_reports
from builders.sources.mimic_reports import below_files
from schemas.errors import MedmillError

_FOR = {
    "studies": "which studies there are; without it, those whose reports are there",
    "records": "the table of images",
    "split": "the official split; without it, one is drawn by patient",
    "metadata": "views and dates",
    "chexpert": "labels to compare with",
}
_SAMPLE = 500


@dataclass(frozen=True)
class Seen:
    """One line of the answer: `wrong` and `missing` keep a build from working, `absent` costs what the note says."""

    what: str
    state: Literal["ok", "absent", "missing", "wrong"]
    note: str


def inspect(source: Source) -> list[Seen]:
    """What a build would find in the location of a source; reads lists and names, few reports."""
    seen: list[Seen] = []
    try:
        seen.extend(_mimic(source) if isinstance(source, MimicCxr) else _tables(source))
    except MedmillError as error:
        seen.append(Seen(next(iter(source.tables)), "missing", str(error)))
    return seen


def _tables(source: Source) -> Iterator[Seen]:
    """For any source: the shards of each table, and the first of them read."""
    for number, table in enumerate(source.tables):
        try:
            shards = source.shards(table)
            made = source.read(table, shards[0].name) if shards else None
        except MedmillError as error:
            if not number:
                raise
            yield Seen(table, "wrong", str(error))
            continue
        frame = made if made is None or isinstance(made, pl.DataFrame) else made.frame
        if frame is None:
            yield Seen(table, "absent" if number else "missing", "nothing here for this table")
        else:
            yield Seen(table, "ok", f"{len(shards)} shards; the first has {frame.height} rows")


def _mimic(source: MimicCxr) -> Iterator[Seen]:
    release = source.release
    for kind, use in _FOR.items():
        found = release.find(kind)
        yield Seen(FILES[kind][0], "ok" if found else "absent", found.path() if found else f"gives {use}")
    studies = release.studies()
    found = source.reports_in(release, studies)
    yield Seen("reports", "ok", f"{found.path()}, for {studies.height} studies")
    yield from _missing_reports(source, found, studies)
    yield from _unknown_studies(source, studies)


def _missing_reports(source: MimicCxr, found: Found, studies: pl.DataFrame) -> Iterator[Seen]:
    if found.name.endswith(".zip"):
        gone = studies.join(packed_reports(found), on="study", how="anti")
        if gone.height:
            yield Seen("reports", "wrong", f"{gone.height} studies have no report in the zip, first {gone['study'][0]}")
        return
    sample = studies.sample(min(_SAMPLE, studies.height), seed=0)
    gone = [name for name in below_files(sample) if not found.place.fs.isfile(f"{found.path()}/{name}")]
    if gone:
        yield Seen("reports", "wrong", f"{len(gone)} of {sample.height} looked for are not there, first {gone[0]}")


def _unknown_studies(source: MimicCxr, studies: pl.DataFrame) -> Iterator[Seen]:
    for kind in ("split", "chexpert"):
        unknown = source.release.unknown_studies(kind, studies)
        if unknown:
            yield Seen(kind, "ok", f"names {unknown} studies that the study list does not have; they are passed over")
