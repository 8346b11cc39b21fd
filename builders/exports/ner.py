"""`medmill export ner`: a labelled corpus in another format."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from cyclopts import Parameter

from builders.ner_formats.corpus import read, recognised, write
from schemas.errors import UsageError


def ner(
    corpus: Path,
    *,
    to: Literal["conll", "published", "docbin", "brat"],
    out: Path,
    split: tuple[str, ...] = (),
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Write texts with entities as CoNLL columns, in RaTE-NER's published layout, as spaCy DocBin or as BRAT standoff.

    CORPUS is a finished build of rate-ner, or a folder in any of these formats; which one is seen from its files.
    Ids, texts and offsets come back to the letter on the way back. `published` makes a folder per source where the
    corpus says what its sources are. The text stays under the terms of its source. For example:

        medmill export ner corpus --to brat --out corpus-brat --split test

    Args:
        corpus: The folder of the corpus.
        to: `conll`, `published`, `docbin` or `brat`.
        out: The folder to write to: new, empty, or of the same format, whose splits of these names are replaced.
        split: Only this split (train, validation, test); repeatable.
        as_json: Print the counts as one JSON object.
    """
    splits = _chosen(read(corpus), split, corpus)
    _refuse_other(out, to, corpus)
    write(to, splits, out)
    counts = {name: counted(rows) for name, rows in splits.items()}
    told = json.dumps({"format": to, "out": str(out), "splits": counts}) if as_json else f"{out}: {_line(counts)}"
    print(told)
    return 0


def counted(rows: pl.DataFrame) -> dict[str, int]:
    """How many texts, and how many entities of each type in the order of the alphabet."""
    types = rows["entities"].explode(empty_as_null=False).struct.field("type")
    return {"texts": rows.height, **dict(types.value_counts(name="entities").sort("type").iter_rows())}


def _line(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Counts of every split in one line."""
    parts = (f"{split} {', '.join(f'{n} {what}' for what, n in count.items())}" for split, count in counts.items())
    return "; ".join(parts)


def _chosen(splits: dict[str, pl.DataFrame], wanted: tuple[str, ...], corpus: Path) -> dict[str, pl.DataFrame]:
    if missing := [name for name in wanted if name not in splits]:
        raise UsageError(f"--split {missing[0]}: {corpus} has {', '.join(splits)}")
    return {name: rows for name, rows in splits.items() if not wanted or name in wanted}


def _refuse_other(out: Path, to: str, corpus: Path) -> None:
    if out.resolve() == corpus.resolve():
        raise UsageError(f"--out {out} is the corpus itself; name a new folder")
    if out.is_dir() and any(out.iterdir()) and (found := recognised(out)) != to:
        raise UsageError(f"--out {out}: it holds {found or 'other files'}, not {to}; name a new folder")
