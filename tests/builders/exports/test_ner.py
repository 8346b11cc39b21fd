"""`medmill export ner`: formats are recognised, counts told, and folders of something else left alone."""

import json
from pathlib import Path

import polars as pl
import pytest

from builders.exports.ner import ner
from builders.ner_formats.corpus import read
from builders.ner_formats.frames import SCHEMA
from schemas.errors import SourceError, UsageError


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """The table that a finished build of rate-ner holds, with more in it than a corpus needs."""
    entity = {"start": 3, "end": 15, "type": "Non-Disease", "canonical": "pneumothorax"}
    rows = [
        {"id": "s2", "split": "train", "text": "No pneumothorax.", "entities": [entity], "source": "openi"},
        {"id": "s1", "split": "train", "text": "Clear.", "entities": [], "source": "mimic-notes"},
        {"id": "s3", "split": "test", "text": "", "entities": [], "source": "articles"},
    ]
    (tmp_path / "build/sentences").mkdir(parents=True)
    pl.DataFrame(rows).write_parquet(tmp_path / "build/sentences/part.parquet")
    return tmp_path / "build"


def test_a_build_is_written_as_it_is_published(build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ner(build, to="published", out=tmp_path / "out") == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out'}: train 2 texts, 1 Non-Disease; test 1 texts\n"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("MIMIC_IV", "Radiopaedia", "all", "idx2label.json", "label2idx.json", "openi"),
    ]
    assert read(tmp_path / "out")["train"]["id"].to_list() == ["s1", "s2"]
    assert read(tmp_path / "out/MIMIC_IV")["train"]["id"].to_list() == ["s1"]
    assert read(tmp_path / "out/Radiopaedia")["test"]["id"].to_list() == ["s3"]


def test_counts_as_json_and_one_split(build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ner(build, to="conll", out=tmp_path / "out", split=("train",), as_json=True)
    assert json.loads(capsys.readouterr().out)["splits"] == {"train": {"texts": 2, "Non-Disease": 1}}
    assert read(tmp_path / "out")["train"].schema == SCHEMA


def test_folders_that_hold_something_else_are_refused(build: Path, tmp_path: Path) -> None:
    ner(build, to="conll", out=tmp_path / "out")
    ner(build, to="conll", out=tmp_path / "out")
    with pytest.raises(UsageError, match="it holds conll, not brat"):
        ner(build, to="brat", out=tmp_path / "out")
    with pytest.raises(UsageError, match="the corpus itself"):
        ner(tmp_path / "out", to="conll", out=tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").touch()
    with pytest.raises(UsageError, match="it holds other files"):
        ner(build, to="conll", out=tmp_path / "mine")
    with pytest.raises(UsageError, match=r"found notes\.txt; expected files of splits"):
        ner(tmp_path / "mine", to="conll", out=tmp_path / "out")
    with pytest.raises(UsageError, match="no such folder"):
        ner(tmp_path / "none", to="conll", out=tmp_path / "out")
    with pytest.raises(UsageError, match=r"--split validation: .* has train, test"):
        ner(build, to="conll", out=tmp_path / "new", split=("validation",))


def test_a_table_of_another_shape_is_told(tmp_path: Path) -> None:
    (tmp_path / "sentences").mkdir()
    pl.DataFrame({"id": ["a"], "text": ["b"]}).write_parquet(tmp_path / "sentences/part.parquet")
    with pytest.raises(SourceError, match="no column split; expected id, split, text, entities"):
        read(tmp_path)
    (tmp_path / "sentences/part.parquet").write_bytes(b"no table")
    with pytest.raises(SourceError, match="not readable as a table of sentences"):
        read(tmp_path)
