"""BLEU and ROUGE with the words of a language, and as the published code has them."""

import pytest

from annotators.baselines.by_language import ByLanguage, words

pytestmark = pytest.mark.extras
pytest.importorskip("sacrebleu")
pytest.importorskip("rouge_score")

SAME = {
    "en": "The drug is given first.", "zh": "这种药物是首选。", "ja": "この薬が最初に用いられる。",
    "fr": "L'œdème « aigu » est là.", "ru": "Это следует из текста.", "es": "¿Cuál es el fármaco?",
}  # fmt: skip


@pytest.mark.parametrize("language", sorted(SAME))
def test_a_text_is_like_itself_and_unlike_nothing(language: str) -> None:
    text = SAME[language]
    found = ByLanguage().score([text, "", text], [text, text, ""])
    assert set(found) == set(ByLanguage.columns)
    for scores in found.values():
        assert scores[0] == pytest.approx(1) and scores[1] == 0 and scores[2] is None


def test_words_are_those_of_the_language() -> None:
    assert words("这种药物CT检查") == ["这", "种", "药", "物", "ct", "检", "查"]
    assert words("薬をのむ") == ["薬", "を", "の", "む"]
    assert words("¿Cuál es «Él»?") == ["¿", "cuál", "es", "«", "él", "»", "?"]
    assert words("Это текст, да.") == ["это", "текст", ",", "да", "."]


def test_figures_worked_out_by_hand() -> None:
    """Four of five characters of a text of five are in one of six; they stand in the same order."""
    found = ByLanguage().score(["肺炎是首选"], ["肺炎不是首药"])
    assert found["rouge1"] == [pytest.approx(2 * 4 / 11)] and found["rougeL"] == [pytest.approx(2 * 4 / 11)]
    assert found["bleu1"] == [pytest.approx(4 / 5 * 2.718281828 ** (1 - 6 / 5))]


def test_russian_counts_where_rouge_scores_own_words_do_not() -> None:
    from rouge_score.rouge_scorer import RougeScorer

    one, other = "Ответ следует из текста.", "Ответ следует не из текста."
    assert RougeScorer(["rouge1"]).score(other, one)["rouge1"].fmeasure == 0
    assert ByLanguage().score([one], [other])["rouge1"] == [pytest.approx(2 * 4 / 9)]


ROUGE_L = [  # figures of the package `rouge` 1.0.1
    ("a b c. d e", "a c. e f g"), ("The drug is given. It helps.", "The drug is not given. It never helps."),
]  # fmt: skip


def test_rouge_l_as_published() -> None:
    from annotators.baselines.as_published import rouge_l

    assert [round(rouge_l(one, other), 6) for one, other in ROUGE_L] == [0.6, 0.857143]
    assert rouge_l("", "a") == 0 and rouge_l("a", "...") == 0


@pytest.mark.parametrize("language", sorted(SAME))
def test_published_words_and_smoothing(language: str) -> None:
    pytest.importorskip("nltk")
    pytest.importorskip({"zh": "jieba", "ja": "janome"}.get(language, "nltk"))
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    from annotators.baselines.as_published import AsPublished

    measure, text = AsPublished(language), SAME[language]
    other = text[: len(text) // 2]
    found = measure.score([text, other], [text, text])
    by_hand = sentence_bleu([measure.words(text)], measure.words(other), smoothing_function=SmoothingFunction().method1)
    assert found["rougeL"][0] == pytest.approx(1, abs=1e-6)
    assert found["bleu4"][1] == pytest.approx(by_hand)
    assert ByLanguage().score([other], [text])["bleu4"] != [found["bleu4"][1]]
