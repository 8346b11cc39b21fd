"""Metrics beside ratings: figures of scipy and figures worked out by hand, and what is said where there are none."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from builders.cli import run
from qc.evaluate import metric as of_metric
from qc.evaluate.metric import coefficients, metric
from qc.evaluate.pairs import accuracy

NUMBERS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=20)
PAIR = [("m", "a", "b")]


def rated(rows: int = 40, seed: int = 0) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    errors = chance.integers(0, 6, rows)
    return pl.DataFrame({
        "id": [f"r{i}" for i in range(rows)], "report": [f"p{i // 4}" for i in range(rows)], "errors": errors,
        "good": -errors + chance.normal(0, 1, rows), "poor": chance.normal(0, 1, rows),
    })  # fmt: skip


@settings(max_examples=60)
@given(NUMBERS)
def test_coefficients_are_those_of_scipy(rows: list[tuple[int, int]]) -> None:
    frame = pl.DataFrame(rows, ["m", "h"], orient="row")
    (line,) = metric(frame, ["m"], ["h"], draws=5)
    one, other = frame["m"].to_numpy(), frame["h"].to_numpy()
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        assert not line.figures and "the same value in every row" in line.why
        return
    assert line.figures["kendall"].value == pytest.approx(stats.kendalltau(one, other).statistic)
    assert line.figures["spearman"].value == pytest.approx(stats.spearmanr(one, other).statistic)
    assert line.figures["pearson"].value == pytest.approx(stats.pearsonr(one, other).statistic)


def test_ties_are_counted_as_tau_b_does() -> None:
    """Two of five comparable pairs of six are tied on one side: (5 - 0) / sqrt(5 * 6)."""
    (line,) = metric(pl.DataFrame({"m": [1, 1, 2, 3], "h": [1, 2, 3, 4]}), ["m"], ["h"], draws=20)
    assert line.figures["kendall"].value == pytest.approx(5 / np.sqrt(5 * 6))


def test_turned_ratings_change_the_sign_alone() -> None:
    (plain,), (turned,) = (
        metric(rated(), ["good"], ["errors"], lower_is_better=lower, draws=200) for lower in (False, True)
    )
    for name, figure in plain.figures.items():
        other = turned.figures[name]
        assert figure.low is not None and figure.high is not None
        assert other.value == pytest.approx(-figure.value) and other.value > 0.5
        assert (other.low, other.high) == (pytest.approx(-figure.high), pytest.approx(-figure.low))


def test_intervals_hold_the_value_and_are_wider_over_few_groups() -> None:
    frame = rated(200)
    same = frame.with_columns(report=pl.when(pl.int_range(pl.len()) < 100).then(pl.lit("a")).otherwise(pl.lit("b")))
    (line,), (again,), (grouped,) = (metric(f, ["poor"], ["errors"], g, draws=300) for f, g in
                                     ((frame, ""), (frame, ""), (same, "report")))  # fmt: skip
    assert line == again and (line.groups, grouped.groups) == (None, 2)
    assert grouped.figures["pearson"].value == line.figures["pearson"].value
    for figure in line.figures.values():
        assert figure.low is not None and figure.high is not None
        assert figure.low < figure.value < figure.high and figure.high - figure.low < 0.4


def test_the_interval_covers_about_as_often_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred samples of a known correlation of one half; a percentile interval of 60 rows is a little narrow."""
    pearson = {"pearson": coefficients()["pearson"]}  # the others are not asked for, and take their time
    monkeypatch.setattr(of_metric, "coefficients", lambda: pearson)
    covered = 0
    for seed in range(100):
        chance = np.random.default_rng(seed)
        one = chance.normal(size=60)
        frame = pl.DataFrame({"m": one, "h": one + np.sqrt(3) * chance.normal(size=60)})
        (line,) = metric(frame, ["m"], ["h"], draws=60)
        figure = line.figures["pearson"]
        assert figure.low is not None and figure.high is not None
        covered += figure.low <= 0.5 <= figure.high
    assert 85 <= covered <= 99


def test_rows_of_one_report_are_drawn_together() -> None:
    """Every row four times over says no more than once: its interval is that of the reports."""
    once = rated(30)
    four = pl.concat([once] * 4)
    (alone,), (blind,), (grouped,) = (metric(f, ["good"], ["errors"], g, draws=300) for f, g in
                                      ((once, ""), (four, ""), (four, "id")))  # fmt: skip
    width = [f.high - f.low for line in (alone, blind, grouped) for f in [line.figures["pearson"]]]  # pyright: ignore
    assert width[2] == pytest.approx(width[0], rel=0.15) and width[1] < 0.7 * width[0]


def test_what_has_no_number_is_left_out_and_told() -> None:
    frame = pl.DataFrame({"m": [1.0, None, 3.0, float("nan"), 5.0], "h": [1, 2, 3, 4, None], "g": list("aabbc")})
    lines = metric(frame, ["m"], ["h"], "g")
    assert (lines[0].rows, lines[0].left_out, lines[0].figures) == (2, 3, {}) and "3 are needed" in lines[0].why
    assert metric(frame.head(0), ["m"], ["h"])[0].why.startswith("0 rows")


def test_one_group_gives_a_value_and_no_interval() -> None:
    (line,) = metric(rated().with_columns(report=pl.lit("x")), ["good"], ["errors"], "report")
    assert line.figures["kendall"].low is None and line.figures["kendall"].value < -0.5


def test_accuracy_on_pairs_is_counted_by_hand() -> None:
    frame = pl.DataFrame({"a": [0.9, 0.5, 0.2, None, 0.7], "b": [0.1, 0.5, 0.4, 0.3, float("nan")]})
    (found,) = accuracy(frame, PAIR)
    assert (found.pairs, found.left_out, found.higher, found.tied, found.value) == (3, 2, 1, 1, 0.5)
    assert found.low == pytest.approx(0.1253, abs=1e-3) and found.high == pytest.approx(0.8747, abs=1e-3)
    assert accuracy(frame.head(0), PAIR)[0].value is None


def test_the_command_reads_csv_and_folders_of_parquet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rated().write_csv(tmp_path / "rated.csv")
    (tmp_path / "table").mkdir()
    for part, frame in enumerate((rated().head(20), rated().tail(20))):
        frame.write_parquet(tmp_path / "table" / f"test-{part}.parquet")
    told = ["--metric", "good, poor", "--human", "errors", "--group", "report", "--lower-is-better", "--json"]
    found = []
    for where in ("rated.csv", "table"):
        assert run(["evaluate", "metric", str(tmp_path / where), *told]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1] and [line["metric"] for line in found[0]] == ["good", "poor"]
    assert found[0][0]["groups"] == 10 and found[0][0]["figures"]["kendall"]["low"] > 0.5
    told = ["--metric", "good", *told[2:-1]]
    assert run(["evaluate", "metric", str(tmp_path / "table"), *told]) == 0
    shown = capsys.readouterr().out
    assert "Kendall" in shown and "turned round" in shown


def test_the_command_on_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pl.DataFrame({"m_synonym": [2, 3], "m_antonym": [1, 3], "x": [1, 1]}).write_csv(tmp_path / "pairs.csv")
    assert run(["evaluate", "metric", str(tmp_path / "pairs.csv"), "--metric", "m,x:m_antonym", "--pairs"]) == 0
    assert "0.750" in (shown := capsys.readouterr().out) and "x:m_antonym" in shown


@pytest.mark.parametrize(("told", "said"), [
    (["--metric", "good"], "name the columns"), (["--metric", "good", "--human", "report"], "are no numbers"),
    (["--metric", "best", "--human", "errors"], "no column best"),
    (["--metric", "good", "--human", "errors", "--pairs"], "go without"),
])  # fmt: skip
def test_what_cannot_be_evaluated_is_said_in_a_line(
    told: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rated().write_csv(tmp_path / "rated.csv")
    assert run(["evaluate", "metric", str(tmp_path / "rated.csv"), *told]) in (1, 2)
    shown = capsys.readouterr().err
    assert said in shown and "Traceback" not in shown


def test_a_constant_column_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rated().with_columns(good=pl.lit(1.0)).write_csv(tmp_path / "rated.csv")
    assert run(["evaluate", "metric", str(tmp_path / "rated.csv"), "--metric", "good", "--human", "errors"]) == 0
    shown = capsys.readouterr().out
    assert "the same value in every row" in shown and "nan" not in shown.lower()
