from pathlib import Path

import numpy as np
import polars as pl
import pytest

from builders.stages.matrix import Matrices
from builders.stages.rank import Rank
from tests.builders.stages.ranked import rank_in_blocks, small_world


def needs_of(folder: Path) -> dict[str, Path]:
    return {name: folder / name for name in ("vocabulary", "similarity", "studies")}


def made(folder: Path, sets: pl.DataFrame, shards: int) -> pl.DataFrame:
    build = folder / "files" / "matrix" / "abc"
    build.mkdir(parents=True, exist_ok=True)
    return Matrices(shards)(sets, **needs_of(folder), folder=build)


def test_a_matrix_holds_the_scores_of_the_rankings_in_the_order_of_its_list(tmp_path: Path) -> None:
    sets = small_world(tmp_path, 3, studies=70, words=6, patients=0, distinct=40)
    rows = made(tmp_path, sets, shards=1)
    assert rows["rows"].to_list() == [70, 70] and sorted(rows["content"]) == ["order", "scores"]
    paths = dict(zip(rows["content"].cast(pl.String), rows["path"], strict=True))
    matrix = np.load(tmp_path / paths["scores"], mmap_mode="r")
    assert matrix.dtype == np.uint8 and matrix.shape == (70, 70) and (matrix == matrix.T).all()
    order = pl.read_csv(tmp_path / paths["order"])["File Path"].to_list()
    top = rank_in_blocks(sets, needs_of(tmp_path), Rank(top_k=69, sample=1), 1000).filter(pl.col("stratum") == "top")
    for query, candidate, score in top.select("query", "candidate", "score").iter_rows():
        assert matrix[order.index(query), order.index(candidate)] == pytest.approx(
            100 * min(max(score, 0), 1), abs=0.51
        )


def test_shards_keep_patients_together_and_lose_nobody(tmp_path: Path) -> None:
    sets = small_world(tmp_path, 4, studies=90, words=6, patients=30, distinct=40)
    rows = made(tmp_path, sets, shards=4).filter(pl.col("content") == "order")
    assert set(rows["part"]) == {"train_0", "train_1", "train_2", "train_3"} and rows["rows"].sum() == 90
    patients = dict(sets.select(pl.col("id").str.head(5), "patient").iter_rows())
    seen: dict[int, str] = {}
    for part, path in rows.select("part", "path").iter_rows():
        for study in pl.read_csv(tmp_path / path)["study"]:
            if patients[study] >= 0:
                assert seen.setdefault(patients[study], part) == part


def test_the_plan_expects_the_published_size() -> None:
    """One shard of MIMIC: 1,169,232 sets, 33.6 GB of matrices."""
    assert Matrices().expected(1_169_232, 0)[1] == pytest.approx(3.36e10, rel=0.01)
