"""Every metric of the benchmark: right answers score 1 in whatever form, and what else is read of outputs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.bench_scores import Scoring
from qc.evaluate.bench.accuracy import Accuracy
from qc.evaluate.bench.contained import Contained
from qc.evaluate.bench.entity_f1 import EntityF1
from qc.evaluate.bench.label_f1 import LabelF1
from qc.evaluate.bench.lines import bench_lines, without_thoughts
from qc.evaluate.bench.metric import Metric
from qc.evaluate.bench.trivial import trivial_run
from tests.qc.evaluate.bench import made_items as made

METRICS: Mapping[str, Metric] = Scoring().metrics


def with_output(items: pl.DataFrame, *outputs: str | None) -> pl.DataFrame:
    return items.with_columns(output=pl.Series(list(outputs), dtype=pl.String))


def figures(metric: Metric, items: pl.DataFrame) -> dict[str, float]:
    sums = metric.measure(items).sums
    total = np.asarray(sums.sum(axis=0)).reshape(1, -1)
    return {name: float(value[0]) for name, value in metric.figures(total).items()}


def one(kind: Metric, output: str | None, /, **told: Any) -> tuple[float, str | None]:
    read = kind.measure(with_output(made.frame([made.item("t", 0, **told)]), output))
    return float(read.value[0]), read.said[0]


def test_the_right_answers_score_1_for_every_metric_and_every_shape_of_task() -> None:
    items = made.every_shape()
    run = trivial_run("gold", items)
    lines, read = bench_lines(items.join(run, on="id", how="left"), METRICS, draws=20)
    assert {line.name for line in lines if line.score is None or line.score.value != 1.0} == set()
    for line in lines:
        assert line.unparsed == line.missing == 0, line.name
        assert {share.value for share in line.figures.values()} == {1.0}, line.name
    assert read["value"].to_list() == pytest.approx([1] * items.height) and read["id"].to_list() == sorted(items["id"])
    assert {line.metric for line in lines if line.of == "task"} == set(METRICS)


@pytest.mark.parametrize(("choices", "output", "marks"), [
    (made.ORGANS, "E", "E"), (made.ORGANS, "None of these", "E"), (made.ORGANS, "Liver, right lobe", "B"),
    (made.ORGANS, "The answer is E.", "E"), (made.ORGANS, "Heart and Kidney", "A, C"), (made.ORGANS, "Lung", None),
    (made.ORGANS, "F", "F"), (made.letters("B", "A"), "A", "A"), (made.ORGANS, "B\n\nBecause it is large.", "B"),
    (made.ORGANS, "A) Heart; C) Kidney", "A, C"), (made.ORGANS, "Answer: Liver, right lobe and Kidney", "B, C"),
    (made.letters("B.C.G", "Polio"), "Answer: B.C.G and Polio", "A, B"), (made.numbers("43", "17"), "Answer: 43", "1"),
    (made.letters("B型肝炎", "貧血"), "正解：B型肝炎", "A"),
    (made.numbers("Gout", "Rickets", "Scurvy"), "3", "3"), (made.numbers("Gout", "Rickets"), "The answer is 2.", "2"),
    (made.numbers("Gout", "Rickets"), "Concept number 2", "2"), (made.numbers("Gout", "Rickets"), "2) Rickets", "2"),
    (made.numbers("Gout", "Rickets"), "Rickets", "2"), (made.numbers("Gout", "Rickets"), "1 and 2", "1, 2"),
    (made.numbers("Gout", "Rickets"), "9", "9"), (made.numbers("Gout", "Rickets"), "It was seen in 20 % of 35.", None),
    (made.words("0", "1", "2", "3"), "Label: 2", "2"), (made.words("0", "1", "2", "3"), "I would say 2 (true)", "2"),
    (made.THREE, "Yes.", "yes"), (made.THREE, "Maybe", "maybe"), (made.THREE, "The answer is maybe.", "maybe"),
    (made.THREE, "There is no reason to doubt it, so the answer is yes", "yes"),
    (made.THREE, "There is no reason to doubt it: yes", "yes"), (made.THREE, "yes or no", None),
    (made.THREE, "Yes, there is no doubt.", "yes"), (made.THREE, "Yes/No", "no, yes"), (made.THREE, "", None),
    (made.THREE, "There is no evidence.", None), (made.THREE, "No", "no"), (made.THREE, "**No**, it does not", "no"),
    (made.words("similar", "dissimilar"), "They are dissimilar.", "dissimilar"),
    (made.words("True", "False"), "It is not True", None), (made.words("True", "False"), "Prediction: False", "False"),
    (made.words("True", "False"), "The patient will be admitted: True", "True"),
    (made.words("True", "False"), "False, since a True alarm is rare", "False"),
    (made.words("entailment", "contradiction", "neutral"), "This is a contradiction of it.", "contradiction"),
    (made.words("entailment", "contradiction", "neutral"), "Not neutral but entailment.", "entailment"),
    (made.words("да", "нет"), "Ответ: Нет", "нет"), (made.words("да", "нет"), "Да, конечно", "да"),
    (made.DISEASES, "The diagnosis is acute bronchitis.", "Acute bronchitis"),
    (made.DISEASES, "Not pneumonia. Most likely Bronchitis", "Bronchitis"),
    (made.DISEASES, "Bronchitis or Pneumonia", None),
    (made.words("有", "无"), "答案：无", "无"), (made.ORGANS, "Option B", "B"), (made.ORGANS, "I would choose B", "B"),
    (made.ORGANS, "So it must be (B).", "B"), (made.ORGANS, "We get $\\boxed{B}$", "B"),
    (made.ORGANS, "Answer: A or B", None), (made.ORGANS, "Vitamin B is meant", None),
    (made.ORGANS, "A is the heart. B is the liver. So, the answer is C.", "C"),
    (made.words("entailment", "neutral"), "neither entailment nor contradiction, so neutral", "neutral"),
    (made.DISEASES, "The patient most likely has Pneumonia rather than Bronchitis.", "Pneumonia"),
    (made.DISEASES, "Top: 1. Pneumonia 2. Bronchitis", None),
    (made.THREE, "There's no evidence, so no.", "no"), (made.THREE, '{"answer": "no"}', "no"),
])  # fmt: skip
def test_choices_are_read_from_what_is_written(choices: list[dict[str, str]], output: str, marks: str | None) -> None:
    gold = [(marks or choices[0]["mark"]).split(", ")[0]]
    value, said = one(Accuracy(), output, choices=choices, outputs=gold, gold=gold)
    assert said == marks
    assert value == (marks is not None and ", " not in marks)


@pytest.mark.parametrize(("told", "output", "right", "parts"), [
    ({"outputs": ["5 mg"], "gold": ["5 mg"]}, "The dose was 5 mg daily.", 1, 1),
    ({"outputs": ["5 mg"], "gold": ["5 mg"]}, "The dose was 1.5 mg daily.", 0, 0),
    ({"outputs": ["5 mg"], "gold": ["5 mg"]}, "the dose was 5MG", 1, 1),
    ({"outputs": ["men"], "gold": ["men"]}, "women", 0, 0),
    ({"outputs": ["a cat, a dog"], "gold": ["a cat", "a dog"]}, "A dog; a cat", 1, 1),
    ({"outputs": ["a cat, a dog"], "gold": ["a cat", "a dog"]}, "a dog", 0, 0.5),
    ({"outputs": ["Gender: Male, Age: 3"]}, "gender: male; age: 3.", 1, 1),
    ({"outputs": ["Flu", "Influenza"]}, "It is influenza.", 1, 1),
    ({"outputs": ["患者"], "gold": ["患者"]}, "老年患者三十人", 1, 1),
    ({"outputs": ["+"], "gold": ["+"]}, "ER +", 1, 1),
    ({"outputs": ["men"], "gold": ["men"]}, None, 0, 0),
])  # fmt: skip
def test_contained_wants_the_words_whole(told: dict[str, Any], output: str | None, right: float, parts: float) -> None:
    items = with_output(made.frame([made.item("t", 0, **told)]), output)
    found = figures(Contained(), items)
    assert (found["contained"], found["parts"]) == (right, parts)


def test_naming_every_choice_is_no_answer_but_is_told_apart() -> None:
    items = with_output(made.frame([made.choice("t", "en", made.DISEASES, ["Pneumonia"])[0]]),
                        "It could be Bronchitis, Pneumonia or Anaemia")  # fmt: skip
    assert figures(Contained(), items) == {"contained": 0, "anywhere": 1, "parts": 1}


@pytest.mark.parametrize(("output", "right"), [
    ("A", 1), ("The answer is D.", 1), ("B and C", 1), ("Spleen", 1), ("C", 0), ("A, D", 0), ("E", 0),
])  # fmt: skip
def test_any_answer_that_examiners_accepted_is_right_and_a_mixture_of_them_is_not(output: str, right: float) -> None:
    told = {"choices": made.ORGANS, "outputs": ["A", "D", "B, C"], "gold": ["A"]}
    assert one(Accuracy(), output, **told)[0] == right


def test_any_accepted_choice_may_be_contained() -> None:
    told = {"choices": made.DISEASES, "outputs": ["Pneumonia", "Anaemia"], "gold": ["Pneumonia"], "metric": "contained"}
    assert [one(Contained(), said, **told)[0] for said in ("Anaemia", "Pneumonia", "Bronchitis")] == [1, 1, 0]


@pytest.mark.parametrize(("gold", "output", "said"), [
    (["aspirin", "ibuprofen"], "aspirin, ibuprofen", ["aspirin", "ibuprofen"]),
    (["aspirin", "ibuprofen"], "Ibuprofen; aspirin.", ["ibuprofen", "aspirin"]),
    (["aspirin", "ibuprofen"], "The chemicals are: aspirin, and ibuprofen.", ["aspirin", "ibuprofen"]),
    (["aspirin", "ibuprofen"], "Here they are:\n- aspirin\n- ibuprofen", ["aspirin", "ibuprofen"]),
    (["aspirin", "ibuprofen"], "1. **aspirin**\n2. **ibuprofen**", ["aspirin", "ibuprofen"]),
    (["aspirin", "ibuprofen"], '["aspirin", "ibuprofen"]', ["aspirin", "ibuprofen"]),
    (["aspirin"], '```json\n{"chemicals": ["aspirin"]}\n```', ["aspirin"]),
    (["fever [Finding]"], '[{"mention": "fever", "type": "Finding"}]', ["fever [finding]"]),
    (["fever [Finding]"], "fever (Finding)", ["fever [finding]"]),
    (["1,2-dichloroethane", "urea"], "urea, 1,2-dichloroethane", ["urea", "1,2-dichloroethane"]),
    (["N,N-dimethyl"], "N,N-dimethyl", ["n,n-dimethyl"]), (["vitamin D, oral"], "vitamin D, oral", ["vitamin d, oral"]),
    (["vitamin D"], "vitamin D, oral", ["vitamin d", "oral"]), (["ratio 2: 1"], "ratio 2: 1", ["ratio 2: 1"]),
    (["breast cancer", "anaemia"], "breast cancer and anaemia", ["breast cancer", "anaemia"]),
    (["head and neck tumour"], "head and neck tumour", ["head and neck tumour"]),
    (["aspirin"], "aspirin and salt and pepper", ["aspirin", "salt and pepper"]),
    (["肺炎", "发热"], "肺炎和发热", ["肺炎", "发热"]),
    (["x (Drug)", "y (Finding)"], "x [Drug], y: Finding", ["x [drug]", "y: finding"]),
    (["x (Drug)", "y (Drug)"], '{"entities": [{"text": "x", "type": "Drug"}], "relations": []}\n'
     '{"entities": [{"text": "y", "type": "Drug"}], "relations": [{"type": "of", "head": "y", "tail": "x"}]}',
     ["x [drug]", "y [drug]"]),
    (["aspirin", "urea"], "The chemicals mentioned in the text are aspirin and urea.", ["aspirin", "urea"]),
    (["aspirin", "urea"], "I found:\n* aspirin\n* urea\n\nLet me know if you need more.", ["aspirin", "urea"]),
    (["aspirin", "urea"], "aspirin (a drug), urea", ["aspirin", "urea"]),
    (["aspirin"], "['aspirin', 'x']", ["aspirin", "x"]),
    (["no reflow", "stroke"], "no reflow, stroke", ["no reflow", "stroke"]), (["x"], "- None", []),
    (["x"], "The text does not mention any disease.", []), (["x"], "No. 5 fluorouracil", ["no. 5 fluorouracil"]),
    (["a", "b, c", "a, b"], "a, b, c, a, b", ["a", "b, c", "a, b"]), (["aspirin"], "None", []),
    (["aspirin"], "There is no chemical in the text.", []), (["aspirin"], "No chemicals were mentioned.", []),
    (["nitric oxide"], "nitric oxide", ["nitric oxide"]), (["no"], "NO", ["no"]),
    (["肺炎", "发热"], "肺炎，发热。", ["肺炎", "发热"]),
    (["aspirin"], "没有化学物质。", []), (["аспирин"], "Нет веществ", []),
    (["aspirin"], "aspirin\naspirin", ["aspirin"]),
    (["aspirin"], "", None), (["aspirin"], "  \n", None),
])  # fmt: skip
def test_mentions_are_read_from_lists_of_every_kind(gold: list[str], output: str, said: list[str] | None) -> None:
    _, read = one(EntityF1(), output, outputs=[", ".join(gold)], gold=gold, metric="entity-f1")
    assert read == (None if said is None else "; ".join(said))


def test_f1_of_entities_is_counted_over_all_items() -> None:
    rows = [made.item("t", at, outputs=[", ".join(gold) or made.NO_CHEMICAL], gold=gold, metric="entity-f1")
            for at, gold in enumerate([["a x", "b x"], ["c x"], [], []])]  # fmt: skip
    items = with_output(made.frame(rows), "a x, d x", "big c x", made.NO_CHEMICAL, "e x")
    found = figures(EntityF1(), items)
    assert found["precision"] == 1 / 4 and found["recall"] == 1 / 3 and found["f1"] == pytest.approx(2 / 7)
    near_precision, near_recall = 2 / 4, 2 / 3
    assert found["relaxed_f1"] == pytest.approx(2 * near_precision * near_recall / (near_precision + near_recall))
    assert found["whole"] == 1 / 4, "the third item, where nothing is to be found and that is said"
    typed = made.frame([made.item("t", 0, outputs=["x"], gold=["fever [A]", "mass [B]"], metric="entity-f1")])
    assert figures(EntityF1(), with_output(typed, "fever [B]; mass [B]"))["f1"] == 1 / 2


def test_brackets_are_a_type_only_where_all_mentions_have_them() -> None:
    """The abbreviation behind one mention of an untyped task is no type, so that the mention without it is near."""
    untyped = [made.item("t", at, outputs=[one], gold=[one], metric="entity-f1")
               for at, one in enumerate(["tumour necrosis factor (TNF)", "aspirin"])]  # fmt: skip
    items = with_output(made.frame(untyped), "tumour necrosis factor", "aspirin")
    assert figures(EntityF1(), items)["relaxed_f1"] == 1 and figures(EntityF1(), items)["f1"] == 0.5


@pytest.mark.parametrize(("output", "right"), [
    ("1: neutral\n2: entailment", 1), ("1. Neutral.\n2. It is an entailment", 1), ("2: entailment\n1: neutral", 1),
    ("1: entailment\n2: neutral", 0), ("neutral, entailment", 0), ("1: neutral", 0), ("", 0),
])  # fmt: skip
def test_labels_of_numbered_lines_must_stand_in_their_own_lines(output: str, right: float) -> None:
    """As one set, any order of the right labels would be right."""
    value, _ = one(Accuracy(), output, outputs=["1: neutral\n2: entailment"], gold=["neutral", "entailment"],
                   choices=made.words("entailment", "neutral", "contradiction"))  # fmt: skip
    assert value == right


def test_f1_of_labels_is_the_mean_of_labels() -> None:
    first, second = made.MARKS[0]["text"], made.MARKS[1]["text"]
    rows = [made.item("t", at, outputs=["; ".join(gold) or "None"], gold=gold, choices=made.MARKS, metric="label-f1")
            for at, gold in enumerate([[first], [first, second], []])]  # fmt: skip
    items = with_output(
        made.frame(rows), "resisting cell death", "It is Resisting cell death, Cellular energetics.", "None."
    )
    found = figures(LabelF1(), items)
    assert found["macro_f1"] == pytest.approx((1 + 0 + 0) / 3), "two that were missed or made up; one that nobody names"
    assert found["whole"] == pytest.approx(2 / 3)
    assert LabelF1().measure(with_output(made.frame(rows[:1]), "Who knows?")).said.to_list() == [None]
    free = [made.item("t", 0, outputs=["x"], gold=["Asthma", "Lung"], metric="label-f1")]
    assert figures(LabelF1(), with_output(made.frame(free), "lung, ASTHMA"))["macro_f1"] == 1


def test_what_is_thought_aloud_is_no_output() -> None:
    items = made.frame(made.choice("57", "en", made.ORGANS, ["B", "A"]))
    told = with_output(items, "<think>The answer is A.</think>\n\nB", "<think>A")
    lines, read = bench_lines(without_thoughts(told), METRICS, draws=5)
    assert read["said"].to_list() == ["B", None] and lines[0].unparsed == 1


MENTION = st.text(st.sampled_from("ab1,;-(). [])肺ж"), min_size=1, max_size=8).filter(lambda text: text.strip())


@given(st.lists(st.lists(MENTION, max_size=4, unique=True), min_size=1, max_size=4))
def test_gold_entities_score_1_whatever_signs_are_in_them(lists: list[list[str]]) -> None:
    rows = [made.item("t", at, outputs=[", ".join(gold) or "None."], gold=gold, metric="entity-f1")
            for at, gold in enumerate(lists)]  # fmt: skip
    items = made.frame(rows)
    found = figures(EntityF1(), with_output(items, *(row["outputs"][0] for row in rows)))
    assert all(value in (1.0, pytest.approx(1.0)) or np.isnan(value) for value in found.values()), found


@settings(max_examples=60)
@given(
    st.text(max_size=120), st.sampled_from([made.ORGANS, made.THREE, made.numbers("Gout", "Rickets"), made.DISEASES])
)
def test_any_output_is_read_without_an_error(output: str, choices: list[dict[str, str]]) -> None:
    for metric in (Accuracy(), Contained(), EntityF1(), LabelF1()):
        items = with_output(made.frame([made.choice("t", "ru", choices, [choices[0]["mark"]])[0]]), output)
        measured = metric.measure(items)
        assert 0 <= measured.value[0] <= 1
        assert measured.said[0] is not None or measured.value[0] == 0
