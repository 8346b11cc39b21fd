"""The command on a tiny model: every span is that of its text, whatever the format and the batch."""

from pathlib import Path

import polars as pl
import pytest

from builders.cli import run
from tests.annotators.tokens.tiny import tiny_classifier

pytestmark = pytest.mark.heavy
ROWS = {
    "study": ["7", "7", "007", "x"],
    "findings": ["Pleural effusion. No nodule in the lung.", None, "Small nodule", "left lung " * 30],
    "impression": ["Effusion.", " ", "ödem – nodule\nin the left lung.", ""],
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_classifier(tmp_path_factory.mktemp("bert"))


def asked(folder: Path, model: str, out: str, *more: str) -> list[str]:
    return ["annotate", "model", "--model", model, "--input", str(folder / "in.parquet"), "--id", "study", "--text",
            "findings,impression", "--out", str(folder / out), *more]  # fmt: skip


def test_spans_are_those_of_the_text(tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = pl.DataFrame(ROWS)
    given.write_parquet(tmp_path / "in.parquet")
    assert run(asked(tmp_path, model, "out.parquet")) == 0
    assert "4 rows read" in capsys.readouterr().out
    made = pl.read_parquet(tmp_path / "out.parquet")
    assert made.columns == ["study", "row", "section", "sentence", "start", "end", "text", "type"] and made.height > 9
    for row in made.iter_rows(named=True):
        assert given[row["section"]][row["row"]][row["start"] : row["end"]] == row["text"]
        assert given["study"][row["row"]] == row["study"]
    order = made.select("row", "section", "start").rows()  # `findings` comes before `impression` in both orders
    assert order == sorted(order)
    assert run(asked(tmp_path, model, "small.csv", "--batch-tokens", "1", "--json")) == 0
    assert pl.read_csv(tmp_path / "small.csv", schema_overrides={"study": pl.String}).equals(made)


def test_no_model_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pl.DataFrame(ROWS).write_parquet(tmp_path / "in.parquet")
    assert run(asked(tmp_path, str(tmp_path), "out.parquet")) == 1
    told = capsys.readouterr().err
    assert "no token classifier there" in told and "Traceback" not in told and not (tmp_path / "out.parquet").exists()


def test_a_table_without_rows_has_no_entities(tmp_path: Path, model: str) -> None:
    pl.DataFrame(ROWS).clear().write_parquet(tmp_path / "in.parquet")
    assert run(asked(tmp_path, model, "out.parquet")) == 0
    assert pl.read_parquet(tmp_path / "out.parquet").height == 0
