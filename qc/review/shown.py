"""What the page shows of one item: the question, the report with what was read in it, and the candidates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from qc.build import Build
from qc.review.highlights import Piece, Span, Weight, pieces
from qc.review.items import rows_of, texts_of
from qc.review.reviewable import Reviewable
from qc.review.verdicts import named
from qc.review.versions import report_keys, versions_of_rows
from schemas.anatomy import WHOLE_REPORT, ancestors, descendants, names
from schemas.review import Key
from schemas.words import ASSERTIONS, CHANGES, LATERALITIES, POLARITIES, SEVERITIES

VIA_IN_WORDS: Final = {
    "explicit": "said of it",
    "rolled_up": "said of a part of it",
    "inherited": "said of what it is part of",
}


@dataclass(frozen=True)
class Passage:
    """One section of a report."""

    heading: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Told:
    """One report. `terms`: (term, assertion or type in words) of what it says of the anatomy in question."""

    study: str
    passages: list[Passage]
    terms: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One entity of a finding."""

    term: str
    kind: str
    via: str
    more: str


@dataclass(frozen=True)
class Candidate:
    """One candidate of a ranking; `place` is its rank, or says that it was drawn at random."""

    place: str
    score: float
    told: Told


@dataclass(frozen=True)
class Shown:
    """One item. `facts`: (name, value) of what is judged. `choices`: corrections that are often the right one."""

    key: Key
    version: str
    title: str
    told: Told
    quote: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)


def shown(build: Build, what: Reviewable, key: Key) -> Shown | None:
    """The item as the build has it now; None where it has not."""
    rows = rows_of(build, what, [key])
    if not rows.height:
        return None
    version = versions_of_rows(what, rows, report_keys(build, what, rows))[named(key)]
    view = {"findings": _finding, "entities": _entity, "rankings": _ranking}[what.table]
    return view(build, key, version, rows)


def _entity(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    row = rows.row(0, named=True)
    same = {name: row[name] for name in key}
    told = _told(build, [row["report"]], lambda e: "asked" if all(e[n] == v for n, v in same.items()) else "other")
    plain = ("assertion", "certainty", "change", "laterality", "severity", "type")
    facts = [(name, str(row[name])) for name in plain if row.get(name) is not None]
    facts += [("anatomy", ", ".join(row["anatomy"] or []) or "none")]
    facts += [("measured", "; ".join(map(_size, row["measurements"])))] if row.get("measurements") else []
    facts += [("flags", ", ".join(row["flags"]))] if row.get("flags") else []
    choices = ["not an entity", *_choices("assertion", ASSERTIONS), *_choices("change", CHANGES)]
    choices += [*_choices("laterality", LATERALITIES), *_choices("severity", SEVERITIES)]
    return Shown(key, version, row["canonical"], told[row["report"]], row["text"], facts, choices=choices)


def _finding(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    row = rows.row(0, named=True)
    told = _told(build, [row["study"]], _meant(row["anatomy"], {row["study"]: row["entities"]}))
    lines = [
        Line(e["term"], e["type"], VIA_IN_WORDS[e["via"]], _joined(e, "laterality", "severity", "change"))
        for e in row["entities"]
    ]
    facts = [("taken together", row["polarity"])]
    choices = [*_choices("polarity", POLARITIES), *(f"not said: {line.term}" for line in lines), "missing: "]
    return Shown(key, version, row["anatomy"], told[row["study"]], facts=facts, lines=lines, choices=choices)


def _ranking(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    query, anatomy = str(key["query"]), str(key["anatomy"])
    studies = [query, *rows["candidate"].unique(maintain_order=True)]
    entities = _entities_of_findings(build, studies, anatomy)
    told = _told(build, studies, _meant(anatomy, entities), entities)
    candidates = [
        Candidate(f"{row['rank']}" if row["rank"] else "random", row["score"], told[row["candidate"]])
        for row in rows.to_dicts()
    ]
    choices = [f"not alike: {candidate.told.study}" for candidate in candidates]
    return Shown(key, version, anatomy, told[query], candidates=candidates, choices=choices)


def _told(
    build: Build,
    studies: list[str],
    weight: Any,
    findings: Mapping[str, list[dict[str, Any]]] | None = None,
) -> dict[str, Told]:
    """Reports by study; `weight` says of an entity how far it belongs to the question."""
    wanted = pl.Series("id", studies)
    spans = _spans(build, studies, weight)
    texts = texts_of(build, wanted, "text", "passages").rows_by_key("id", named=True, unique=True)
    return {
        study: Told(
            study,
            _passages(texts[study]["text"], texts[study]["passages"], spans.get(study, []))
            if study in texts
            else [Passage("", [Piece("The corpus does not hold this report.")])],
            [(e["term"], e["type"]) for e in (findings or {}).get(study, [])],
        )
        for study in studies
    }


def _passages(text: str, passages: list[dict[str, Any]], entities: list[dict[str, Any]]) -> list[Passage]:
    found = []
    for part in passages:
        name, start = (part["section"], part["section_index"]), part["start"]
        mine = [e for e in entities if (e["section"], e["section_index"]) == name]
        spans = [Span(start + e["start"], start + e["end"], e["assertion"], e["label"], e["weight"]) for e in mine]
        found.append(Passage(part["section"].replace("_", " "), pieces(text, spans, start, start + part["length"])))
    return found


def _spans(build: Build, studies: list[str], weight: Any) -> dict[str, list[dict[str, Any]]]:
    """Entities by study, with `label` in words and their `weight`."""
    if not build.has("entities"):
        return {}
    rows = build.scan("entities").drop("file_split").filter(pl.col("report").is_in(studies)).collect()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows.to_dicts():
        said = [row["canonical"], row["assertion"], _joined(row, "laterality", "severity", "change")]
        row["label"] = " · ".join(filter(None, said))
        row["weight"] = weight(row)
        found.setdefault(row["report"], []).append(row)
    return found


def _entities_of_findings(build: Build, studies: list[str], anatomy: str) -> dict[str, list[dict[str, Any]]]:
    if not build.has("findings"):
        return {}
    rows = build.scan("findings", ["study", "anatomy", "entities"]).filter(
        pl.col("study").is_in(studies), pl.col("anatomy") == anatomy
    )
    return dict(rows.select("study", "entities").collect().iter_rows())


def _meant(anatomy: str, findings: Mapping[str, list[dict[str, Any]]]) -> Any:
    """Weight of an entity for one anatomy: a term of the finding, said of the structure, its parts or its wholes."""
    near = {anatomy}
    if anatomy in names():
        near |= ancestors(anatomy) | descendants(anatomy)
    terms = {study: {e["term"] for e in entities} for study, entities in findings.items()}

    def weight(entity: dict[str, Any]) -> Weight:
        mine = terms.get(entity["report"], set())
        said = entity["canonical"] in mine or entity["text"].lower() in mine
        there = anatomy == WHOLE_REPORT or bool(near & set(entity["anatomy"] or []))
        return "meant" if said and there else "other"

    return weight


def _choices(name: str, words: Iterable[str]) -> list[str]:
    return [f"{name}: {word}" for word in words]


def _joined(row: Mapping[str, Any], *columns: str) -> str:
    return " · ".join(str(row[name]) for name in columns if row.get(name))


def _size(measured: Mapping[str, Any]) -> str:
    values = (" to " if measured["range"] else " x ").join(f"{value:g}" for value in measured["values"])
    sign = "" if measured["comparator"] == "=" else f"{measured['comparator']} "
    return f"{sign}{values} mm" + (" (before)" if measured["prior"] else "")
