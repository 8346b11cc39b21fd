"""A trained model on the rows of any table, sentence by sentence: entities under their own ids."""

from collections.abc import Iterator, Sequence

import polars as pl

from annotators.reading.sentences import split
from annotators.tokens.opening import EntityAnnotator
from builders.cells import cells, numbered, under_ids

ENTITY = {
    "row": pl.Int64, "section": pl.String, "sentence": pl.Int64, "start": pl.Int64, "end": pl.Int64,
    "text": pl.String, "type": pl.String,
}  # fmt: skip


def annotated(
    frames: Iterator[pl.DataFrame], id_: str, texts: Sequence[str], model: EntityAnnotator
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Per batch: rows read, and entities in the order of rows, text columns and words."""
    for first, frame in numbered(frames, (id_, *texts)):
        sentences = [
            (row, section, number, begin, text[begin:end])
            for row, section, text in cells(frame, first, texts)
            for number, (begin, end) in enumerate(split(text))
        ]
        found = model.annotate([sentence for *_, sentence in sentences])
        rows = [
            (row, section, number, begin + span.start, begin + span.end, sentence[span.start : span.end], span.type)
            for (row, section, number, begin, sentence), spans in zip(sentences, found, strict=True)
            for span in spans
        ]
        yield len(frame), under_ids(pl.DataFrame(rows, ENTITY, orient="row"), frame, first, id_)
