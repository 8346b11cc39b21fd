"""A build that is small, or cut by `--limit`, is warned of rather than failed."""

from typing import Any

import polars as pl

from qc.build import Build
from qc.checks.accounting import Accounting
from qc.checks.agreement import FEWEST_QUERIES, _verdict
from schemas.manifest import read_manifest


def test_few_queries_that_show_no_agreement_warn() -> None:
    unclear = {"random": (-0.1, 0.3), "tfidf": (-0.2, 0.2)}
    assert _verdict(unclear, FEWEST_QUERIES - 1) == "warn"
    assert _verdict(unclear, FEWEST_QUERIES) == "fail"


def test_images_beyond_the_limit_are_not_many_rejected(good: Any) -> None:
    stages = read_manifest(good.folder).model_dump()["stages"]
    stage = next(stage for stage in stages if stage["table"] == "images")
    lost = stage["ids_in"] * 4
    stage |= {"ids_in": stage["ids_in"] + lost, "ids_rejected": lost, "rejected": {"study_not_in_corpus": lost}}
    stages = [stage if other["table"] == "images" else other for other in stages]
    for limit, said in ((None, True), (10, False)):
        good.update(stages=stages, limit=limit)
        rejected = pl.DataFrame({"id": ["x"] * lost, "stage": "images", "reason": "study_not_in_corpus", "detail": ""})
        (good.folder / "rejected" / "images").mkdir(parents=True, exist_ok=True)
        rejected.write_parquet(good.folder / "rejected" / "images" / "part.parquet")
        outcome = Accounting().conclude(Build.open(good.folder), {})
        assert (outcome.verdict == "warn", "images rejected more than" in outcome.summary) == (said, said)
