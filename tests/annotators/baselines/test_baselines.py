"""Baselines from libraries: figures worked out by hand, texts without words, and the command."""

import json
import math
from pathlib import Path

import polars as pl
import pytest

from annotators.baselines.baseline import chosen
from builders.cli import run
from schemas.errors import UsageError

pytestmark = pytest.mark.extras
pytest.importorskip("sacrebleu")
pytest.importorskip("rouge_score")
CANDIDATES = ["No nodule in the left lung.", "The heart is large.", "", "Clear.", "no nodule IN the left lung ."]
REFERENCES = ["No nodule in the left lung.", "The heart is normal.", "Clear.", " ", "No nodule in the left lung."]


def test_bleu_is_that_worked_out_by_hand() -> None:
    """Second pair: 4 of 5 words, 2 of 4 pairs, 1 of 3 triples, none of 2 quadruples, smoothed to a quarter."""
    scores = chosen("bleu").score(CANDIDATES, REFERENCES)["bleu"]
    wanted = math.exp(sum(map(math.log, (4 / 5, 2 / 4, 1 / 3, 1 / 4))) / 4)
    assert scores == [pytest.approx(1), pytest.approx(wanted), 0, None, pytest.approx(1)]


def test_rouge_is_that_worked_out_by_hand() -> None:
    scores = chosen("rouge").score(CANDIDATES, REFERENCES)
    assert scores["rouge1"] == [1, pytest.approx(3 / 4), 0, None, 1]
    assert scores["rouge2"] == [1, pytest.approx(2 / 3), 0, None, 1]
    assert scores["rougeL"] == [1, pytest.approx(3 / 4), 0, None, 1]


def test_rouge_is_precision_of_the_candidate_and_recall_of_the_reference() -> None:
    (longer,) = chosen("rouge").score(["the heart is normal today"], ["heart normal"])["rouge1"]
    assert longer == pytest.approx(2 * (2 / 5) * 1 / (2 / 5 + 1))


@pytest.mark.parametrize("name", ["meteor", "bertscore", "bleu:4", ""])
def test_unknown_names_are_said(name: str) -> None:
    with pytest.raises(UsageError, match="expected bleu, rouge or bertscore"):
        chosen(name)


def tables(folder: Path) -> list[str]:
    pl.DataFrame({"id": ["b", "a"], "text": CANDIDATES[:2][::-1]}).write_csv(folder / "made.csv")
    pl.DataFrame({"id": ["a", "b", "c"], "text": REFERENCES[:3]}).write_parquet(folder / "refs.parquet")
    return ["--candidates", str(folder / "made.csv"), "--references", str(folder / "refs.parquet")]


def test_the_command_pairs_by_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", "baselines", *tables(tmp_path), "--out", str(tmp_path / "scores.parquet"), "--json"]) == 0
    made = pl.read_parquet(tmp_path / "scores.parquet")
    assert made["id"].to_list() == ["b", "a"] and made.columns == ["id", "bleu", "rouge1", "rouge2", "rougeL"]
    assert made["rouge1"].to_list() == [0.75, 1.0]
    assert json.loads(capsys.readouterr().out)["mean"]["rouge1"] == 0.875


@pytest.mark.parametrize(("frame", "said"), [
    ({"id": ["a", "z"], "text": ["x", "y"]}, "1 ids"), ({"id": ["a", "a"], "text": ["x", "y"]}, "repeat an id"),
])  # fmt: skip
def test_what_cannot_be_paired_is_said(frame: dict, said: str, tmp_path: Path) -> None:
    from builders.commands.score_baselines import baselines
    from schemas.errors import SourceError

    tables(tmp_path)
    pl.DataFrame(frame).write_csv(tmp_path / "made.csv")
    with pytest.raises(SourceError, match=said) as caught:
        baselines(candidates=tmp_path / "made.csv", references=tmp_path / "refs.parquet", out=tmp_path / "s.csv")
    assert "\n" not in str(caught.value) and not (tmp_path / "s.csv").exists()
