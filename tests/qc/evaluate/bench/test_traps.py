"""Each trap of the published scoring, by name, on outputs that it turns and on such that it leaves alone."""

from typing import Any

import polars as pl
import pytest

from qc.evaluate.bench.lines import bench_lines
from qc.evaluate.bench.published import RULES, first_letter, with_published_rules
from qc.evaluate.bench.traps import TRAPS, trap_lines
from tests.qc.evaluate.bench import made_items as made

TRUE_FALSE: dict[str, Any] = {"choices": made.words("True", "False"), "folder": "Clinical_outcome_prediction"}
CLAIM: dict[str, Any] = {"choices": made.words("yes", "no"), "folder": "Fact_verication"}
DIAGNOSIS: dict[str, Any] = {"choices": made.DISEASES, "folder": "Diagnosis", "metric": "contained"}
DOSE: dict[str, Any] = {"folder": "Information_extraction", "metric": "contained"}
NER: dict[str, Any] = {"folder": "NER", "metric": "entity-f1"}
HOC: dict[str, Any] = {"choices": made.MARKS, "folder": "Text_classification", "metric": "label-f1"}


def answer(output: str, *gold: str, said: str = "", **told: Any) -> dict[str, Any]:
    return {"output": output, **made.item("t", 0, outputs=[said or ", ".join(gold)], gold=list(gold), **told)}


QUESTION: dict[str, Any] = {"choices": made.ORGANS}
CASES: dict[str, list[tuple[dict[str, Any], str]]] = {
    "letters-beyond-d": [
        (answer("E", "E", **QUESTION), "wrong"), (answer("A", "A", **QUESTION), "same"),
        (answer("A", "E", **QUESTION), "same"), (answer("E", "E", choices=made.letters("x", "y")), "none"),
    ],
    "first-letter": [
        (answer("The answer is B.", "B", **QUESTION), "wrong"),
        (answer("B is wrong. The answer is A.", "B", **QUESTION), "right"),
        (answer("B", "B", **QUESTION), "same"), (answer("A, C", "A", "C", **QUESTION), "none"),
    ],
    "one-of-several": [
        (answer("A", "A", "C", **QUESTION), "right"), (answer("A, C", "A", "C", **QUESTION), "same"),
        (answer("B", "A", "C", **QUESTION), "same"), (answer("A", "A", **QUESTION), "none"),
        ({**answer("D", "A", **QUESTION), "outputs": ["A", "D"]}, "wrong"),
    ],
    "maybe": [
        (answer("maybe", "maybe", choices=made.THREE, bench_id="123"), "wrong"),
        (answer("yes", "yes", choices=made.THREE, bench_id="123"), "same"),
        (answer("maybe", "maybe", choices=made.THREE, bench_id="9"), "none"),
    ],
    "true-false": [
        (answer("False, since a true alarm is rare", "False", **TRUE_FALSE), "wrong"),
        (answer("It is not true", "True", **TRUE_FALSE), "right"), (answer("True", "True", **TRUE_FALSE), "same"),
    ],
    "same-words": [
        (answer("Yes, it does.", "yes", **CLAIM), "wrong"), (answer("yes", "yes", **CLAIM), "same"),
        (answer("yes", "yes", choices=made.THREE), "none"),
    ],
    "within-words": [
        (answer("1.5 mg", "5 mg", **DOSE), "right"), (answer("5  mg", "5 mg", **DOSE), "wrong"),
        (answer("of 5 mg daily", "5 mg", **DOSE), "same"),
    ],
    "every-choice": [
        (answer("Bronchitis, Pneumonia, Anaemia", "Pneumonia", **DIAGNOSIS), "right"),
        (answer("Pneumonia", "Pneumonia", **DIAGNOSIS), "same"), (answer("5 mg", "5 mg", **DOSE), "none"),
    ],
    "commas": [
        (answer("vitamin D, oral", "vitamin D, oral", **NER), "wrong"), (answer("- a\n- b", "a", "b", **NER), "wrong"),
        (answer("a, b", "a", "b", **NER), "same"), (answer("None.", said="None.", **NER), "none"),
    ],
    "last-character": [
        (answer("gene p53", "gene p52", **NER), "right"), (answer("aspirin", "aspirin", **NER), "same"),
        (answer("urea", "aspirin", **NER), "same"),
    ],
    "nothing-counts": [
        (answer("There is no gene.", said="There is no gene.", **NER), "right"),
        (answer("None", said="There is no gene.", **NER), "wrong"), (answer("p53", "p53", **NER), "none"),
    ],
    "label-words": [
        (answer("Resisting  cell-death", "Resisting cell death", **HOC), "wrong"),
        (answer("cellular energetics", "Cellular energetics", **HOC), "same"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_a_trap_turns_what_it_catches_and_nothing_else(trap: Any) -> None:
    for row, way in CASES[trap.name]:
        (line,) = trap_lines(pl.DataFrame([row], {**made.COLUMNS, "output": pl.String}), [trap])
        told = {"right": (1, 1, 0), "wrong": (1, 0, 1), "same": (1, 0, 0), "none": (0, 0, 0)}[way]
        assert (line.items, line.to_right, line.to_wrong) == told, (trap.name, row["output"])


def test_every_trap_has_cases_of_every_kind_it_can_have() -> None:
    assert set(CASES) == {trap.name for trap in TRAPS}
    assert all({"same"} <= {way for _, way in cases} or name == "nothing-counts" for name, cases in CASES.items())


@pytest.mark.parametrize(("output", "truth", "yes_no", "right"), [
    ("A", "A", False, True), (" a. Heart", "A", False, True), ("E", "E", False, False), ("A", "A, C", False, True),
    ("C, A", "A, C", False, False), ("The answer is A", "A", False, False), ("yes", "yes", True, True),
    ("maybe", "maybe", True, False), ("no", "yes", True, False), ("", "A", False, False), ("yes", "yes", False, False),
])  # fmt: skip
def test_the_published_rule_of_letters(output: str, truth: str, yes_no: bool, right: bool) -> None:
    assert first_letter(output, truth, yes_no=yes_no) is right


def published(*rows: dict[str, Any]) -> dict[str, float]:
    items = pl.DataFrame(rows, {**made.COLUMNS, "output": pl.String})
    (line, *_), _ = bench_lines(with_published_rules(items), RULES, draws=5)
    return {name: share.value for name, share in line.figures.items()}


def test_published_rules_of_words_entities_and_labels() -> None:
    assert published(answer("1.5 mg", "5 mg", **DOSE)) == {"accuracy": 1}
    assert published(answer("It is True", "True", **TRUE_FALSE)) == {"accuracy": 1}
    assert published(answer("It is yes", "yes", **CLAIM)) == {"accuracy": 0}
    cut = published(answer("gene p53, x.", "gene p53", "y", said="gene p53, y.", **NER))
    assert cut == {"f1": 1, "precision": 1, "recall": 1}, "what differs was cut off"
    none = answer("There is no gene.", said="There is no gene.", **NER)
    assert published(none) == {"f1": 1, "precision": 1, "recall": 1}, "the sentence is an entity"
    labels = published(answer("cellular energetics", "Cellular energetics", **HOC))
    assert labels["macro_f1"] == 1 / len(made.MARKS), "labels that are nowhere count 0"
