"""What leaves of a build from a copy of CT-RATE: masks and labels, no text and no picture, and a card that is true."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import nibabel
import numpy as np
import polars as pl
import pyarrow.dataset
import pytest

from builders.cli import run
from builders.sources.phantom.tree import write_tree
from builders.sources.synthetic_ct import SyntheticCT
from schemas.checksums import sha256_of

SCANS = 3
TABLES = {"corpus", "entities", "findings", "labels", "volumes", "segmentations", "masks", "grounded", "questions"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A build and its release; the release is then copied elsewhere, so that nothing is found beside it."""
    folder = tmp_path_factory.mktemp("ct")
    write_tree(folder / "copy", SyntheticCT(str(SCANS)))
    setting = f"segmenter=precomputed:{folder / 'copy' / 'truth'}"
    words = ["--source", f"ct-rate={folder / 'copy' / 'dataset'}", "--set", setting, "--workers", "0", "--quiet"]
    assert run(["build", "radgenome-chest-ct", *words, "--out", str(folder / "build")]) == 0
    out = folder / "release"
    assert run(["release", str(folder / "build"), "--version", "1.0.0", "--out", str(out), "--quiet"]) == 0
    copytree(out, folder / "elsewhere" / "release")
    yield folder


@pytest.fixture(scope="module")
def release(home: Path) -> Path:
    return home / "elsewhere" / "release"


def test_it_is_whole_and_other_readers_read_it(release: Path) -> None:
    assert run(["verify", str(release)]) == 0
    assert {path.parent.name for path in release.glob("*/*.parquet")} == TABLES
    for table in TABLES:
        by_arrow = pyarrow.dataset.dataset(release / table).count_rows()
        assert by_arrow == pl.read_parquet(release / table / "*.parquet").height > 0


def test_every_mask_file_that_a_row_names_is_there(home: Path, release: Path) -> None:
    rows = pl.read_parquet(release / "segmentations" / "*.parquet")
    assert rows.height == SCANS
    labels = pl.read_parquet(release / "masks" / "*.parquet").filter(origin="direct")
    for row in rows.iter_rows(named=True):
        assert sha256_of(release / row["path"]) == row["sha256"] == sha256_of(home / "build" / row["path"])
        mask = np.asanyarray(nibabel.load(release / row["path"]).dataobj)  # pyright: ignore
        counted = labels.filter(volume=row["id"]).select("labels", "voxels").rows()
        assert [int(np.isin(mask, values).sum()) for values, _ in counted] == [voxels for _, voxels in counted]


def test_neither_text_nor_pictures_nor_paths_of_the_machine_leave(home: Path, release: Path) -> None:
    sections = pl.concat(pl.read_csv(path) for path in (home / "copy/dataset/radiology_text_reports").iterdir())
    said = [text for text in sections["Findings_EN"].drop_nulls() if len(text) > 40]
    files = [path for path in release.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {".parquet", ".md", ".json", ".txt", ".gz", ".cff", ""}
    for path in files:
        raw = path.read_bytes()
        assert str(home).encode() not in raw, path.name
        assert not any(text[:40].encode() in raw for text in said), path.name
    for table in ("corpus", "entities", "grounded", "questions"):
        columns = pl.read_parquet_schema(next((release / table).glob("*.parquet")))
        assert not {"text", "question", "answer", "choices"} & set(columns)


def test_the_card_names_terms_masks_and_what_made_them(release: Path) -> None:
    """It said that no model had been at work, and where on the disk the masks had lain."""
    card = (release / "README.md").read_text(encoding="utf-8")
    assert "license: cc-by-nc-sa-4.0" in card and "extra_gated_prompt" in card and "No commercial use" in card
    assert f"`files/masks` holds {SCANS} files" in card
    assert "Models: precomputed " in card and "segmenter `precomputed:…/truth`" in card
    assert json.loads((release / "release.json").read_text())["gated"]


def test_text_comes_back_to_those_who_have_the_source(home: Path, release: Path, tmp_path: Path) -> None:
    source = f"ct-rate={home / 'copy' / 'dataset'}"
    assert run(["rehydrate", str(release), "--source", source, "--out", str(tmp_path / "text")]) == 0
    before = pl.read_parquet(home / "build" / "grounded" / "*.parquet").sort("id")
    after = pl.read_parquet(tmp_path / "text" / "grounded" / "*.parquet").sort("id")
    assert after["text"].to_list() == before["text"].to_list()
