"""`medmill score baselines`: BLEU, ROUGE and BERTScore of pairs of reports."""

import json
from pathlib import Path
from typing import Annotated

import polars as pl
from cyclopts import Parameter

from schemas.errors import SourceError, UsageError


def baselines(
    *,
    candidates: Path,
    references: Path,
    out: Path,
    id_: Annotated[str, Parameter(name="--id")] = "id",
    text: str = "text",
    metrics: str = "bleu,rouge",
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Scores of candidate reports against the references of the same ids, by metrics that everybody has.

    One row per candidate, in the order of the file: its id, and from 0 to 1 `bleu` (sacrebleu, of sentences),
    `rouge1`, `rouge2`, `rougeL` (rouge-score, F1), `bertscore` (F1 of a model's states). A candidate without words
    scores 0; without words in the reference there is no score. Needs the extra `metrics`. Example:

        medmill score baselines --candidates made.csv --references reports.csv --out scores.csv

        medmill score baselines --candidates made.csv --references reports.csv --out scores.csv \\
            --metrics bleu,rouge,bertscore:/models/my-bert

    Args:
        candidates: a .csv, .parquet or .jsonl file, .gz too.
        references: another, with the same ids; more of them do no harm.
        out: the file to write; its name says the format.
        id_: the column with the id, in both files; each id once.
        text: the column with the text, in both files.
        metrics: bleu, rouge, bertscore:FOLDER, with commas between them.
        as_json: print one JSON object: rows and the mean of each metric.
    """
    from annotators.baselines.baseline import chosen
    from builders.streams import kind, write

    kind(out)
    made = [chosen(name.strip()) for name in metrics.split(",") if name.strip()]
    if not made:
        raise UsageError("--metrics names none; expected bleu, rouge or bertscore:FOLDER")
    pairs = _pairs(candidates, references, id_, text)
    for one in made:
        scores = one.score(pairs["_candidate"].to_list(), pairs["_reference"].to_list())
        pairs = pairs.with_columns(pl.Series(name, values, dtype=pl.Float64) for name, values in scores.items())
    pairs = pairs.drop("_candidate", "_reference")
    write(out, iter([pairs]))
    means = {name: pairs[name].mean() for name in pairs.columns if name != id_}
    if as_json:
        print(json.dumps({"rows": len(pairs), "out": str(out), "mean": means}, indent=2))
    else:
        told = ", ".join(f"{name} {'-' if mean is None else f'{mean:.4f}'}" for name, mean in means.items())
        print(f"{len(pairs):,} pairs scored ({told}): {out}")
    return 0


def _pairs(candidates: Path, references: Path, id_: str, text: str) -> pl.DataFrame:
    """Texts of both by id; raises `SourceError` where an id stands twice or has no reference."""
    ours, theirs = (_texts(path, id_, text) for path in (candidates, references))
    paired = ours.rename({text: "_candidate"}).join(
        theirs.rename({text: "_reference"}), on=id_, how="left", maintain_order="left"
    )
    if alone := paired.join(theirs, on=id_, how="anti").height:
        raise SourceError(
            f"{references}: {alone:,} ids of {candidates} are not there; each candidate needs a reference"
        )
    return paired.with_columns(pl.col("_candidate", "_reference").fill_null(""))


def _texts(path: Path, id_: str, text: str) -> pl.DataFrame:
    from builders.cells import or_empty
    from builders.streams import batches

    read = pl.concat(or_empty(batches(path, [id_, text], 100_000), [id_, text]))
    frame = read.with_columns(pl.col(id_, text).cast(pl.String))
    if twice := len(frame) - frame[id_].n_unique():
        raise SourceError(f"{path}: {twice:,} rows repeat an id; each id once, so that pairs are certain")
    return frame
