"""The rules as a recogniser: what the lexicon reads in a sentence that stands alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import polars as pl

from annotators.recognizers.recognizer import Labelled, Reading, flat
from annotators.rules import Findings


@dataclass(frozen=True)
class ByRules:
    """Entities of the rules; where two lie over another the longer stays."""

    findings: Findings = field(default_factory=Findings)
    device: str = field(default="cpu", init=False, repr=False)

    name: ClassVar[str] = "rules"
    data: ClassVar[tuple[str, ...]] = ("annotators/lexicon/*.tsv", "schemas/anatomy.tsv")

    def check(self) -> None:
        """They run anywhere."""
        return

    def read(self, sentences: Sequence[str]) -> list[Reading]:
        """One reading per sentence."""
        passages = pl.DataFrame({"text": list(sentences)}, {"text": pl.String}).with_row_index("report")
        found = self.findings.annotate(passages.with_columns(section=pl.lit("sentence"), section_index=0))
        readings: list[list[Labelled]] = [[] for _ in sentences]
        for report, start, end, kind in found.select("report", "start", "end", "type").iter_rows():
            readings[int(report)].append(Labelled(start, end, kind))
        return [flat(reading) for reading in readings]
