"""Two annotators beside each other: figures worked out by hand, and what must hold for any two."""

from itertools import product
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.cli import run
from qc.evaluate.agreement import COLUMNS, agreement, disagreements

SPANS = st.lists(
    st.tuples(st.integers(0, 2), st.just("findings"), st.integers(0, 6), st.integers(1, 4), st.sampled_from("AB")),
    max_size=8,
)


def table(*spans: tuple[int, str, int, int, str]) -> pl.DataFrame:
    return pl.DataFrame(spans, {name: pl.String if name in ("section", "type") else pl.Int64 for name in COLUMNS},
                        orient="row")  # fmt: skip


ONE = table(
    (0, "f", 0, 6, "Anatomy"), (0, "f", 10, 16, "Disease"), (1, "f", 0, 6, "Disease"), (2, "f", 0, 3, "Anatomy")
)
OTHER = table(
    (0, "f", 0, 6, "ANATOMY"), (0, "f", 12, 20, "DISEASE"), (1, "f", 0, 6, "ANATOMY"), (0, "i", 0, 3, "ANATOMY")
)


def test_figures_are_those_worked_out_by_hand() -> None:
    lines = {line.type: line for line in agreement(ONE, OTHER)}
    assert (lines["anatomy"].first, lines["anatomy"].second) == (2, 3)
    assert lines["anatomy"].exact == pytest.approx(2 * 1 / 5) and lines["anatomy"].relaxed == pytest.approx(2 * 1 / 5)
    assert lines["disease"].exact == 0 and lines["disease"].relaxed == pytest.approx(2 * (1 / 2) * 1 / (1 / 2 + 1))
    assert lines["all"].exact == pytest.approx(1 / 4) and lines["all"].relaxed == pytest.approx(2 / 4)
    assert lines["all"].kappa == 0  # of two shared spans one agrees, as chance has it


def test_why_they_differ_is_said() -> None:
    assert disagreements(ONE, OTHER).select("row", "section", "start", "by", "why").rows() == [
        (0, "f", 10, "first", "borders"), (0, "f", 12, "second", "borders"), (0, "i", 0, "second", "alone"),
        (1, "f", 0, "first", "type"), (1, "f", 0, "second", "type"), (2, "f", 0, "first", "alone"),
    ]  # fmt: skip


def made(spans: list[tuple[int, str, int, int, str]]) -> pl.DataFrame:
    return table(*((row, section, start, start + length, kind) for row, section, start, length, kind in spans))


@given(SPANS, SPANS)
def test_it_is_the_same_either_way_and_counted_right(one, other) -> None:
    first, second = set(made(one).rows()), set(made(other).rows())
    for line, back in zip(agreement(made(one), made(other)), agreement(made(other), made(one)), strict=True):
        assert (line.first, line.second) == (back.second, back.first)
        assert line.exact == back.exact and line.kappa == pytest.approx(back.kappa)
        assert line.relaxed is None or line.relaxed == pytest.approx(back.relaxed)
        assert line.exact is None or 0 <= line.exact <= (line.relaxed or 0) + 1e-9 <= 1 + 2e-9
    whole = agreement(made(one), made(other))[-1]
    assert whole.exact == (2 * len(first & second) / (len(first) + len(second)) if first | second else None)
    assert disagreements(made(one), made(other)).height == len(first ^ second)


@given(SPANS, SPANS)
def test_kappa_is_that_of_scikit_learn(one, other) -> None:
    from sklearn.metrics import cohen_kappa_score

    pairs = [(a[4], b[4]) for a, b in product(set(made(one).rows()), set(made(other).rows())) if a[:4] == b[:4]]
    found = agreement(made(one), made(other))[-1].kappa
    labels = {label for pair in pairs for label in pair}
    if len(labels) > 1:
        ours, theirs = zip(*pairs, strict=True)
        assert found == pytest.approx(cohen_kappa_score([*map(str.lower, ours)], [*map(str.lower, theirs)]))
    else:
        assert found is None


def test_the_command_compares_files_of_any_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ONE.write_csv(tmp_path / "one.csv")
    OTHER.with_columns(text=pl.lit("words")).write_parquet(tmp_path / "other.parquet")
    files = [str(tmp_path / name) for name in ("one.csv", "other.parquet")]
    assert run(["evaluate", "annotators", *files, "--disagreements", str(tmp_path / "differ.jsonl")]) == 0
    told = capsys.readouterr().out
    assert "anatomy" in told and "0.400" in told
    assert pl.read_ndjson(tmp_path / "differ.jsonl").height == 6
    assert run(["evaluate", "annotators", *files, "--disagreements", files[0]]) == 2
    assert run(["evaluate", "annotators", files[0], str(tmp_path / "none.csv")]) == 1


def test_rules_agree_with_themselves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = {
        "id": ["a", "b"],
        "text": ["There is a nodule in the left lung.", "No pleural effusion. The heart is large."],
    }
    pl.DataFrame(rows).write_csv(tmp_path / "in.csv")
    for out in ("one.csv", "two.parquet"):
        given = ["--input", str(tmp_path / "in.csv"), "--id", "id", "--text", "text", "--out", str(tmp_path / out)]
        assert run(["annotate", "findings", *given]) == 0
    capsys.readouterr()
    assert run(["evaluate", "annotators", str(tmp_path / "one.csv"), str(tmp_path / "two.parquet")]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[-3:-1] == ["1.000", "1.000"]
