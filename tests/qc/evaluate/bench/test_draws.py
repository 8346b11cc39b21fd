"""Intervals of the benchmark: the same for the same answers, wider where items share documents, means of tasks."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc.evaluate.bench.accuracy import Accuracy
from qc.evaluate.bench.draws import drawn, share_of
from qc.evaluate.bench.lines import bench_lines
from tests.qc.evaluate.bench import made_items as made


def answered(right: list[bool], per_document: int = 1, task: str = "57") -> pl.DataFrame:
    rows = [made.item(task, at, choices=made.ORGANS, outputs=["A"], gold=["A"], document=f"d/{at // per_document}")
            for at in range(len(right))]  # fmt: skip
    return made.frame(rows).with_columns(output=pl.Series(["A" if one else "B" for one in right], dtype=pl.String))


def width(items: pl.DataFrame) -> float:
    (line, *_), _ = bench_lines(items, {"accuracy": Accuracy()})
    assert line.score is not None
    return line.score.high - line.score.low


def test_intervals_are_those_of_a_binomial_where_every_item_is_its_own_document() -> None:
    items = answered([at % 4 != 0 for at in range(400)])
    assert width(items) == pytest.approx(2 * 1.96 * np.sqrt(0.75 * 0.25 / 400), rel=0.12)


def test_items_of_one_document_are_drawn_together() -> None:
    """Ten items of a document that say the same count as one."""
    alike = [at // 10 % 4 != 0 for at in range(400)]
    assert width(answered(alike, 10)) > 2.5 * width(answered(alike))


def test_an_examination_of_one_year_does_not_seem_to_be_certain() -> None:
    """All items of a task were of one document, and the interval had no width."""
    year = answered([at % 4 != 0 for at in range(400)], 400)
    assert width(year) == pytest.approx(2 * 1.96 * np.sqrt(0.75 * 0.25 / 400), rel=0.12)


@settings(max_examples=20)
@given(st.lists(st.booleans(), min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_no_order_of_items_and_no_other_task_changes_a_figure(right: list[bool], random: "st.Random") -> None:
    items = answered(right, 2)
    order = random.sample(range(len(right)), len(right))
    alone, read = bench_lines(items, {"accuracy": Accuracy()}, 50)
    again, read_again = bench_lines(items[order], {"accuracy": Accuracy()}, 50)
    assert alone == again and read.equals(read_again)
    beside, _ = bench_lines(pl.concat([answered([True], task="1"), items[order]]), {"accuracy": Accuracy()}, 50)
    assert next(line for line in beside if line.name == "57") == alone[0]


def test_a_mean_counts_every_task_once_and_is_surer_than_they_are() -> None:
    items = pl.concat([answered([True, False] * 20, task=str(at)) for at in range(9)] + [answered([True], task="x")])
    lines, _ = bench_lines(items, {"accuracy": Accuracy()})
    mean, one = lines[-1].score, lines[0].score
    assert mean and one and mean.value == pytest.approx((9 * 0.5 + 1) / 10)
    assert mean.high - mean.low < 0.5 * (one.high - one.low)
    assert (lines[-1].of, lines[-1].tasks, lines[-1].items) == ("mean", 10, 361)


def test_a_figure_of_nothing_is_none() -> None:
    values = drawn(Accuracy(), np.zeros((2, 2)), pl.Series(["a", "b"]), "seed", 5)
    assert share_of(*values["accuracy"]) is None
