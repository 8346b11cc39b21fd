"""What near copies are looked for in."""

from builders.stages.instructions.texts import Texts
from tests.builders.stages.instructions.made import instances


def test_rows_of_tables_are_not_compared():
    """A hundred thousand rows of one table were near to each other, and took ten times as long as the build else."""
    rows = instances({"id": "a", "task": "1"}, {"id": "b", "task": "2"}, {"id": "c", "task": "2", "split": "test"})
    assert Texts(("1",))(rows)["id"].to_list() == ["b", "c"]
    assert Texts()(rows)["id"].to_list() == ["a", "b", "c"]
    assert Texts()(rows)["text"].to_list()[0] == "question a\nanswer a"
