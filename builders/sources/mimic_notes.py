"""What the tables of a MIMIC-CXR release hold that no row of ours can say: counts of what does not meet."""

import os
from collections.abc import Iterator

import polars as pl

from builders.sources.mimic_release import FILES, Found, Release, packed_reports

_TABLES = ("split", "metadata", "records", "chexpert")


def notes_on(release: Release, reports: Found, studies: pl.DataFrame) -> list[str]:
    """One line each, with the first id; `studies` as `Release.studies` gives them."""
    told = [note for kind in _TABLES for note in _of_table(release, kind, studies)]
    return [*told, *_without_split(release, studies), *_unlisted(release, reports, studies)]


def _of_table(release: Release, kind: str, studies: pl.DataFrame) -> Iterator[str]:
    found = release.find(kind)
    if found is None:
        return
    named = release.named(kind)
    if bad := named["study"].null_count():
        yield f"{found.name}: {_counted(bad, 'row')} without a study or no CSV at all; passed over"
    unknown = named.drop_nulls().unique(maintain_order=True).join(studies, on="study", how="anti")
    if unknown.height:
        many, first = _counted(unknown.height, "study"), unknown["study"][0]
        yield f"{found.name}: names {many} that the study list does not have, first {first}; passed over"


def _without_split(release: Release, studies: pl.DataFrame) -> Iterator[str]:
    found = release.find("split")
    if found is None:
        return
    facts = release.with_facts(studies.filter(~pl.col("malformed"), ~pl.col("repeated")))
    without = facts.filter(pl.col("split").is_null(), ~pl.col("strange_split"))
    if without.height:
        which = f"{without.height:,} of {_counted(facts.height, 'study')}, first {without['study'][0]}"
        yield f"{found.name}: no split for {which}; one is drawn by patient"


def _unlisted(release: Release, reports: Found, studies: pl.DataFrame) -> Iterator[str]:
    if release.find("studies") is None:
        return
    there = pl.DataFrame({"study": _there(reports)}, schema={"study": pl.String})
    unlisted = there.unique().join(studies, on="study", how="anti").sort("study")
    if unlisted.height:
        yield (
            f"{FILES['studies'][0]}: does not name {_counted(unlisted.height, 'report')} of {reports.path()}, first "
            f"{unlisted['study'][0]}; passed over"
        )


def _there(reports: Found) -> list[str]:
    """The studies whose reports lie in a zip file or a tree on disk; a tree behind a URL is not looked through."""
    if reports.name.endswith(".zip"):
        return packed_reports(reports)["study"].to_list()
    return list(_in_tree(reports.path())) if reports.place.is_local else []


def _in_tree(root: str) -> Iterator[str]:
    for group in _below(root, 3):
        for patient in _below(group.path, 9):
            yield from (file.name.removesuffix(".txt") for file in _below(patient.path, 13) if file.name[0] == "s")


def _below(folder: str, length: int) -> Iterator["os.DirEntry[str]"]:
    """What lies in a folder under a name of this length (`p10`, `p10000032`, `s50414267.txt`)."""
    try:
        with os.scandir(folder) as found:
            yield from (entry for entry in found if len(entry.name) == length)
    except OSError:
        return


def _counted(number: int, what: str) -> str:
    many = what.removesuffix("y") + "ies" if what.endswith("y") else what + "s"
    return f"{number:,} {what if number == 1 else many}"
