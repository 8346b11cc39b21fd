"""Tags that say what a column holds; terms and releases act on the tags, never on names."""

from typing import Any, Final

TAGS: Final = (
    "id",  # ids of the source or made of them
    "quasi_identifier",  # patient ids, dates: may identify together
    "source_text",  # text of the source, or words quoted from it
    "adapted_text",  # text written from the source's text (paraphrase, question, rationale)
    "text_group",  # equal for equal texts: a hash of a text, which a dictionary of texts reverses
    "text_key",  # hash of a whole report: never leaves, since it opens the hashes that stand for text in releases
    "label",  # our canonical words, classes, positions
    "score",
    "path",  # within the source, where it may tell the patient
    "file",  # within the build, of what the row's table made: a mask; a release carries it
    "licence",  # licence id of the row, where rows of one source differ in it
    "count",
)


IDENTIFIES: Final = ("subject", "scan", "study", "document", "text")
"""What a column may tell apart: if its value stands in train here and in test there, something leaks.

`scan`: one acquisition, whose reconstructions are the same picture; `document`: an article, patient or exam under the
name of its corpus, which is the same whatever other corpora stand beside it; `text`: a group of equal texts.
"""


def tag(name: str, unit: str = "", *, identifies: str = "") -> dict[str, Any]:
    """Column metadata for dataframely columns; raises `ValueError` for an unknown tag or an unknown kind."""
    if name not in TAGS:
        raise ValueError(f"unknown column tag {name!r}; expected one of {', '.join(TAGS)}")
    if identifies and identifies not in IDENTIFIES:
        raise ValueError(f"a column identifies one of {', '.join(IDENTIFIES)}; got {identifies!r}")
    said = {"tag": name, "unit": unit, "identifies": identifies}
    return {key: value for key, value in said.items() if value}


def cut_from(report: str, **columns: str) -> dict[str, Any]:
    """Metadata of a column of source text that says where its words stand, so that a release can leave them out.

    `report` is the column of the report's id. Then either `section`, `section_index`, `start` and `end` name the
    columns that locate a span in a section of it (characters), or `passages` a column as `Study.passages`.
    """
    if set(columns) not in ({"section", "section_index", "start", "end"}, {"passages"}):
        raise ValueError(f"text is located by section, section_index, start and end, or by passages; got {columns}")
    return {**tag("source_text"), "cut_from": {"report": report, **columns}}
