"""What a row of a corpus has beside its own columns, whatever its layout."""

from typing import Final

ID: Final = "__id"
"""Unique in the corpus: `CORPUS/…`, of the option `id`, or file and number."""
DOCUMENT: Final = "__document"
"""What must not stand in two splits: `CORPUS/…`, of the option `document`, or the id; see `people.named` for MIMIC."""
SPLIT: Final = "__split"
"""The split that the corpus gives it; null where it has none."""
LICENCE: Final = "__licence"
"""Of the row, or of its corpus, as `schemas.licences` spells it; `unknown` where nothing is known."""
READING: Final = "__reading"
"""Which of the readings of its corpus it is of: tasks whose options differ read the corpus differently."""
UNANSWERABLE: Final = "__unanswerable"
"""Of `schemas.instructions.UNANSWERABLE` those that are true of a question, in corpora whose reading can know."""
OURS: Final = (ID, DOCUMENT, SPLIT, LICENCE, READING)
