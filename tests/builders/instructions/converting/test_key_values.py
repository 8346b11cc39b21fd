"""Rows of tables as text."""

from tests.builders.instructions.converting.own_rows import made, one, reason

ROW = {"age": [45.0], "sex": ["F"], "note": [None], "file": ["a.csv"], "stay": [7], "dead": [False]}
WORDS = {"True": "True", "False": "False"}


def test_columns_that_have_a_value_are_lines_and_the_label_is_never_one():
    found = one(ROW, "key-values", label="{dead}", leave_out=("stay",), words=WORDS)
    assert found["input"] == "age: 45\nsex: F"
    assert (found["outputs"], found["gold"]) == (["False"], ["False"])
    assert [choice["mark"] for choice in found["choices"]] == ["True", "False"]


def test_named_columns_stand_in_the_order_of_the_task():
    assert (
        one(ROW, "key-values", label="{dead}", columns=("sex", "stay", "age", "dead"))["input"]
        == "sex: F\nstay: 7\nage: 45"
    )


def test_options_of_a_column_are_all_its_values_and_stand_below():
    rows = {"age": [1, 2, 3], "ill": ["b", "a", "b"]}
    kept = made(rows, "key-values", label="{ill}", options=("{ill}",))
    assert kept.frame["input"].to_list() == [f"age: {n}\n\na\nb" for n in (1, 2, 3)]
    assert kept.frame["gold"].to_list() == [["b"], ["a"], ["b"]]
    assert kept.frame["choices"][0].to_list() == [{"mark": "a", "text": "a"}, {"mark": "b", "text": "b"}]


def test_a_label_that_is_no_option_is_rejected():
    row = {"age": [1], "ill": ["c"]}
    assert reason(row, "key-values", label="{ill}", options=("a", "b")) == ("answer_beyond_options", "column ill")
    assert reason(row, "key-values", label="{ill}", words={"a": "A"}) == ("unknown_label", "column ill")
    assert reason({"age": [1], "ill": [None]}, "key-values", label="{ill}", options=("a",)) == (
        "empty_output",
        "column ill",
    )
    assert reason({"age": [None], "ill": ["a"]}, "key-values", label="{ill}", options=("a",)) == (
        "empty_input",
        "column age",
    )
