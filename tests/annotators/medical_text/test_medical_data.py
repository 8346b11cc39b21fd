"""The lists of terms, the invented passages and the weights that were learned from them."""

from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from annotators.medical_text.fitting import COSTS, fitted
from annotators.medical_text.medical_text import MedicalText, is_medical
from annotators.medical_text.model import FOLDER
from annotators.medical_text.passages import LABELS, passages, varied
from annotators.medical_text.term_list import term_lists
from schemas.corpora import LANGUAGES

NOISE = 40
"""Of 1 / 2048: what another machine's arithmetic may change in a weight; a changed passage moves many by far more."""


def test_every_language_has_a_list_passages_and_weights() -> None:
    names = {path.stem for path in FOLDER.glob("*.npy")}
    assert names == {"terms", *LANGUAGES}
    assert set(term_lists()) == set(COSTS) == set(LANGUAGES)
    assert max(path.stat().st_size for path in FOLDER.glob("*.npy")) < 300_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_in_shape_and_rich(language: str) -> None:
    terms = term_lists()[language]  # raises for a term twice, a capital, an unknown weight or form
    assert len(terms.terms) > 900
    assert not [term for term in terms.terms if "  " in term or len(term.encode()) < 2]
    assert set(terms.weights) == {1, 2, 3, 4}
    if language in ("zh", "ja"):
        assert set(terms.forms) == {"part"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_passages_are_in_shape(language: str) -> None:
    known = passages(language)
    assert known.columns == ["label", "topic", "text"]
    assert known["text"].is_unique().all()
    assert known["text"].str.contains("^\\S.*\\S$").all()
    counts = known["label"].value_counts()
    assert set(counts["label"]) == set(LABELS)
    assert counts["count"].min() >= 90
    assert known["text"].str.len_chars().is_between(60, 520).all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_learned_tells_the_passages_apart(language: str) -> None:
    known = passages(language).with_columns(pl.lit(language).alias("language")).with_row_index("id")
    kept = MedicalText().annotate(known.cast({"id": pl.String})).select(is_medical()).to_series()
    medical = known["label"] == "medical"
    assert kept.filter(medical).mean() > 0.95  # type: ignore[operator]
    assert kept.filter(~medical).mean() < 0.15  # type: ignore[operator]


def test_passages_are_varied_the_same_way_each_time() -> None:
    known = passages("en")
    assert varied(known).equals(varied(known))
    assert varied(known).height == 7 * known.height


@pytest.mark.parametrize("files", [3, pytest.param(7, marks=pytest.mark.soak)])
def test_training_gives_the_weights_that_lie_here(files: int) -> None:
    """Those of terms, of which all languages have a part, and of two languages; of all under the marker `soak`."""
    for name, weights in islice(fitted(), files):
        kept = np.load(FOLDER / f"{name}.npy")
        assert kept.dtype == weights.dtype == np.int16
        assert np.abs(kept.astype(int) - weights).max() <= NOISE, name


@pytest.mark.real
@pytest.mark.parametrize("language", LANGUAGES)
def test_real_documents_are_told_apart(samples: Path, language: str) -> None:
    """The bar of F1, on all passages of at least 200 characters; the benchmark says what it rests on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).resolve().parents[3] / "benchmarks")
        texts: pl.DataFrame = __import__("medical_filter_texts").documents(samples, language)
    kept = MedicalText().annotate(texts).select(is_medical()).to_series()
    right = (kept & texts["medical"]).sum()
    assert 2 * right / (kept.sum() + texts["medical"].sum()) >= 0.95


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "la candidata y los candidatos oyeron un trombón y el traqueteo del tren"),
        ("fr", "une mitrailleuse, un argument percutant, un accord multipartite, le greffier, la fusée artémis"),
        ("ru", "язвительный тромбонист следил за курсом рубля и принимала гостей хозяйка"),
    ],
)
def test_stems_do_not_begin_words_of_the_news(language: str, text: str) -> None:
    """Stems for fungi, clots and heart valves once counted candidates, trombones and machine guns as medicine."""
    found = term_lists()[language]
    assert not [found.terms[place] for place in found.patterns.count(pl.Series([text])).patterns]
