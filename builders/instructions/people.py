"""Whose documents a corpus holds: corpora of MIMIC are about the same patients."""

from typing import Final

import polars as pl

MIMIC: Final = "mimic"


def people_of(corpus: str) -> str:
    """`mimic` for all corpora of MIMIC-IV and MIMIC-CXR, which call a patient alike; else the corpus itself."""
    return MIMIC if corpus.startswith(f"{MIMIC}-") else corpus


def named(documents: pl.Expr, corpus: str, *, declared: bool) -> pl.Expr:
    """`CORPUS/…`; documents that a corpus of MIMIC declares are patients, `mimic/10000032` in all of these corpora."""
    people = people_of(corpus)
    if people == corpus or not declared:
        return pl.lit(f"{corpus}/") + documents
    return pl.lit(f"{people}/") + documents.str.replace(r"^p(\d+)$", "$1")
