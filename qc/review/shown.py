"""What the page shows of one item: the question, the report with what was read in it, and the candidates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from qc.build import Build
from qc.review.highlights import Piece, Span, Weight, honest, pieces
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


_NO_REPORT: Final = Passage("", [Piece("The corpus does not hold this report.")])


@dataclass(frozen=True)
class Told:
    """One report. `terms`: what it says of the anatomy, as (words, look); `normal`: terms that say all is well."""

    study: str
    passages: list[Passage]
    normal: frozenset[str]
    terms: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One entity of a finding; `kind` is its look."""

    words: str
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
    return Shown(key, version, row["canonical"], told[row["report"]], honest(row["text"]), facts, choices=choices)


def _finding(build: Build, key: Key, version: str, rows: pl.DataFrame) -> Shown:
    row = rows.row(0, named=True)
    told = _told(build, [row["study"]], _meant(row["anatomy"], {row["study"]: row["entities"]}))
    normal = told[row["study"]].normal
    lines = [
        Line(*_in_words(e, normal), VIA_IN_WORDS[e["via"]], _joined(e, "laterality", "severity", "change"))
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
    read = _read(build, studies, weight)
    texts = texts_of(build, wanted, "text", "passages").rows_by_key("id", named=True, unique=True)
    found = {}
    for study in studies:
        entities, text = read.get(study, []), texts.get(study)
        normal = frozenset(e["canonical"] for e in entities if _means_well(e))
        terms = dict.fromkeys(_in_words(e, normal) for e in (findings or {}).get(study, []))
        passages = _passages(text["text"], text["passages"], entities) if text else [_NO_REPORT]
        found[study] = Told(study, passages, normal, list(terms))
    return found


def _passages(text: str, passages: list[dict[str, Any]], entities: list[dict[str, Any]]) -> list[Passage]:
    found = []
    for part in passages:
        name, start = (part["section"], part["section_index"]), part["start"]
        mine = [e for e in entities if (e["section"], e["section_index"]) == name]
        spans = [Span(start + e["start"], start + e["end"], _look(e), e["label"], e["weight"]) for e in mine]
        found.append(Passage(part["section"].replace("_", " "), pieces(text, spans, start, start + part["length"])))
    return found


def _read(build: Build, studies: list[str], weight: Any) -> dict[str, list[dict[str, Any]]]:
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


def _look(entity: Mapping[str, Any]) -> str:
    """How an entity is marked: anatomy, normal, or its assertion; those that are rare share a look."""
    if entity["type"] == "Anatomy":
        return "anatomy"
    if entity["assertion"] == "present" and _means_well(entity):
        return "normal"
    return entity["assertion"] if entity["assertion"] in ("present", "absent", "uncertain") else "otherwise"


def _means_well(entity: Mapping[str, Any]) -> bool:
    """Whether the term itself says that all is well ("clear"): its type turns around when it is denied."""
    stands = entity["assertion"] not in ("absent", "resolved")
    return entity["type"] != "Anatomy" and entity["type"].startswith("Non-") == stands


def _in_words(entity: Mapping[str, Any], normal: frozenset[str]) -> tuple[str, str]:
    """One entity of a finding as one says it, and its look."""
    term, denied = honest(entity["term"]), entity["type"].startswith("Non-")
    if term in normal:
        return (term, "normal") if denied else (f"not {term}", "present")
    return (f"no {term}", "absent") if denied else (term, "anatomy" if entity["type"] == "Anatomy" else "present")


def _choices(name: str, words: Iterable[str]) -> list[str]:
    return [f"{name}: {word}" for word in words]


def _joined(row: Mapping[str, Any], *columns: str) -> str:
    return " · ".join(str(row[name]) for name in columns if row.get(name))


def _size(measured: Mapping[str, Any]) -> str:
    values = (" to " if measured["range"] else " x ").join(f"{value:g}" for value in measured["values"])
    sign = "" if measured["comparator"] == "=" else f"{measured['comparator']} "
    return f"{sign}{values} mm" + (" (before)" if measured["prior"] else "")
