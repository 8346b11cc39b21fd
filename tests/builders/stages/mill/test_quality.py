"""Each rule of quality catches what it is there for, and lets texts of six languages pass."""

import polars as pl
import pytest

from builders.stages.mill.quality import Quality
from schemas.corpora import MedicalDocument
from tests.builders.stages.mill.documents import documents, padded

# ruff: noqa: E501

SOUND = {
    "en": "The clinic opened at eight. A nurse measured the pressure of every visitor and wrote it into the book, as she did on each day of the week; later the doctor read what she wrote.",
    "fr": "Le cabinet ouvre à huit heures. Une infirmière mesure la tension de chaque visiteur et la note dans le cahier, comme tous les jours de la semaine, puis le médecin relit ce cahier.",
    "es": "La consulta abre a las ocho. Una enfermera mide la tensión de cada visitante y la anota en el cuaderno, como todos los días de la semana, y luego el médico lo lee.",
    "ru": "Кабинет открывается в восемь часов. Медсестра измеряет давление каждому посетителю и записывает его в тетрадь, как и в каждый день недели, потом врач читает эти записи.",
    "zh": "诊所八点开门。护士给每位来访者测量血压，并记在本子上，一周里天天如此，之后医生会阅读这些记录，再决定是否需要进一步的检查。若血压偏高，她会请来访者休息一刻钟后再测一次，并把两次的数值都写下来，供医生参考，最后还会提醒大家按时复诊，不要自行停药，也不要随意加量。",
    "ja": "診療所は八時に開く。看護師は来院者一人一人の血圧を測り、毎日そうするように帳面に書き留める。その後で医師が記録を読み、さらに検査が必要かどうかを決める。血圧が高いときは十五分ほど休んでもらい、もう一度測って両方の値を書いておく。",
}  # fmt: skip


def judged(text: str, language: str = "en") -> tuple[list[str], list[str]]:
    rows = documents(text).with_columns(language=pl.lit(language), language_confidence=pl.lit(1.0))
    kept, rejected = Quality()(padded(rows, MedicalDocument))
    return kept["id"].to_list(), rejected["reason"].to_list()


@pytest.mark.parametrize("language", SOUND)
def test_plain_texts_pass_in_every_language(language: str):
    assert judged(SOUND[language], language) == (["d0"], [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Too few words here.", "few_words"),
        ("a b c d e f g h i j k l m n o p q r s t u v w x y z", "word_length"),
        ("Donaudampfschifffahrtsgesellschaft " * 25, "word_length"),
        ("=== *** +++ /// ### word word word %%% $$$ " * 8 + "a few more words stand here", "few_letters"),
        ("measured value 12345 total score 56789 final rank 90123 " * 4, "many_digits"),
        ("\n".join(f"- item called {name} of the list" for name in ["alpha", "beta", "gamma", "delta"]), "bullet_list"),
        ("\n".join(f"The story of the {name} man goes on and on with no end at all..." for name in ["tall", "old", "sad"]), "cut_lines"),
        ("Buy this wonderful pillow today and sleep well\n" * 6 + "one line is of its own kind", "repeated_lines"),
        ("Again and again the same thing is said by them. " * 60, "repetitive"),
    ],
)  # fmt: skip
def test_each_rule_catches_its_kind(text: str, reason: str):
    assert judged(text) == ([], [reason])


def test_the_figures_of_what_is_rejected_are_told():
    rows = documents("Too few words here.").with_columns(language=pl.lit("en"), language_confidence=pl.lit(1.0))
    _, rejected = Quality()(padded(rows, MedicalDocument))
    assert rejected["detail"][0].startswith("words 4.0, mean_word_length 3.75, letter_share 0.938")


def test_text_without_letters_or_words_breaks_no_division():
    assert judged("!!! ??? ...") == ([], ["few_words"])
