"""The filter's own mode: gate, rule of terms, classifier; what it says of languages, lengths and lists it may meet."""

import pickle
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.medical_text.medical_text import COLUMNS, MedicalText, is_medical
from schemas.corpora import LANGUAGES
from schemas.errors import UsageError

CASE = (
    "A 51-year-old woman was admitted with fever, productive cough and pleuritic chest pain. A radiograph showed "
    "consolidation of the left lower lobe, sputum grew Streptococcus pneumoniae, and she was given intravenous "
    "ceftriaxone. Her oxygen saturation improved and she was discharged on day five with oral amoxicillin. "
)
MATCH = (
    "The visitors took the lead after ten minutes when Osei headed a corner into the far post. After the break the "
    "home side pressed, hit the bar twice and levelled through a penalty. The crowd of nine thousand sang long "
    "after the whistle, and both coaches called it a fair result. "
)
TEXTS = st.text(max_size=400)


def said(*texts: str | None, language: str = "en", **settings: object) -> pl.DataFrame:
    rows = {"id": [str(n) for n in range(len(texts))], "text": texts, "language": [language] * len(texts)}
    schema = {"id": pl.String, "text": pl.String, "language": pl.String}
    return MedicalText(**settings).annotate(pl.DataFrame(rows, schema))  # type: ignore[arg-type]


def test_a_case_report_is_medical_and_a_match_is_not() -> None:
    found = said(CASE, MATCH)
    assert found.select(is_medical()).to_series().to_list() == [True, False]
    assert found["medical_score"][0] > 0.95


def test_columns_ids_and_order_are_kept() -> None:
    frame = pl.DataFrame({"id": ["b", "a", "c"], "text": [CASE, MATCH, CASE], "language": ["en", "xx", "en"]})
    found = MedicalText().annotate(frame)
    assert found.schema == {"id": pl.String, **COLUMNS}
    assert found["id"].to_list() == ["b", "a", "c"]
    assert found.row(0)[1:] == found.row(2)[1:]


def test_a_language_without_a_list_has_nulls() -> None:
    found = said(CASE, language="tlh")
    assert found.row(0)[1:] == (None, None, None, None)
    assert found.select(is_medical()).item() is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_empty_and_tiny_texts_are_not_medical(language: str) -> None:
    found = said("", " ", "a", "。", "\x00", None, language=language)
    assert found["keyword_hits"].to_list() == [0] * 6
    assert found["keyword_rule"].to_list() == [False] * 6
    assert found["medical_score"].is_null().all()


def test_the_gate_stops_what_has_too_few_terms() -> None:
    assert said(CASE, min_hits=1000)["medical_score"].item() is None
    assert said(CASE, min_density=1.5)["medical_score"].item() is None


def test_terms_inside_words_do_not_count() -> None:
    assert said("The scarf and the coughdrops of Feverfew Street.")["keyword_hits"].item() == 0


def test_one_paragraph_on_health_leaves_a_long_page_general() -> None:
    found = said(MATCH * 12 + CASE + MATCH * 12, CASE * 12 + MATCH + CASE * 12)
    assert found.select(is_medical()).to_series().to_list() == [False, True]


def test_letters_in_capitals_say_the_same() -> None:
    small, capitals = said(CASE, CASE.upper())["medical_score"]
    assert small == capitals


@given(st.lists(TEXTS, max_size=8), st.sampled_from(LANGUAGES))
def test_every_text_is_measured_alone(texts: list[str], language: str) -> None:
    """What a text gets does not depend on what lies beside it."""
    together = said(*texts, language=language).drop("id")
    alone = [said(text, language=language).drop("id") for text in texts]
    assert together.equals(pl.concat([together.clear(), *alone]))


def test_a_long_document_is_measured() -> None:
    score = said(CASE * 4000)["medical_score"].item()
    assert score > 0.95


def lists(folder: Path, **files: str) -> str:
    for language, rows in files.items():
        (folder / f"{language}.tsv").write_text(f"term\tweight\tform\n{rows}", "utf-8")
    return str(folder)


def test_a_list_of_the_user_adds_a_language_and_terms_alone_decide(tmp_path: Path) -> None:
    folder = lists(tmp_path, de="fieber\t3\tword\nlungenentzündung\t3\tword\nantibiot\t3\tstem\nhusten\t2\tword\n")
    texts = "Fieber und Husten: die Lungenentzündung heilt unter Antibiotika.", "Der Zug fährt um neun nach Ulm."
    found = said(*texts, language="de", keywords=folder)
    assert found["keyword_rule"].to_list() == [True, False]
    assert found["medical_score"].is_null().all()
    assert found.select(is_medical()).to_series().to_list() == [True, False]
    assert said(CASE, keywords=folder)["medical_score"].item() > 0.95


def test_a_list_of_the_user_in_place_of_ours_asks_no_classifier(tmp_path: Path) -> None:
    found = said(CASE, keywords=lists(tmp_path, en="cough\t3\tword\nfever\t3\tword\n"))
    assert found["keyword_hits"].item() == 2
    assert found["medical_score"].item() is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("", "at least one term"),
        ("Fieber\t3\tword\n", "line 2: expected a term in lower case"),
        ("fieber\t3\tword\nfieber\t2\tword\n", "line 3: expected a term once"),
        ("fieber\t5\tword\n", "line 2: expected a weight"),
        ("fieber\t3\ttoken\n", "line 2: expected a form"),
        ("fieber\tmuch\tword\n", "cannot read"),
    ],
)
def test_a_list_out_of_shape_is_named(tmp_path: Path, rows: str, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        _ = MedicalText(keywords=lists(tmp_path, de=rows)).lists


def test_a_folder_without_lists_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"expected a file per language"):
        _ = MedicalText(keywords=str(tmp_path)).lists


def test_the_fingerprint_follows_lists_and_settings(tmp_path: Path) -> None:
    first = MedicalText().fingerprint
    assert MedicalText().fingerprint == first
    assert MedicalText(min_hits=2).fingerprint != first
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, same = (lists(tmp_path / name, de="fieber\t3\tword\n") for name in "ab")
    assert MedicalText(keywords=one).fingerprint == MedicalText(keywords=same).fingerprint != first


def test_the_lists_of_a_filter_are_not_sent_with_it() -> None:
    """With the terms that `check` had read, a task was a quarter of a megabyte, and Dask's scheduler grew with each."""
    one = MedicalText()
    before = one.lists
    sent = pickle.dumps(one)
    assert len(sent) < 500
    assert pickle.loads(sent).lists == before
