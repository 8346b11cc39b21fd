"""Sentences of our own with odd syntax, labelled before they were read: ellipsis, exceptions, comparisons, lists."""

from pathlib import Path

import polars as pl

from annotators.rules import Findings

TABLE = Path(__file__).with_name("odd_syntax.tsv")
RIGHT = 53
"""Of 60, by assertion alone: places are not judged here. The first try gave 48, once five labels had taken the
lexicon's name of their term; four rules then added were chosen on these sentences, so 53 is no held-out figure."""


def test_assertions_of_odd_sentences_do_not_fall_below_the_bar() -> None:
    table = pl.read_csv(TABLE, separator="\t", quote_char=None).with_row_index("number")
    passages = table.select(report=pl.format("r{}", "number"), section=pl.lit("findings"),
                            section_index=pl.lit(0), text="text")  # fmt: skip
    said = Findings().annotate(passages).select("report", "canonical", "assertion").cast(pl.String).unique()
    labels = table.select("canonical", "assertion", report=pl.format("r{}", "number"))
    assert labels.join(said, on=["report", "canonical", "assertion"], how="semi").height >= RIGHT
