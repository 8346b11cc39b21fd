"""`medmill annotate model`: entities by a token classifier, for the reports of any table."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import polars as pl
from cyclopts import Parameter

from builders.commands.annotate import BATCH, Progress, first_rows, text_columns
from schemas.errors import UsageError


def model(
    *,
    input_: Annotated[Path, Parameter(name="--input")],
    id_: Annotated[str, Parameter(name="--id")],
    text: str,
    out: Path,
    model: str,
    revision: str = "main",
    device: str = "auto",
    batch_tokens: int = 8192,
    limit: int | None = None,
    quiet: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Entities by a token classifier whose labels are O, B-… and I-… (RaTE-NER's, say), or by a spaCy pipeline.

    One row per entity: the id, row (from 0), section (the text column), sentence, start, end (characters), text, type.
    Entities are whole words; longer sentences than the model reads are read in windows. Example:

        medmill annotate model --model ./rate-ner-deberta --input reports.csv --id study_id --text findings \\
            --out entities.parquet

    Args:
        input_: a .csv, .parquet or .jsonl file, .gz too.
        id_: the column with the id of a report; ids may repeat.
        text: the column with the text; several, with commas between them, are read as sections of one report.
        out: the file to write; its name says the format (.csv, .parquet, .jsonl, .gz too).
        model: a folder with config.json, weights and tokenizer.json, an id of the Hub, or a folder of spaCy; `medmill
            train ner` writes such folders.
        revision: of the Hub.
        device: auto, cpu, cuda, cuda:1.
        batch_tokens: read together, padding included.
        limit: only the first so many rows.
        quiet: no progress.
        as_json: print one JSON object with counts.
    """
    from annotators.tokens.opening import opened
    from builders.model_annotating import ENTITY, annotated
    from builders.streams import batches, kind, write

    texts = text_columns(text, id_, ENTITY)
    kind(input_)
    kind(out)
    if input_.absolute() == out.absolute():
        raise UsageError(f"{out}: --out is the input itself; name another file")
    if batch_tokens < 1:
        raise UsageError("--batch-tokens is at least 1")
    progress = Progress(quiet)
    classifier = opened(model, revision, device, batch_tokens)
    read = first_rows(batches(input_, [id_, *texts], BATCH), limit)

    def entities() -> Iterator[pl.DataFrame]:
        for rows, made in annotated(read, id_, texts, classifier):
            for type_, number in made["type"].value_counts(sort=True).iter_rows():
                progress.counts[type_] = progress.counts.get(type_, 0) + number
            progress.add(rows)
            yield made

    written = write(out, entities())
    if as_json:
        facts = {"rows_in": progress.rows, "rows_out": written, "out": str(out), "counts": progress.counts}
        print(json.dumps({**facts, "seconds": round(progress.seconds, 3)}, indent=2))
    else:
        told = ", ".join(f"{number:,} {name}" for name, number in progress.counts.items())
        print(
            f"{progress.rows:,} rows read, {written:,} entities ({told}) written to {out} in {progress.seconds:.1f} s"
        )
    return 0
