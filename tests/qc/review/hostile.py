"""A build whose reports try to be a page: tags, quotes, and marks that turn text around."""

from typing import Any

import polars as pl

WORDS = (
    '"\'><script>window.taken = 1</script><img src=x onerror="window.taken = 2"> '
    "\u202eesrever\u202c &amp; {{ 7 * 7 }} שלום"
)


def make_hostile(good: Any) -> None:
    """Append the words to every validation report, and put some into what was read."""
    text = pl.col("text") + pl.lit(WORDS)
    passages = pl.concat_list(
        pl.struct(
            section=pl.lit("findings"),
            section_index=pl.lit(0, pl.Int32),
            start=pl.lit(0, pl.Int32),
            length=text.str.len_chars().cast(pl.Int32),
            file_start=pl.lit(10, pl.Int32),
        )
    )
    good.edit("corpus", lambda rows: rows.with_columns(text=text, passages=passages), "validation")
    good.edit(
        "findings",
        lambda rows: rows.with_columns(
            pl.col("entities").list.eval(pl.element().struct.with_fields(laterality=pl.lit(WORDS)))
        ),
        "validation",
    )
