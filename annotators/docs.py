"""Entities on spaCy documents: its tokens, our sentences, one span per entity; what NER training and IOB start from."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from annotators.reading.sentences import split

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

SPANS = "rate"
"""Key of `Doc.spans`; spans may overlap (an anatomy within a finding), which `Doc.ents` does not allow."""
_KEY = ("report", "section", "section_index")


def docs(frame: pl.DataFrame, entities: pl.DataFrame) -> Iterator["Doc"]:
    """One document per passage, in order.

    Args:
        frame: The passages that were annotated: `report`, `section`, `section_index`, `text`.
        entities: What `Findings().annotate(frame)` made of them.

    Yields:
        Documents of spaCy's blank English tokeniser with sentence starts and `doc.spans["rate"]`: RaTE type as
        label, canonical term as `kb_id_`. A boundary within a token is moved out to the token's.
    """
    columns = ["start", "end", "type", "canonical"]
    found = entities.partition_by(_KEY, as_dict=True)
    for *key, text in frame.select(*_KEY, "text").iter_rows():
        doc = _document(text or "")
        rows = found.get(tuple(key))
        spans = () if rows is None else rows.select(columns).iter_rows()
        placed = (
            doc.char_span(start, end, label=kind, kb_id=canonical, alignment_mode="expand")
            for start, end, kind, canonical in spans
        )
        doc.spans[SPANS] = [span for span in placed if span is not None]
        yield doc


def _document(text: str) -> "Doc":
    doc = _tokeniser().make_doc(text)
    starts = {start for start, _ in split(text)}
    for token in doc:
        token.is_sent_start = token.i == 0 or token.idx in starts
    return doc


@cache
def _tokeniser() -> "Language":
    import spacy

    return spacy.blank("en")
