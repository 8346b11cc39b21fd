import json

import numpy as np
import polars as pl
import pytest

from builders.api import build
from builders.exports.radir import radir
from schemas.errors import UsageError


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("radir")
    settings = {"matrix": "true", "shards": "2"}
    build("mimic-ir", sources={"synthetic": "40"}, out=folder / "build", settings=settings, workers=0)
    radir(folder / "build", out=folder / "radir")
    return folder


def test_every_matrix_has_a_row_per_line_of_its_order(laid_out):
    matrices = sorted((laid_out / "radir").glob("*_ratescore/*.npy"))
    assert any("train_1_ratescore" in str(path) for path in matrices)
    for path in matrices:
        order = path.parent.with_name(path.parent.name.replace("_ratescore", "_entity")) / f"{path.stem}.csv"
        scores = np.load(path, mmap_mode="r")
        assert scores.dtype == np.uint8
        assert scores.shape == (pl.read_csv(order).height,) * 2
        assert (np.diag(scores) == 100).mean() > 0.95


def lines_of(folder) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "radir/all/train_0.jsonl").read_text().splitlines()]


def test_scores_are_those_of_the_rankings(laid_out):
    place = {line["name"]: row for row, line in enumerate(lines_of(laid_out))}
    scores = np.load(laid_out / "radir/all/train_0.npy")
    rankings = pl.read_parquet(laid_out / "build/rankings/train-*.parquet").filter(
        pl.col("anatomy") == "whole report", pl.col("query").is_in(list(place)), pl.col("candidate").is_in(list(place))
    )
    assert rankings.height
    for query, candidate, score in rankings.select("query", "candidate", "score").iter_rows():
        assert scores[place[query], place[candidate]] == pytest.approx(100 * max(score, 0), abs=0.51)


def test_lines_name_the_image_that_stands_for_the_study(laid_out):
    for line in lines_of(laid_out):
        assert line["img_path"].endswith(".jpg")
        assert line["name"] in line["img_path"]
        assert line["text"]


def test_a_build_without_matrices_says_how_to_get_them(pristine, tmp_path):
    with pytest.raises(UsageError, match="--matrix"):
        radir(pristine, out=tmp_path)
