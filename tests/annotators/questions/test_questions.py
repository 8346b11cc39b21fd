"""Questions in words, and the language that a few sentences are written in."""

import polars as pl
import pytest

from annotators.questions.languages import written_in
from annotators.questions.wording import as_asked
from annotators.quotes import locate
from annotators.reading.sentences import split

TEXTS = {
    "en": "The drug is given first because it acts against the cause of the fever.",
    "zh": "这种药物是首选，因为它针对发热的原因，其他药物不适合。",
    "ja": "発熱の原因に作用するため、この薬が最初に用いられる。",
    "fr": "Ce médicament est donné en premier parce qu'il agit sur la cause de la fièvre.",
    "ru": "Этот препарат назначают первым, потому что он действует на причину лихорадки.",
    "es": "Este fármaco se da primero porque actúa sobre la causa de la fiebre.",
}


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_text_is_in_its_own_language_alone(language: str) -> None:
    assert [code for code in TEXTS if written_in(TEXTS[language], code)] == [language]


@pytest.mark.parametrize(("text", "language"), [
    ("首选 amoxicillin 500 mg（β-lactam），因为是细菌感染所致。", "zh"), ("答えはACE阻害薬である。", "ja"),
    ("Ceftriaxone 1 g IV.", "fr"), ("123", "ru"), ("Препарат ACE-I", "ru"), ("Das ist so.", "de"),
])  # fmt: skip
def test_names_and_numbers_do_not_make_it_another(text: str, language: str) -> None:
    assert written_in(text, language)


def test_a_question_is_put_with_an_option_a_sentence() -> None:
    options = [{"letter": "A", "text": "Vitamin A"}, {"letter": "B", "text": "Vitamin\n B"}]
    frame = pl.DataFrame(
        {"question": ["Which one?", "どれか。"], "context": ["Read this.", None], "options": [options] * 2}
    )
    one, other = as_asked(frame)
    assert [one[start:end] for start, end in split(one)] == ["Read this.", "Which one?", "A: Vitamin A", "B: Vitamin B"]
    assert [other[start:end] for start, end in split(other)] == ["どれか。", "A: Vitamin A", "B: Vitamin B"]


def test_a_quotation_of_a_script_without_blanks_begins_anywhere() -> None:
    """Was: every character beside another letter counted as half a word, so that nothing could be quoted."""
    found = locate("咳嗽三天", "患者咳嗽三天并发热")
    assert found is not None and (found.start, found.end) == (2, 6)
    assert locate("発熱", "朝から発熱がある") and locate("CT", "胸部CT所見") and not locate("mass", "a massive bleed")
