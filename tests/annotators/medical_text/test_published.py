"""The published rule: the same decisions, hits and densities as the plain rule of `benchmarks/published_rule.py`."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.medical_text.published import PublishedRule
from schemas.corpora import LANGUAGES
from schemas.errors import UsageError
from tests.benchmark_files import imported

KEYWORDS = {
    "en": ["fever", "x-ray", "iv", "a b", "heart attack", "pneumothorax", "nephropathy", "the ward", "ward round"],
    "es": ["fiebre", "niño", "ataque al corazón", "corazón", "al ojo", "neumotórax", "quirófano central"],
    "fr": ["fièvre", "œil", "crise d'asthme", "pneumothorax", "l'asthme", "à jeun"],
    "ru": ["жар", "ёж", "кашель", "кровяное давление", "пневмоторакс", "давление"],
    "zh": ["肺", "肺炎", "肺炎肺炎", "高血压", "ct"],
    "ja": ["肺", "肺炎", "カタル", "カタルカタル", "mri"],
}
"""Invented lists, with keywords within others and some that overlap themselves."""


@pytest.fixture(scope="module")
def plain() -> Iterator[ModuleType]:
    """`benchmarks/published_rule.py`."""
    yield from imported("published_rule")


@pytest.fixture(scope="module")
def real_texts() -> Iterator[ModuleType]:
    """`benchmarks/medical_filter_texts.py`."""
    yield from imported("medical_filter_texts")


def entry(words: list[str], hits: int = 2, density: float = 0.1) -> dict[str, Any]:
    return {"min_unique_hits": hits, "min_density": density, "keywords": words}


@pytest.fixture(scope="module")
def rule(tmp_path_factory: pytest.TempPathFactory) -> PublishedRule:
    folder = tmp_path_factory.mktemp("lists")
    languages = {"jp" if name == "ja" else name: entry(words) for name, words in KEYWORDS.items()}
    (folder / "mmedc_keywords_thresholds.json").write_text(json.dumps({"languages": languages}))
    return PublishedRule(str(folder))


def agrees(rule: PublishedRule, plain: ModuleType, language: str, texts: list[str]) -> None:
    """Decision by decision."""
    found = rule.annotate(pl.Series(texts, dtype=pl.String), pl.Series([language] * len(texts), dtype=pl.String))
    wanted = rule.lists[language]
    naive = plain.PlainRule(language, wanted.keywords, wanted.min_hits, wanted.min_density)
    measures = [naive.measures(text) for text in texts]
    assert found["keyword_hits"].to_list() == [hits for hits, _ in measures]
    assert found["keyword_density"].to_list() == [float(np.float32(density)) for _, density in measures]
    assert found["keyword_rule"].to_list() == [naive.is_medical(text) for text in texts]


SPACES = " \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
WORDS = [word for words in KEYWORDS.values() for word in words]
PIECE = (
    st.sampled_from(WORDS)
    | st.sampled_from(WORDS).map(str.upper)
    | st.sampled_from(WORDS).map(str.title)
    | st.sampled_from(WORDS).flatmap(lambda word: st.integers(1, len(word)).map(lambda n: word[:n]))
    | st.sampled_from([*SPACES, " ", " ", " "])
    | st.sampled_from([*".,;:-'’()。、，", "ΑΣ", "Σ", "İ", "ẞ", "K", "Ａ", "\u0301", "\u0000"])
    | st.text(st.characters(exclude_categories=["Cn", "Cs"]), max_size=3)
)
TEXT = st.lists(PIECE, max_size=40).map("".join)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=50)
@given(texts=st.lists(TEXT, max_size=10))
def test_same_decisions_as_the_plain_rule(
    rule: PublishedRule, plain: ModuleType, language: str, texts: list[str]
) -> None:
    agrees(rule, plain, language, texts)


def test_tokens_keep_their_punctuation_and_long_keywords_do_not_care(rule: PublishedRule) -> None:
    texts = pl.Series(["fever, iv.", "fever iv", "(pneumothorax) heart attacks", "Fever FEVER fever"])
    assert rule.annotate(texts, pl.Series(["en"] * 4)).to_dict(as_series=False) == {
        "keyword_hits": [0, 2, 2, 1],
        "keyword_density": pytest.approx([0, 7 / 8, 24 / 28, 15 / 17]),
        "keyword_rule": [False, True, True, False],
    }


def test_a_short_keyword_of_two_words_equals_no_token(rule: PublishedRule) -> None:
    assert rule.annotate(pl.Series(["a b a b"]), pl.Series(["en"]))["keyword_hits"].to_list() == [0]


def test_rows_of_several_languages_keep_their_order(rule: PublishedRule) -> None:
    texts = pl.Series(["жар ёж", "x", "fever iv", None, "肺炎", "ёж ёж ёж"])
    found = rule.annotate(texts, pl.Series(["ru", "de", "en", "en", "zh", None]))
    assert found["keyword_hits"].to_list() == [2, None, 2, 0, 2, None]
    assert found["keyword_rule"].to_list() == [True, None, True, False, True, None]
    assert found.dtypes == [pl.Int32, pl.Float32, pl.Boolean]
    assert rule.annotate(texts[:0], texts[:0]).height == 0


def test_a_threshold_that_is_met_exactly_is_met(tmp_path: Path) -> None:
    (tmp_path / "en.json").write_text(json.dumps(entry(["abc", "xy"], 2, 0.5)))
    texts = pl.Series(["abc xy ...", "abc xy ...."])
    found = PublishedRule(str(tmp_path)).annotate(texts, pl.Series(["en", "en"]))
    assert found["keyword_rule"].to_list() == [True, False]


def test_a_file_of_its_own_adds_a_language_and_replaces_one(tmp_path: Path) -> None:
    table = {"en": entry(["one"]), "jp": entry(["二"]), "fr": entry(["trois"])}
    (tmp_path / "mmedc_keywords_thresholds.json").write_text(json.dumps({"languages": table}))
    (tmp_path / "de.json").write_text(json.dumps(entry(["Fieber", "FIEBER", "Blut"], 1, 0)))
    (tmp_path / "ja.json").write_text(json.dumps(entry(["四"], 3, 0.5)))
    (tmp_path / "notes_on_lists.json").write_text("[]")
    lists = PublishedRule(str(tmp_path)).lists
    assert {name: (found.keywords, found.min_hits) for name, found in lists.items()} == {
        "de": (("fieber", "blut"), 1), "en": (("one",), 2), "fr": (("trois",), 2), "ja": (("四",), 3),
    }  # fmt: skip
    alone = PublishedRule(str(tmp_path / "mmedc_keywords_thresholds.json")).lists
    assert alone["ja"].keywords == ("二",)


def test_fingerprint_follows_the_lists_and_not_their_place(tmp_path: Path) -> None:
    prints = []
    for name, words in (("a", ["x"]), ("b", ["x"]), ("c", ["x", "y"])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "en.json").write_text(json.dumps(entry(words)))
        prints.append(PublishedRule(str(tmp_path / name)).fingerprint)
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("other_lists.json", "{}", "no list of keywords"),
        ("en.json", "{", "cannot read"),
        ("en.json", "[]", "min_unique_hits"),
        ("en.json", json.dumps(entry(["x"], 0)), "min_unique_hits"),
        ("en.json", json.dumps(entry(["x"], 1, 4)), "min_density"),
        ("en.json", json.dumps(entry([])), "keywords"),
        ("en.json", json.dumps(entry(["x", " "])), "keywords"),
        ("en.json", json.dumps({**entry([]), "keywords": "x"}), "keywords"),
        ("mmedc_keywords_thresholds.json", "{}", "no languages"),
    ],
)
def test_lists_out_of_shape_are_refused(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=said) as raised:
        _ = PublishedRule(str(tmp_path)).lists
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no list of keywords"):
        _ = PublishedRule(str(tmp_path / "nowhere")).lists


@pytest.mark.real
@pytest.mark.parametrize("most", [150, pytest.param(10**9, marks=pytest.mark.soak)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_same_decisions_on_real_texts(
    samples: Path, plain: ModuleType, real_texts: ModuleType, language: str, most: int
) -> None:
    """So many texts, from all sources alike, their beginnings, and one long text; all under the marker `soak`."""
    published = PublishedRule(str(samples.parent / "reference" / "tables"))
    texts = real_texts.documents(samples, language)["text"].to_list()
    assert len(texts) > 300
    texts = texts[:: len(texts) // most + 1]
    agrees(published, plain, language, [*texts, *(text[:100] for text in texts), " ".join(texts)])
