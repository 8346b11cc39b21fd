"""Letters read from what models write, in six languages, and by the rules of the published code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.evaluate import published_answers
from qc.evaluate.answers import chosen, is_right, reasons

EN = {"A": "Reflux", "B": "Pericarditis", "C": "Myocardial infarction", "D": "Aortic dissection", "E": "None of these"}
ZH = {"A": "肺炎", "B": "心包炎", "C": "心肌梗死", "D": "肺栓塞", "E": "以上都不是"}
JA = {"A": "逆流", "B": "心膜炎", "C": "心筋梗塞", "D": "解離", "E": "いずれでもない"}
RU = {"A": "да", "B": "нет"}
EIGHT = EN | {"F": "Gout", "G": "Rickets", "H": "Scurvy"}
CASES = [
    (EN, "en", [
        ("B", "B"), ("b", "B"), ("(B)", "B"), ("B.", "B"), ("B) Pericarditis", "B"), ("**B**", "B"), ("A,C", "AC"),
        ("A and C", "AC"), ("a, c", "AC"), ("The answer is B.", "B"), ("Answer: A. Reflux", "A"),
        ("The correct answer is: (C) Myocardial infarction", "C"), ("Answer: A, because C is wrong", "A"),
        ("The pain is typical. Therefore, the answer is A, C and D.", "ACD"), ("The answer is A. C is wrong.", "A"),
        ("The answer is A\nC is wrong", "A"), ("Answer:\n\nA\nC", "AC"), ("My reasoning ...\n\nB", "B"),
        ("B\n\nBecause the pain eases.", "B"),
        ("The answer is B.\nWait, the answer is C.", "C"), ("Answer: Pericarditis", "B"), ("Pericarditis", "B"),
        ("Pericarditis, because of the pain.", "B"), ("Reflux, Pericarditis", "AB"), ("A is the best answer", "A"),
        ("Option A is incorrect. Option B is correct.", "B"), ("The correct options are A, B", "AB"),
        ('{"answer": ["B"]}', "B"), ('{"rationale": "x", "answer": ["A", "C"]}', "AC"), ("Answer: G", "G"),
        ("###Rationale: A is wrong. ###Answer: OPTION B IS CORRECT.</s>", "B"),
        ("I think it is a kind of thing", None), ("", None), ("I do not know.", None),
        ("The answer is a kind of B", None), ("The answer is I think unclear", None),
    ]),
    (ZH, "zh", [
        ("答案：B", "B"), ("正确答案是ACD。", "ACD"), ("ACD", "ACD"), ("因此,选C", "C"), ("答案为心包炎", "B"),
        ("心包炎", "B"), ("正确答案：Ａ、Ｃ", "AC"), ("我不知道。", None),
    ]),
    (JA, "ja", [
        ("正解：A、C", "AC"), ("正解はBである。", "B"), ("答えはDとEです。", "DE"), ("心筋梗塞", "C"),
        ("わからない。", None),
    ]),
    (RU, "ru", [
        ("Ответ: да", "A"), ("Нет", "B"), ("нет, не повышает", "B"), ("Правильный ответ — B", "B"), ("Ответ: В", "B"),
        ("Ответ: Б", "B"), ("Не знаю", None),
    ]),
    (EN, "fr", [
        ("La réponse est A et C.", "AC"), ("Réponses : A, B, D", "ABD"), ("Les bonnes réponses sont A, C et E", "ACE"),
        ("Réponse correcte : l'option D", "D"), ("Je ne sais pas.", None),
    ]),
    (EN, "es", [
        ("La respuesta correcta es la C.", "C"), ("Respuesta: B y D", "BD"), ("La opción correcta es la opción A", "A"),
        ("No lo sé.", None),
    ]),
    (EIGHT, "en", [("Answer: G", "G"), ("F and H", "FH"), ("Scurvy", "H")]),
]  # fmt: skip


@pytest.mark.parametrize(("options", "language", "output", "letters"), [
    (options, language, output, letters) for options, language, cases in CASES for output, letters in cases
])  # fmt: skip
def test_letters_are_read_from_what_is_written(
    options: dict[str, str], language: str, output: str, letters: str | None
) -> None:
    assert chosen(output, options, language) == (None if letters is None else frozenset(letters))


ANNOUNCED = {"en": "The answer is {}.", "zh": "答案：{}。", "ja": "正解は{}です。", "fr": "La réponse est {}.",
             "ru": "Ответ: {}.", "es": "La respuesta es {}."}  # fmt: skip


@given(
    st.sampled_from(sorted(ANNOUNCED)), st.sets(st.sampled_from("ABCDE"), min_size=1),
    st.sampled_from([", ", ",", " / "]), st.text("abc defg.,:()\n", max_size=40),
)  # fmt: skip
def test_letters_behind_an_announcement_are_found_whatever_stands_before(
    language: str, letters: set[str], between: str, before: str
) -> None:
    said = before + "\n" + ANNOUNCED[language].format(between.join(sorted(letters)))
    assert chosen(said, EN, language) == letters
    assert is_right(chosen(said, EN, language), sorted(letters))


@given(st.text(max_size=200), st.sampled_from(sorted(ANNOUNCED)))
def test_any_text_is_read_without_an_error(text: str, language: str) -> None:
    found = chosen(text, EN, language)
    assert found is None or (found and all(len(letter) == 1 and letter.isupper() for letter in found))


def test_the_set_must_be_the_right_one_or_another_that_was_taken_for_right() -> None:
    assert is_right(frozenset("AC"), ["A", "C"]) and not is_right(frozenset("A"), ["A", "C"])
    assert not is_right(frozenset("ABC"), ["A", "C"]) and not is_right(None, ["A"])
    assert is_right(frozenset("D"), ["A"], ["D"]) and is_right(frozenset("DE"), ["A"], ["B", "D,E"])


@pytest.mark.parametrize(("output", "truth", "published", "ours"), [
    ("###Answer: OPTION A IS CORRECT.</s>", "A", True, True),
    ("###Answer: OPTION A,C IS CORRECT.</s>", "A,C", True, True),
    ("###Answer: OPTION C,A IS CORRECT.</s>", "A,C", True, True), ("A", "A", True, True),
    ("###Answer: OPTION A IS CORRECT.", "A", False, True), ("The answer is A.", "A", False, True),
    ("A, C", "A,C", False, True), ("(A)", "A", False, True), ("B", "A", False, False), ("A,B", "A,C", False, False),
])  # fmt: skip
def test_the_published_rule_reads_one_form_alone(output: str, truth: str, published: bool, ours: bool) -> None:
    assert published_answers.is_right(output, truth) is published
    assert is_right(chosen(output, EN, "en"), truth.split(",")) is ours


def test_reasons_are_what_stands_before_the_answer() -> None:
    output = "###Rationale: Pain that eases. ###Answer: OPTION B IS CORRECT.</s>"
    assert published_answers.reasons(output) == reasons(output) == "Pain that eases."
    assert reasons("Es tut weh. 答案：B") == "Es tut weh." and published_answers.reasons("x 答案：B") == "x 答案：B"
    assert reasons("Nothing is announced.") == "Nothing is announced."
