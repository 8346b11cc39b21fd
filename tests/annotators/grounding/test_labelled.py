"""The bars of grounding on real reports: labelled sentences, published rows of the same scans, published counts."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.benchmark_files import imported

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def measured(samples: Path) -> Iterator[ModuleType]:
    """`benchmarks/grounding_f1.py`, which reads the samples beside this checkout."""
    assert samples.is_dir()
    yield from imported("grounding_f1")


@pytest.mark.parametrize(("sample", "sentences"), [(1, 200), (2, 100), (3, 100)])
def test_labelled_sentences(measured: ModuleType, sample: int, sentences: int) -> None:
    truth, made = measured.labelled(sample)
    assert len({pair[:2] for pair in truth}) == len({pair[:2] for pair in made}) == sentences
    assert measured.f1(truth, made) >= 0.85


def test_the_scans_that_have_a_report_and_published_rows(measured: ModuleType) -> None:
    told, made = measured.present()
    assert measured.scans().height == 19
    heads = measured.f1(measured.heads(told), measured.heads(made))
    assert heads >= 0.87
    assert heads > measured.f1(measured.heads(told), measured.by_keywords())
    assert measured.f1(measured.nodes(told), measured.nodes(made)) >= 0.70


def test_counts_of_nodes_rank_as_published_ones(measured: ModuleType) -> None:
    rows = measured.counts()
    assert rows.height == 139
    assert measured.rank_correlation(rows, "abnormality", "ours", measured.OFTEN) >= 0.9
    assert measured.rank_correlation(rows, "location", "ours there", measured.OFTEN) >= 0.9


def test_the_sheet_names_every_difference(measured: ModuleType, tmp_path: Path) -> None:
    measured.write_sheet(tmp_path / "sheet.tsv")
    lines = (tmp_path / "sheet.tsv").read_text().splitlines()[1:]
    told, made = (measured.heads(frame) | measured.nodes(frame) for frame in measured.present())
    assert {tuple(line.split("\t")[:2]) for line in lines if line.count("\t") == 3} == told ^ made
