"""How many documents of each source are left after each step, and what took the others away."""

from typing import Final

from qc.build import Build
from qc.corpora.found import sources
from schemas.quality import Figure, Sheet

_STEPS: Final = {
    "pages": "opened",
    "documents": "read",
    "normal": "in one form",
    "medical": "wanted language, medical",
    "sound": "sound",
    "passed": "scrubbed",
    "corpus": "no copies, no benchmarks",
}


def attrition(build: Build) -> Sheet:
    """A line per source and step."""
    stages = {stage.table: stage for stage in build.manifest.stages}
    rows: list[list[Figure]] = []
    for source in sources(build):
        first = 0
        for step, told in _STEPS.items():
            stage = stages.get(f"{step}.{source}")
            if stage is None:
                continue
            first = first or stage.ids_in
            share = round(stage.ids_passed / first, 4) if first else None
            worst = sorted(stage.rejected.items(), key=lambda item: (-item[1], item[0]))[:4]
            why = ", ".join(f"{n:,} {reason.replace('_', ' ')}" for reason, n in worst)
            rows.append([source, told, stage.ids_in, stage.ids_passed, share, why])
    return Sheet(
        name="attrition",
        title="What was left out, and where",
        note="Per source and step: documents in, passed, their share of the first ones, and the most frequent reasons.",
        columns=["source", "step", "in", "passed", "share", "left out"],
        rows=rows,
    )
