"""CTRATE-IR: for every chest CT scan and every anatomy, a graded ranking of the other scans.

Two scans are alike in an anatomy as far as their reports say the like of it: the stages are those of `mimic-ir`,
for the 48 CT anatomies of RadIR (arXiv 2503.04653), which published CTRATE-IR without the code that mined it. Scans
are ranked, not reconstructions: `volumes` lists all reconstructions of a scan and marks the one that stands for it,
and two of one scan are never each other's candidates.

Meant for training and evaluating retrieval of CT volumes. The score measures agreement of reports, not of images:
left and right, size and certainty hardly move it, so their agreement stands beside it. Findings are read, and the
impression where a report has none. Reports of CT-RATE are English machine translations of Turkish ones. Rankings stay
within a split; scans of one patient and copies of one text are no candidates of each other, as they are in the
published files.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from builders.base import Recipe, Source
from builders.retrieval import RetrievalOptions, retrieval
from schemas.anatomy import Anatomies

TITLE = "CTRATE-IR: chest CT retrieval by anatomy, mined from reports"
TASKS = ("image-feature-extraction",)
SOURCES = ("ct-rate", "synthetic-ct", "ct-folder", "reports-table")


@dataclass(frozen=True)
class Options(RetrievalOptions):
    """Settings of CTRATE-IR; `anatomies=ct` ranks every structure of RadGenome-Chest CT that a report names."""

    anatomies: Anatomies = "radir-ct"


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """CTRATE-IR from one source of chest CT reports, with volumes where the source has them."""
    return retrieval("ctrate-ir", sources, options)
