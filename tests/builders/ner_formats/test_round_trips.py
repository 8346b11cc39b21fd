"""From every format to every other and back: ids, texts, entities and their order stay the same to the letter."""

from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import example, given, settings

from builders.ner_formats.corpus import FORMATS, read, recognised, write
from builders.ner_formats.frames import Labelled, frame
from tests.builders.ner_formats.texts import corpora, same

ODD = frame(
    [
        Labelled("", "", []),
        Labelled("a/b", "\ufeff# id = x\r\n\r\n", []),
        Labelled(
            "..", "cardiomegaly\u2028mild\x85e\u0301", [(0, 6, "Disease"), (6, 12, "Disease"), (13, 19, "Anatomy")]
        ),
        Labelled("A", "\t🫁🫁 \r\n x", [(1, 2, "Anatomy"), (2, 8, "Anatomy")]),
        Labelled("a", " \u00a0 \x00", [(3, 4, "Disease")]),
    ]
)


@pytest.mark.parametrize("name", FORMATS)
@example({"train": ODD, "test": frame([])})
@settings(max_examples=12)
@given(corpora())
def test_a_format_gives_back_what_it_was_given(name: str, splits: dict[str, pl.DataFrame]) -> None:
    with TemporaryDirectory() as folder:
        write(name, splits, Path(folder))
        assert recognised(Path(folder)) == name
        assert same(read(Path(folder)), splits)


@pytest.mark.parametrize(("first", "second"), list(permutations(FORMATS, 2)))
@example({"train": ODD, "validation": frame([])})
@settings(max_examples=4)
@given(corpora())
def test_a_corpus_goes_to_another_format_and_back(first: str, second: str, splits: dict[str, pl.DataFrame]) -> None:
    with TemporaryDirectory() as folder:
        steps = [Path(folder, step) for step in ("there", "away", "back")]
        for name, given_, step in zip((first, second, first), (None, *steps), steps, strict=False):
            write(name, splits if given_ is None else read(given_), step)
        assert same(read(steps[-1]), splits)


@pytest.mark.parametrize("name", FORMATS)
@given(corpora(types=("Chemical", "DISEASE", "x-y")))
@settings(max_examples=5)
def test_types_of_other_corpora_stay_as_they_are_spelt(name: str, splits: dict[str, pl.DataFrame]) -> None:
    with TemporaryDirectory() as folder:
        write(name, splits, Path(folder))
        assert same(read(Path(folder)), splits)


@pytest.mark.real
@pytest.mark.parametrize("texts", [100, pytest.param(10_000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", FORMATS)
def test_bc5cdr_goes_through_every_format(name: str, texts: int, samples: Path, tmp_path: Path) -> None:
    splits = {split: rows.head(texts) for split, rows in read(samples / "ner/ner_bc5cdr/data/BC5CDR-IOB").items()}
    write(name, splits, tmp_path)
    assert same(read(tmp_path), splits)
