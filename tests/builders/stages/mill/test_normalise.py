"""Documents that hold no text to speak of."""

from builders.stages.mill.normalise import Normalise
from tests.builders.stages.mill.documents import documents


def test_what_is_no_text_is_rejected_with_its_length():
    kept, rejected = Normalise(min_characters=5)(documents("  \n ", "abc", "long enough"))
    assert kept["id"].to_list() == ["d2"]
    assert rejected.rows() == [
        ("d0", "empty_text", "0 characters, at least 5 are asked for"),
        ("d1", "too_short", "3 characters, at least 5 are asked for"),
    ]
