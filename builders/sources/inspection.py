"""Look into a folder before a build: what is there, what is missing, and what does not fit."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from builders.base import Kept, Source
from builders.sources.ct_rate import CtRate
from builders.sources.mimic_cxr import MimicCxr
from builders.sources.mimic_release import FILES, Found
from builders.sources.mimic_reports import read_texts
from builders.stages.hu_scale import decide_scale
from schemas.errors import MedmillError
from schemas.voxels import VolumeError

_FOR = {
    "studies": "which studies there are; without it, those whose reports are there",
    "records": "the table of images",
    "split": "the official split; without it, one is drawn by patient",
    "metadata": "views and dates",
    "chexpert": "labels to compare with",
}
_CT_RATE_FOR = {
    "reports": "reports with sections; without it, those that people labelled",
    "labelled": "reports that people labelled",
    "metadata": "kernel, spacing, slope and intercept; without it, a volume is taken as HU or rejected",
    "predicted_labels": "labels of the classifier",
}
_SAMPLE = 500
_SHOWN_NOTES = 5


@dataclass(frozen=True)
class Seen:
    """One line of the answer: `wrong` and `missing` keep a build from working, `absent` costs what the note says."""

    what: str
    state: Literal["ok", "absent", "missing", "wrong"]
    note: str


def inspect(source: Source) -> list[Seen]:
    """What a build would find in the location of a source; reads tables and lists, few reports."""
    seen: list[Seen] = []
    try:
        if isinstance(source, CtRate):
            seen.extend(_ct_rate_files(source))
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
        if made is None:
            yield Seen(table, "absent" if number else "missing", "nothing here for this table")
        else:
            yield _first_shard(table, len(shards), made)
            yield from _first_volume(source, made) if table == "volumes" else ()
    yield from _notes(source)


def _first_shard(table: str, shards: int, made: pl.DataFrame | Kept) -> Seen:
    """Wrong where every row of it is rejected."""
    kept, rejected = Kept.of(made)
    why = Counter(rejected.get_column("reason").to_list())
    told = ", ".join(f"{n} {reason}" for reason, n in sorted(why.items()))
    note = f"{shards} shards; the first has {kept.height} rows" + (f"; rejected: {told}" if told else "")
    return Seen(table, "wrong" if told and not kept.height else "ok", note)


def _first_volume(source: Source, made: pl.DataFrame | Kept) -> Iterator[Seen]:
    """One volume opened, and its scale decided."""
    for row in Kept.of(made).frame.filter("chosen").sort("id").head(1).iter_rows(named=True):
        try:
            voxels = source.voxels(row["path"])
            scale = decide_scale(voxels.values, row["slope"], row["intercept"]).name.replace("_", " ")
        except VolumeError as error:
            yield Seen("voxels", "wrong", f"{row['id']} is {error.reason}: {error.detail}")
        else:
            yield Seen("voxels", "ok", f"{row['id']} has {' x '.join(map(str, voxels.values.shape))}, HU {scale}")


def _ct_rate_files(source: CtRate) -> Iterator[Seen]:
    """The tables of CT-RATE that are there; each may be missing."""
    for kind, use in _CT_RATE_FOR.items():
        found = source.copy.tables(kind)
        for one in found:
            yield Seen(one.name.rpartition("/")[2], "ok", one.path())
        if not found:
            yield Seen(f"*_{kind}.csv" if kind != "labelled" else "labelled_reports_*.csv", "absent", f"gives {use}")


def _notes(source: Source) -> Iterator[Seen]:
    for note in list(source.notes())[:_SHOWN_NOTES]:
        yield Seen("note", "ok", note)


def _mimic(source: MimicCxr) -> Iterator[Seen]:
    release = source.release
    if (listed := release.find("studies")) and (wrong := _wrong(listed, release.studies)):
        yield Seen(listed.name, "wrong", wrong)
        return
    studies = release.studies()
    whole = True
    reading: dict[str, Callable[[], object]] = {
        "studies": release.studies,
        "records": release.images,
        "split": lambda: release.with_facts(studies),
        "metadata": release.images,
        "chexpert": lambda: (found := release.find("chexpert")) and release.machine_labels(found),
    }
    for kind, use in _FOR.items():
        found = release.find(kind)
        wrong = _wrong(found, reading[kind]) if found else ""
        whole = whole and not wrong
        state = "wrong" if wrong else "ok" if found else "absent"
        yield Seen(FILES[kind][0], state, wrong or (found.path() if found else f"gives {use}"))
    found = source.reports_in(release, studies)
    yield Seen("reports", "ok", f"{found.path()}, for {studies.height} studies")
    if whole:
        yield from _sampled(source, found, studies)
        yield from _notes(source)


def _wrong(found: Found, read: Callable[[], object]) -> str:
    """Why a table cannot be read; empty where it can, or where it is another table that cannot."""
    try:
        read()
    except MedmillError as error:
        return str(error) if found.name in str(error) else ""
    return ""


def _sampled(source: MimicCxr, found: Found, studies: pl.DataFrame) -> Iterator[Seen]:
    """Some of the reports, read."""
    sample = studies.sample(min(_SAMPLE, studies.height), seed=0).sort("patient", "study")
    _, rejected = read_texts(found, source.release.with_facts(sample))
    for (reason,), rows in rejected.sort("id").group_by("reason", maintain_order=True):
        state = "wrong" if reason in ("missing_report", "truncated_member", "unreadable_report") else "ok"
        yield Seen("reports", state, f"{rows.height} of {sample.height} read are {reason}, first {rows['detail'][0]}")
