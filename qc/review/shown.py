"""What the page shows of one item: the question, the report with what was read in it, and the candidates."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl

from qc.build import Build
from qc.review.highlights import honest
from qc.review.item import Candidate, Line, Shown
from qc.review.items import rows_of
from qc.review.reviewable import Reviewable
from qc.review.shown_disputes import dispute
from qc.review.shown_exams import exam_question
from qc.review.shown_volumes import grounded, mask, question
from qc.review.told import in_words, joined, meant, reports
from qc.review.verdicts import named
from qc.review.versions import report_keys, versions_of_rows
from schemas.review import Key
from schemas.words import ASSERTIONS, CHANGES, LATERALITIES, POLARITIES, SEVERITIES

VIA_IN_WORDS: Final = {
    "explicit": "said of it",
    "rolled_up": "said of a part of it",
    "inherited": "said of what it is part of",
}


def shown(build: Build, what: Reviewable, key: Key) -> Shown | None:
    """The item as the build has it now; None where it has not."""
    rows = rows_of(build, what, [key])
    if not rows.height:
        return None
    version = versions_of_rows(what, rows, report_keys(build, what, rows))[named(key)]
    return _VIEWS[what.table](build, key, version, rows)


def _entity(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    row = rows.row(0, named=True)
    same = {name: row[name] for name in key}
    told = reports(build, [row["report"]], lambda e: "asked" if all(e[n] == v for n, v in same.items()) else "other")
    plain = ("assertion", "certainty", "change", "laterality", "severity", "type")
    facts = [(name, str(row[name])) for name in plain if row.get(name) is not None]
    facts += [("anatomy", ", ".join(row["anatomy"] or []) or "none")]
    facts += [("measured", "; ".join(map(_size, row["measurements"])))] if row.get("measurements") else []
    facts += [("flags", ", ".join(row["flags"]))] if row.get("flags") else []
    choices = ["not an entity", *_choices("assertion", ASSERTIONS), *_choices("change", CHANGES)]
    choices += [*_choices("laterality", LATERALITIES), *_choices("severity", SEVERITIES)]
    return Shown(key, version, row["canonical"], told[row["report"]], honest(row["text"]), facts, choices=choices)


def _finding(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    row = rows.row(0, named=True)
    told = reports(build, [row["study"]], meant(row["anatomy"], {row["study"]: row["entities"]}))
    normal = told[row["study"]].normal
    lines = [
        Line(*in_words(e, normal), VIA_IN_WORDS[e["via"]], joined(e, "laterality", "severity", "change"))
        for e in row["entities"]
    ]
    facts = [("altogether", row["polarity"])]
    terms = dict.fromkeys(e["term"] for e in row["entities"])
    choices = [*_choices("polarity", POLARITIES), *(f"not said: {term}" for term in terms), "missing: "]
    return Shown(key, version, row["anatomy"], told[row["study"]], facts=facts, lines=lines, choices=choices)


def _ranking(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    query, anatomy = str(key["query"]), str(key["anatomy"])
    studies = [query, *rows["candidate"].unique(maintain_order=True)]
    entities = _entities_of_findings(build, studies, anatomy)
    told = reports(build, studies, meant(anatomy, entities), entities)
    candidates = [
        Candidate(f"{row['rank']}" if row["rank"] else "random", row["score"], told[row["candidate"]])
        for row in rows.to_dicts()
    ]
    choices = [f"not alike: {candidate.told.study}" for candidate in candidates]
    return Shown(key, version, anatomy, told[query], candidates=candidates, choices=choices)


_VIEWS: Final = {
    "findings": _finding,
    "entities": _entity,
    "rankings": _ranking,
    "disputes": dispute,
    "masks": mask,
    "grounded": grounded,
    "questions": question,
    "exam_questions": exam_question,
}


def _entities_of_findings(build: Build, studies: list[str], anatomy: str) -> dict[str, list[dict[str, Any]]]:
    if not build.has("findings"):
        return {}
    rows = build.scan("findings", ["study", "anatomy", "entities"]).filter(
        pl.col("study").is_in(studies), pl.col("anatomy") == anatomy
    )
    return dict(rows.select("study", "entities").collect().iter_rows())


def _choices(name: str, words: Iterable[str]) -> list[str]:
    return [f"{name}: {word}" for word in words]


def _size(measured: Mapping[str, Any]) -> str:
    values = (" to " if measured["range"] else " x ").join(f"{value:g}" for value in measured["values"])
    sign = "" if measured["comparator"] == "=" else f"{measured['comparator']} "
    return f"{sign}{values} mm" + (" (before)" if measured["prior"] else "")
