"""The texts of MIMIC-CXR reports: from the tree of files, or from `mimic-cxr-reports.zip` read in place."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from builders.base import REJECTED_SCHEMA
from builders.sources.mimic_release import Found, packed_reports
from builders.sources.mimic_rows import RawReport
from builders.sources.zip_in_place import DAMAGED, read_members

Text = str | tuple[str, str]
"""The text of a report, or (reason, detail) why there is none."""
_MISSING = ("missing_report", "the study list names this report, but it is not there")
_REPEATED = ("duplicate_id", "an earlier row of the study list has this study")
_MALFORMED = ("missing_id", "the study list has no ids of eight digits here (subject_id 1…, study_id 5…)")
_STRANGE_SPLIT = ("unknown_split", "the split file has a word for this study that is none of train, validate, test")
_DENIED = ("unreadable_report", "no permission to read this file")


def read_texts(found: Found, studies: pl.DataFrame) -> tuple[list[RawReport], pl.DataFrame]:
    """The reports of these studies (study, patient, path, date, split), and the rejected ones."""
    texts = _from_zip(found, studies) if found.name.endswith(".zip") else _from_tree(found, studies)
    reports, rejected = [], []
    for row in studies.iter_rows(named=True):
        study, path = row["study"], row["path"]
        text = _told(row) or texts.get(study, _MISSING)
        if isinstance(text, tuple):
            rejected.append((study, text[0], f"{path}: {text[1]}"))
        else:
            reports.append(RawReport(study, row["patient"], row["date"], row["split"], path, text))
    return reports, pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row")


def _told(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """What the tables alone say against a row."""
    if row["malformed"]:
        return _MALFORMED
    if row["repeated"]:
        return _REPEATED
    return _STRANGE_SPLIT if row["strange_split"] else None


def states(found: Found, studies: pl.DataFrame) -> pl.Series:
    """Per study what changes when its report does: CRC-32 and size in a zip; size and time of change, or ETag, of a
    file (opening 227,835 files to hash them takes too long; `cp -p` and `rsync -t` keep the time)."""
    if found.name.endswith(".zip"):
        joined = studies.join(_members(found, studies), on="study", how="left", maintain_order="left")
        return joined.select(pl.concat_str("study", "crc", "size", separator=":", ignore_nulls=True)).to_series()
    if found.place.is_local:
        return pl.Series([_stat(path) for path in _paths(found, studies)], dtype=pl.String)
    return _remote_states(found, studies)


def _members(found: Found, studies: pl.DataFrame) -> pl.DataFrame:
    """The member of the zip file that holds the report of each study: of several, the one that the list names."""
    named = studies.filter(~pl.col("repeated")).select("study", "path")
    members = packed_reports(found).join(named, on="study", maintain_order="left")
    listed = (pl.lit("/") + pl.col("name")).str.ends_with(pl.lit("/") + pl.col("path"))
    members = members.with_columns(listed=listed).sort("study", ~pl.col("listed"), maintain_order=True)
    return members.unique("study", keep="first", maintain_order=True).drop("path", "listed")


def _from_zip(found: Found, studies: pl.DataFrame) -> dict[str, Text]:
    members = _members(found, studies)
    by_name = dict(members.select("name", "study").iter_rows())
    read = read_members(found.place, found.name, members.drop("study"))
    return {by_name[name]: _decoded(raw) if isinstance(raw, bytes) else _unread(found, raw) for name, raw in read}


def _unread(found: Found, why: str) -> Text:
    return "truncated_member" if why == DAMAGED else "unreadable_report", f"this member of {found.name} is {why}"


def _from_tree(found: Found, studies: pl.DataFrame) -> dict[str, Text]:
    names = studies.get_column("study")
    read = _local if found.place.is_local else _remote
    return {name: text for name, text in zip(names, read(found, _paths(found, studies)), strict=True) if text}


def _local(found: Found, paths: list[str]) -> Iterator[Text | None]:
    for path in paths:
        try:
            with open(path, "rb") as file:  # noqa: PTH123 (a Path object per file takes as long as reading it)
                yield _decoded(file.read())
        except FileNotFoundError:
            yield None
        except PermissionError:
            yield _DENIED
        except OSError as error:
            yield "unreadable_report", error.strerror or "it cannot be read"


def _remote(found: Found, paths: list[str]) -> Iterator[Text | None]:
    answers: dict[str, Any] = found.place.fs.cat(paths, on_error="return") if paths else {}
    for path in paths:
        raw = answers.get(path)
        yield _decoded(raw) if isinstance(raw, bytes) else _DENIED if isinstance(raw, PermissionError) else None


def _decoded(raw: bytes) -> Text:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return "not_utf8", f"byte {error.start} is not UTF-8; expected UTF-8 text"
    return text if text.strip() else ("empty_report", "the file has no words")


def below_files(studies: pl.DataFrame) -> pl.Series:
    """Where each report lies below the folder `files`: `p10/p10000032/s50414267.txt`."""
    return studies.select(pl.format("{}/{}/{}.txt", pl.col("patient").str.slice(0, 3), "patient", "study")).to_series()


def _paths(found: Found, studies: pl.DataFrame) -> list[str]:
    return [f"{found.path()}/{name}" for name in below_files(studies)]


def _stat(path: str) -> str:
    try:
        info = os.stat(path)  # noqa: PTH116 (see _local)
    except OSError:
        return f"{Path(path).name}:-"
    return f"{Path(path).name}:{info.st_size}:{info.st_mtime_ns}"


def _remote_states(found: Found, studies: pl.DataFrame) -> pl.Series:
    listed = found.place.fs.find(found.path(), detail=True)
    states = []
    for path in _paths(found, studies):
        info = listed.get(path, {})
        states.append(f"{path.rsplit('/', 1)[-1]}:{info.get('size')}:{info.get('ETag') or info.get('mtime')}")
    return pl.Series(states, dtype=pl.String)
