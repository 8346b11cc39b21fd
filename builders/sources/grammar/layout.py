"""The page of a MIMIC-CXR report: headings, lines of at most 79 characters that start with a blank, offsets kept."""

from collections.abc import Sequence
from typing import NamedTuple

from builders.sources.grammar.sentences import Mention, Sentence

WIDTH = 79


class Placed(NamedTuple):
    """One mention in a finished report: offsets in characters, into the report and into its section."""

    section: str
    section_index: int
    file_start: int
    file_end: int
    section_start: int
    mention: Mention


class Page:
    """A report that is being written."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.placed: list[Placed] = []
        self.counts: dict[str, int] = {}

    def write(self, text: str) -> None:
        """Add text as it is."""
        self.parts.append(text)
        self.length += len(text)

    def section(self, name: str, heading: str, sentences: Sequence[Sentence], *, inline: bool = False) -> None:
        """Add a section: its heading, and its sentences as one wrapped paragraph."""
        index = self.counts.get(name, 0)
        self.counts[name] = index + 1
        self.write(f" {heading}:  " if inline else f" {heading}: \n \n ")
        self.paragraph(name, index, sentences, column=len(heading) + 4 if inline else 1)

    def paragraph(self, name: str, index: int, sentences: Sequence[Sentence], column: int = 1) -> None:
        """Add sentences as one wrapped paragraph of a section."""
        text = " ".join(sentence.text for sentence in sentences)
        breaks = _breaks(text, column)
        start = self.length
        self.write(_wrapped(text, breaks))
        self.write("\n \n")
        offset = 0
        for sentence in sentences:
            for mention in sentence.mentions:
                first = start + _moved(offset + mention.start, breaks)
                last = start + _moved(offset + mention.end, breaks)
                self.placed.append(Placed(name, index, first, last, start, mention))
            offset += len(sentence.text) + 1

    def text(self) -> str:
        """The report."""
        return "".join(self.parts)


def _breaks(text: str, column: int) -> list[int]:
    """The blanks of a text that become line breaks."""
    breaks, line_start, last = [], -column, -1
    at = text.find(" ")
    while at != -1 or len(text) - line_start > WIDTH:
        end = at if at != -1 else len(text)
        if end - line_start > WIDTH and last != -1:
            breaks.append(last)
            line_start, last = last, -1
            continue
        if at == -1:
            break
        last = at
        at = text.find(" ", at + 1)
    return breaks


def _wrapped(text: str, breaks: Sequence[int]) -> str:
    edges = [0, *(place + 1 for place in breaks)]
    ends = [*breaks, len(text)]
    return "\n ".join(text[start:end] for start, end in zip(edges, ends, strict=True))


def _moved(place: int, breaks: Sequence[int]) -> int:
    return place + sum(1 for line_break in breaks if line_break < place)
