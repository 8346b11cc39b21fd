"""MIMIC-IR: for every chest X-ray study and every anatomy, a graded ranking of the other studies.

Two studies are alike in an anatomy as far as their reports say the like of it. Entities are read from the
report, gathered per anatomy (what is present counts for all that holds it, what is absent for all its parts),
and every pair of studies is scored by RaTEScore; per query the best candidates are kept, and a seeded sample
of the others by score. After RadIR (arXiv 2503.04653), which published MIMIC-IR without the code that mined it.

Meant for training and evaluating image retrieval. The score measures agreement of reports, not of images:
left and right, size and certainty hardly move it, so their agreement stands beside it. Reports compare with
earlier studies, which one image cannot show. Rankings stay within a split; studies of one patient and copies
of one text are no candidates of each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from builders.base import Recipe, Source
from builders.retrieval import RetrievalOptions, retrieval

TITLE = "MIMIC-IR: chest X-ray retrieval by anatomy, mined from reports"
TASKS = ("image-feature-extraction",)
SOURCES = ("mimic-cxr", "synthetic", "reports-table")


@dataclass(frozen=True)
class Options(RetrievalOptions):
    """Settings of MIMIC-IR."""


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """MIMIC-IR from one source of chest X-ray reports."""
    return retrieval("mimic-ir", sources, options)
