"""Sentences of reports tied to structures: each is cut into parts, and every part says of which nodes it speaks.

from annotators.grounding.ground import Grounding
rows = Grounding().ground(passages, Findings().annotate(passages))
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from annotators.grounding.cutting import Part, Said, parts
from annotators.grounding.kinds import kind_of, silence
from annotators.grounding.placing import Placed, placed
from annotators.grounding.surroundings import seen
from annotators.grounding.tables import FOLDER
from annotators.reading.sentences import split
from schemas import anatomy, regions
from schemas.grounding import NO_NODE, GroundedSentence

_SECTION: Final = ("report", "section", "section_index")
_SAID: Final = ("start", "end", "canonical", "type", "assertion", "laterality", "anatomy", "text")
_OWN: Final = ("sentence", "start", "end", "text", "node", "findings", "kind", "rule", "laterality_conflict")
Row = tuple[int, int, int, str, str, list[dict[str, str]], str, str, bool]
"""The columns `_OWN` of a row."""
Told = tuple[Part, list[Placed]]
"""A part and the nodes that it speaks of."""


@dataclass(frozen=True)
class Grounding:
    """Ties every part of every sentence of English CT reports to nodes of `schemas/anatomy.tsv`, or to `none`.

    A part is a stretch of a sentence that says all of its findings; the parts of a section are all of its sentences.
    """

    version: int = 1

    @property
    def fingerprint(self) -> str:
        """Changes with the version of the rules and every line of their data."""
        return _fingerprint(self.version)

    def ground(self, passages: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
        """Rows of `schemas.grounding.GroundedSentence` without `split`, in the order of the passages and of the text.

        Args:
            passages: Columns `report`, `section`, `section_index`, `text`; findings and impression of a report.
            entities: What an annotator read in them (`schemas.radiology.Entity`), in the order of the text.
        """
        said = said_in(entities)
        where, rows = [], []
        for number, (*section, text) in enumerate(passages.select(*_SECTION, "text").iter_rows()):
            for row in _section(text or "", said.get(tuple(section), {})):
                where.append(number)
                rows.append(row)
        return joined_frame(passages, where, rows)


def said_in(entities: pl.DataFrame) -> dict[tuple, dict[int, list[Said]]]:
    """What is said in each sentence of each section."""
    conflict = pl.col("flags").list.contains("laterality_conflict")
    found: dict[tuple, dict[int, list[Said]]] = {}
    for row in entities.select(*_SECTION, "sentence", *_SAID, conflict).iter_rows():
        section = found.setdefault(row[:3], {})
        section.setdefault(row[3], []).append(Said._make((*row[4:10], tuple(row[10]), *row[11:], False, False)))
    return found


def _section(text: str, said: dict[int, list[Said]]) -> Iterator[Row]:
    before: Sequence[str] = ()
    for number, (begin, end) in enumerate(split(text)):
        here = [seen(one, text, begin) for one in said.get(number, ())]
        for (start, stop, heading), nodes in _joined(_told(text, parts(text[begin:end], begin, here), here, before)):
            before = [one.node for one in nodes] or before
            yield from _rows(number, start, stop, text[start:stop], () if heading else nodes, heading=heading)


def _told(text: str, bounds: Sequence[Part], said: Sequence[Said], before: Sequence[str]) -> Iterator[Told]:
    """What each part of a sentence speaks of; a heading, of what is looked at."""
    within = False
    for start, stop, heading in bounds:
        inside = [one for one in said if start <= one.start < stop]
        nodes = placed(inside, before, text[start:stop].lower(), within=within)
        within, before = bool(nodes) and not heading, [one.node for one in nodes] or before
        yield (start, stop, heading), nodes


def _joined(told: Iterator[Told]) -> list[Told]:
    """Parts that follow each other and speak of the same are one; a heading stays apart."""
    found: list[Told] = []
    for part, nodes in told:
        if found and nodes and not found[-1][0][2] and _names(nodes) == _names(found[-1][1]):
            (begin, _, _), first = found.pop()
            more = {one.node: one.findings for one in nodes}
            both = [one._replace(findings=one.findings + more[one.node]) for one in first]
            found.append(((begin, part[1], False), both))
        else:
            found.append((part, nodes))
    return found


def _names(nodes: Sequence[Placed]) -> set[str]:
    return {one.node for one in nodes}


def _rows(number: int, start: int, stop: int, text: str, nodes: Sequence[Placed], *, heading: bool) -> Iterator[Row]:
    lowered = text.lower()
    if not nodes:
        yield number, start, stop, text, NO_NODE, [], "none", "none:technique" if heading else silence(lowered), False
    for node, rule, findings in nodes:
        terms = [{"term": one.term, "assertion": one.assertion} for one in findings]
        conflict = any(one.conflict for one in findings)
        yield number, start, stop, text, node, terms, kind_of(findings, lowered), rule, conflict


def joined_frame(passages: pl.DataFrame, where: list[int], rows: list[Row]) -> pl.DataFrame:
    """Rows with the ids, places and paths of their nodes; `where`: the passage of each."""
    schema = {name: kind for name, kind in GroundedSentence.create_empty().schema.items() if name != "split"}
    own = pl.DataFrame(rows, {name: schema[name] for name in _OWN}, orient="row")
    sections = passages.select(*_SECTION).with_row_index("passage")
    named = own.with_columns(passage=pl.Series(where, dtype=pl.UInt32)).join(
        sections, on="passage", how="left", maintain_order="left"
    )
    part = pl.format("{}/{}-{}/{}-{}/", "report", "section", "section_index", "start", "end")
    full = named.join(_places(), on="node", how="left", maintain_order="left").with_columns(
        id=part + pl.col("slug"), study="report"
    )
    return full.select(pl.col(name).cast(kind) for name, kind in schema.items())


@cache
def _places() -> pl.DataFrame:
    """node, slug, region, paths: of every node, and of none."""
    rows = [(name, anatomy.slug(name), regions.region(name), list(regions.paths(name))) for name in anatomy.names()]
    schema = {"node": pl.String, "slug": pl.String, "region": pl.String, "paths": pl.List(pl.String)}
    return pl.DataFrame([*rows, (NO_NODE, NO_NODE, None, [])], schema, orient="row")


@cache
def _fingerprint(version: int) -> str:
    digest = hashlib.sha256(f"grounding {version}".encode())
    for file in sorted(FOLDER.glob("*.tsv")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
