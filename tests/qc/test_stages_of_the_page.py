"""The stages on the report page: one line a table, or one for a table of many sources."""

from qc.report.stages import MANY, lines
from schemas.manifest import StageRecord


def stage(table: str, ids: int) -> StageRecord:
    return StageRecord(
        table=table, shape="map", fingerprint="0", ids_in=ids, ids_passed=ids - 1, ids_rejected=1, rows_out=2 * ids,
        rejected={"empty": 1}, partitions=1, seconds=0.5, peak_rss_bytes=1, bytes=10,
    )  # fmt: skip


def test_few_stages_are_told_one_by_one():
    shown, folded = lines([stage("documents.a", 3), stage("documents.b", 4), stage("corpus", 5)])
    assert [line.name for line in shown] == ["documents.a", "documents.b", "corpus"] and not folded


def test_the_same_table_of_many_sources_is_one_line_that_adds_up():
    """Fifteen corpora made two hundred lines, which nobody read."""
    stages = [stage(f"{kind}.{n}", n + 2) for n in range(MANY) for kind in ("near", "flaws")] + [stage("near", 7)]
    shown, folded = lines(stages)
    assert [(line.name, line.tables) for line in shown] == [("near.…", MANY), ("flaws.…", MANY), ("near", 1)]
    assert len(folded) == len(stages)
    for kind in ("ids_in", "ids_passed", "ids_rejected", "rows_out", "bytes", "seconds"):
        assert sum(getattr(line, kind) for line in shown) == sum(getattr(line, kind) for line in folded)
