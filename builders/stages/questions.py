"""From findings, sentences and masks to questions about scans."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from builders.base import Stage
from builders.stages.asking.abnormality import abnormality
from builders.stages.asking.chains import chained
from builders.stages.asking.change import change
from builders.stages.asking.disorders import disorders
from builders.stages.asking.facts import asked
from builders.stages.asking.larger import larger
from builders.stages.asking.level import level
from builders.stages.asking.location import location
from builders.stages.asking.presence import presence
from builders.stages.asking.rows import empty
from builders.stages.asking.side import side
from builders.stages.asking.size import size
from builders.stages.asking.unanswerable import unanswerable
from builders.stages.asking.volume_band import volume_band

TYPES = (abnormality, presence, location, size, disorders, side, volume_band, level, larger, change, unanswerable)


@dataclass(frozen=True)
class Questions(Stage):
    """Rows of `schemas.grounding.Question`, every type of it; `balanced` is left to the stage `Balance`.

    What is random (form, phrasing, order of choices, samples) follows from `seed` and the row's own id, never from its
    answer.
    """

    seed: str = "medmill"

    version = 1
    data = ("builders/stages/asking/*.tsv", "schemas/anatomy.tsv")

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: CorpusKey, StudyFinding, StudyEntity, GroundedMask, Mask and OpenedVolume rows of some scans."""
        if frames[0].is_empty():  # most buckets of a small corpus: every type would join nothing with nothing
            return empty()
        rows = asked(*frames)
        made = pl.concat([kind(rows, seed=self.seed) for kind in TYPES])
        return chained(made, rows).sort("id")

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Measured on CT-RATE's reports, without masks: 76 questions a report, 1.6 kB."""
        return 80 * rows, 1_700 * rows
