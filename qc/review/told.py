"""A report as the page shows it: its passages with what was read in them, and what it says of one anatomy in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from qc.build import Build
from qc.review.highlights import Piece, Span, Weight, honest, pieces
from qc.review.items import texts_of
from schemas.anatomy import WHOLE_REPORT, ancestors, descendants, names

Row = Mapping[str, Any]
Weigh = Callable[[Row], Weight]
"""How far an entity belongs to the question."""


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


def reports(
    build: Build,
    studies: list[str],
    weight: Weigh,
    findings: Mapping[str, list[dict[str, Any]]] | None = None,
    asked: Mapping[str, list[dict[str, Any]]] | None = None,
) -> dict[str, Told]:
    """Reports by study; `weight` says of an entity how far it belongs to the question.

    `asked`: whole spans that a question rests on (section, section_index, start, end), by study; those that are
    context bring `label`, `weight` and `look` of their own.
    """
    wanted = pl.Series("id", studies)
    read = _read(build, studies, weight)
    texts = texts_of(build, wanted, "text", "passages").rows_by_key("id", named=True, unique=True)
    found = {}
    for study in studies:
        entities, text = read.get(study, []), texts.get(study)
        normal = frozenset(e["canonical"] for e in entities if _means_well(e))
        terms = dict.fromkeys(in_words(e, normal) for e in (findings or {}).get(study, []))
        spans = [{"label": "", "weight": "asked", "look": "", **span} for span in (asked or {}).get(study, [])]
        passages = _passages(text["text"], text["passages"], [*entities, *spans]) if text else [_NO_REPORT]
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


def _read(build: Build, studies: list[str], weight: Weigh) -> dict[str, list[dict[str, Any]]]:
    """Entities by study, with `label` in words and their `weight`."""
    if not build.has("entities"):
        return {}
    rows = build.scan("entities").drop("file_split").filter(pl.col("report").is_in(studies)).collect()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows.to_dicts():
        said = [row["canonical"], row["assertion"], joined(row, "laterality", "severity", "change")]
        row["label"] = " · ".join(filter(None, said))
        row["weight"] = weight(row)
        found.setdefault(row["report"], []).append(row)
    return found


def meant(anatomy: str, findings: Mapping[str, list[dict[str, Any]]]) -> Weigh:
    """Weight of an entity for one anatomy: a term of the finding, said of the structure, its parts or its wholes."""
    near = {anatomy}
    if anatomy in names():
        near |= ancestors(anatomy) | descendants(anatomy)
    terms = {study: {e["term"] for e in entities} for study, entities in findings.items()}

    def weight(entity: Row) -> Weight:
        mine = terms.get(entity["report"], set())
        said = entity["canonical"] in mine or entity["text"].lower() in mine
        there = anatomy == WHOLE_REPORT or bool(near & set(entity["anatomy"] or []))
        return "meant" if said and there else "other"

    return weight


def _look(entity: Row) -> str:
    """How an entity is marked: anatomy, normal, or its assertion; those that are rare share a look, spans bring one."""
    if "look" in entity:
        return entity["look"]
    if entity["type"] == "Anatomy":
        return "anatomy"
    if entity["assertion"] == "present" and _means_well(entity):
        return "normal"
    return entity["assertion"] if entity["assertion"] in ("present", "absent", "uncertain") else "otherwise"


def _means_well(entity: Row) -> bool:
    """Whether the term itself says that all is well ("clear"): its type turns around when it is denied."""
    stands = entity["assertion"] not in ("absent", "resolved")
    return entity["type"] != "Anatomy" and entity["type"].startswith("Non-") == stands


def in_words(entity: Row, normal: frozenset[str]) -> tuple[str, str]:
    """One entity of a finding as one says it, and its look."""
    term, denied = honest(entity["term"]), entity["type"].startswith("Non-")
    if term in normal:
        return (term, "normal") if denied else (f"not {term}", "present")
    return (f"no {term}", "absent") if denied else (term, "anatomy" if entity["type"] == "Anatomy" else "present")


def joined(row: Row, *columns: str) -> str:
    """Those of some columns that say something, with points between."""
    return " · ".join(str(row[name]) for name in columns if row.get(name))
