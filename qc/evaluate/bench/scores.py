"""The scores of one run on the benchmark, as they are printed, written as JSON, and shown beside those of others."""

from pydantic import BaseModel

from qc.evaluate.bench.lines import BenchLine
from qc.evaluate.bench.traps import TrapLine


class BenchScores(BaseModel):
    """One run: its lines, what to know when reading them, and what the traps of published scoring would turn."""

    dataset: str
    manifest_sha256: str
    run: str
    as_published: bool
    lines: list[BenchLine]
    notes: list[str]
    traps: list[TrapLine] = []
