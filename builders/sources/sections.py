"""Sections of a free-text report by the rules of the official MIMIC-CXR sectioner, and for reports of other homes.

Rules: MIT-LCP/mimic-cxr, folder `txt` (facts in words: docs/sources.md). The code is our own.
"""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

_HEADING = re.compile(r"\n ([A-Z ()/,-]+):\s")
_ANY_HEADING = re.compile(
    r"(?:\A|\n)[ \t]*([A-Z][A-Z ()/,-]+|(?:Clinical |Patient )?(?:Findings?|Impressions?|Conclusions?|Indications?|"
    r"Comparisons?|History|Technique|Examination|Recommendations?)):\s"
)
_BLANK_LINE = re.compile(r"\n \r?\n")
_SEPARATOR = re.compile(r"^[ \t]*_{10,}[ \t]*\r?$", re.MULTILINE)
_RENAMED = {
    "conclusion": "impression",
    "finding": "findings",
    "reason for examination": "indication",
    "reason for exam": "indication",
    "clinical indication": "indication",
    "clinical information": "history",
    "pfi": "history",
    "exam": "examination",
    "type of examination": "examination",
    "reference exam": "comparison",
    "recommendation": "recommendations",
    "recommendation(s)": "recommendations",
    "wetread": "wet read",
}
_SLIPS = {"ndication": "impression", "concusion": "conclusion", "coinclusion": "conclusion"}
_HOLDING = ("impression", "findings", "history", "comparison", "addendum")
"""A heading that holds one of these words is that section; the first in this order counts."""
_VIEWS = re.compile(
    "chest|portable|pa and lat|lateral and pa|ap and lateral|lateral and ap|frontal and|one view|two views|frontal view"
    "|lateral view|pa view|ap view|bone window|frontal upright|frontal semi-upright|ribs"
)
"""A heading that only says which views were taken stands above the findings."""
_SPELT = ("impression", "findings", "comparison", "indication", "conclusion")
_CLOSE = 0.875
"""Share of letters in common that takes in the misspelt headings of the corpus and leaves `compression` out."""


class Section(NamedTuple):
    """One section: `text` is the report's text from `start` (characters) on, without white space at its ends."""

    name: str
    start: int
    text: str


def sectioned(text: str) -> list[Section]:
    """The sections of a MIMIC-CXR report in order of appearance; blank ones are left out.

    As the official sectioner has them, but cut at a line of underscores, which parts an addendum from the report,
    and without its slips: three misspelt headings, of one report each, that its table takes for something else.
    """
    found = _by_the_rules(text, section_name)
    return [part for section in found for part in _cut_at_separators(section) if part.text]


def official_sections(text: str) -> list[Section]:
    """The sections exactly as the official rules cut them, blank ones included.

    A heading is a line that starts with one blank and holds capitals up to a colon. Where neither findings nor
    impression are there, what follows the first blank line of the last section is `last_paragraph`.
    """
    return _by_the_rules(text, lambda heading: _SLIPS.get(heading.lower().strip()) or section_name(heading))


def _by_the_rules(text: str, name: Callable[[str], str]) -> list[Section]:
    spans = _spans(text, _HEADING, name)
    said = [span for span in spans if span[0] not in ("findings", "impression") or text[span[1] : span[2]].strip()]
    if not any(name in ("findings", "impression") for name, _, _ in said):
        said = _with_last_paragraph(text, said)
    return _trimmed(text, said)


def any_sections(text: str) -> list[Section]:
    """The sections of a report from anywhere: headings in capitals, or the usual ones in any case, at a line's start.

    A report without any heading is one section, `findings`.
    """
    spans = _spans(text, _ANY_HEADING, section_name)
    if len(spans) == 1:
        spans = [("findings", 0, len(text))]
    return [section for section in _trimmed(text, spans) if section.text]


@lru_cache(maxsize=4096)
def section_name(heading: str) -> str:
    """The name of a section by its heading (`CONCLUSION` → `impression`, `CHEST, TWO VIEWS` → `findings`)."""
    plain = heading.lower().strip()
    if plain in _RENAMED:
        return _RENAMED[plain]
    for name in _HOLDING:
        if name in plain:
            return name
    if _VIEWS.search(plain):
        return "findings"
    close = get_close_matches(plain, _SPELT, n=1, cutoff=_CLOSE)
    return _RENAMED.get(close[0], close[0]) if close else plain


def last_of_each(sections: Sequence[Section], names: Sequence[str]) -> list[str | None]:
    """The text of the last section of each name; None where there is none, or a blank one."""
    texts = {section.name: section.text for section in sections}
    return [texts.get(name) or None for name in names]


def _spans(text: str, heading: re.Pattern[str], named: Callable[[str], str]) -> list[tuple[str, int, int]]:
    """(name, start, end) of every section; what comes before the first heading is `preamble`."""
    match = heading.search(text)
    if match is None:
        return [("full report", 0, len(text))]
    spans = [("preamble", 0, match.start(1))]
    while match:
        name, start = named(match[1]), match.end()
        # A heading inside the first line of a section is no heading.
        match = heading.search(text, max(text.find("\n", start), start))
        spans.append((name, start, match.start() if match else len(text)))
    return spans


def _with_last_paragraph(text: str, spans: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    name, start, end = spans[-1]
    gap = _BLANK_LINE.search(text, start, end)
    if gap is None:
        return spans
    return [*spans[:-1], (name, start, gap.start()), ("last_paragraph", gap.end(), end)]


def _trimmed(text: str, spans: Sequence[tuple[str, int, int]]) -> list[Section]:
    sections = []
    for name, start, end in spans:
        body = text[start:end].strip()
        sections.append(Section(name, text.index(body[0], start) if body else start, body))
    return sections


def _cut_at_separators(section: Section) -> list[Section]:
    if "__________" not in section.text:
        return [section]
    edges = [0]
    for line in _SEPARATOR.finditer(section.text):
        edges += [line.start(), line.end()]
    names = [section.name, *["preamble"] * (len(edges) // 2)]
    spans = zip(names, edges[::2], [*edges[1::2], len(section.text)], strict=True)
    parts = _trimmed(section.text, list(spans))
    return [Section(part.name, part.start + section.start, part.text) for part in parts]
