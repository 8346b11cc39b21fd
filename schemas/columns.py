"""Tags that say what a column holds; terms and releases act on the tags, never on names."""

from typing import Final, TypedDict

TAGS: Final = (
    "id",  # ids of the source or made of them
    "quasi_identifier",  # patient ids, dates: may identify together
    "source_text",  # text of the source, or words quoted from it
    "adapted_text",  # text written from the source's text (paraphrase, question, rationale)
    "label",  # our canonical words, classes, positions
    "score",
    "path",
    "count",
)


class Tagged(TypedDict, total=False):
    """The metadata of one column: its tag and, where it has one, its unit ("mm", "characters")."""

    tag: str
    unit: str


def tag(name: str, unit: str = "") -> dict[str, str]:
    """Column metadata for dataframely columns; raises `ValueError` for an unknown tag."""
    if name not in TAGS:
        raise ValueError(f"unknown column tag {name!r}; expected one of {', '.join(TAGS)}")
    return {"tag": name, "unit": unit} if unit else {"tag": name}
