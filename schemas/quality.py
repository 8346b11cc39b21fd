"""What a quality report says: one outcome per check, counts behind the charts, and the build it speaks of."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

REPORT_VERSION: Final = 1
"""Rises when `report.json` changes in a way that older readers cannot follow."""

Verdict = Literal["pass", "warn", "fail"]
VERDICTS: Final[tuple[Verdict, ...]] = ("pass", "warn", "fail")
"""From good to bad; the verdict of a report is the worst of its checks."""

Figure = float | int | str | None


class Part(BaseModel):
    """Base of all parts: unknown fields are an error, values are not changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Outcome(Part):
    """What one check found. `advice` says what to do and is empty where there is nothing to do."""

    name: str
    group: str
    title: str
    verdict: Verdict
    summary: str
    advice: str = ""
    figures: dict[str, Figure] = Field(default_factory=dict, description="Measured values by name.")
    cases: list[str] = Field(default_factory=list, description="Ids of the first offenders; never source text.")


class Skipped(Part):
    """A check that had nothing to look at, and why."""

    name: str
    group: str
    title: str
    why: str


class NodeCount(Part):
    """Cases of one node, in the build and in the reference."""

    node: str
    ours: int
    reference: int


class Compared(Part):
    """One type: counts by node, the most frequent of the reference first; disorders only where both name them."""

    type: str
    made_of: str = Field(description="Table of the build that was counted.")
    spearman: float | None = Field(description="Over the nodes listed; null where they are too few or all equal.")
    spearman_both: float | None = Field(description="Likewise over the nodes that both have.")
    nodes: list[NodeCount]
    only_ours: int = Field(description="Nodes that the reference does not have.")
    only_reference: int = Field(description="Nodes that the build does not have; listed with 0, disorders not at all.")


class Comparison(Part):
    """The build beside a reference: published tables, or another build."""

    reference: str = Field(description="Name of the folder.")
    cases: int
    reference_cases: int
    types: list[Compared]
    missing: list[str] = Field(description="Types that one of the two does not have.")


class Sheet(Part):
    """A table of figures for the page: what people compare line by line."""

    name: str
    title: str
    note: str = Field(description="One sentence: what a line is, and where the other figures come from.")
    columns: list[str]
    rows: list[list[Figure]]


class QcReport(Part):
    """The whole report. `manifest_sha256` names the exact build it was made of."""

    report_version: int = REPORT_VERSION
    dataset: str
    medmill: str
    created: str
    manifest_sha256: str
    verdict: Verdict
    checks: list[Outcome]
    skipped: list[Skipped]
    distributions: Annotated[
        dict[str, dict[str, float]], Field(description="Counts by label, one entry per chart, in order.")
    ]
    comparison: Comparison | None = None
    sheets: list[Sheet] = Field(default_factory=list)

    def failed(self) -> list[Outcome]:
        """The checks that failed."""
        return [outcome for outcome in self.checks if outcome.verdict == "fail"]


def worst(verdicts: list[Verdict]) -> Verdict:
    """The worst of the verdicts; `pass` for none."""
    return VERDICTS[max((VERDICTS.index(verdict) for verdict in verdicts), default=0)]
