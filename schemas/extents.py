"""Which masks show a finding itself and not the structure that it is in (`schemas/extents.tsv`)."""

from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from schemas import anatomy

_FILE: Final = Path(__file__).with_name("extents.tsv")


@cache
def extents() -> pl.DataFrame:
    """(node, term, structure): a mask named `structure` is the extent of the finding `term` at the node."""
    rows = (line.split("\t") for line in _FILE.read_text(encoding="utf-8").splitlines()[1:] if line[0] != "#")
    said = [
        (node, term, structure)
        for structure, term, within in rows
        for node in (within, *sorted(anatomy.descendants(within)))
    ]
    return pl.DataFrame(said, ["node", "term", "structure"], orient="row")
