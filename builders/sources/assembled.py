"""Reports put together from columns, one section each, for sources that keep no whole text."""

from collections.abc import Mapping

import polars as pl

GAP = "\n\n"


def assemble(frame: pl.DataFrame, sections: Mapping[str, str]) -> pl.DataFrame:
    """Add `text` and `sections` to a frame, from its columns named by `sections` (section name to column).

    The text is `FINDINGS: …`, `IMPRESSION: …`, one paragraph a section in the order given, so that the offset of
    every section into it is known. Cells that are null or blank make no section.
    """
    said, parts, offset = [], [], pl.lit(0, pl.Int32)
    for section, column in sections.items():
        heading = f"{section.upper().replace('_', ' ')}: "
        body = pl.col(column).fill_null("").str.strip_chars()
        there = body != ""
        start = offset + len(heading)
        said.append(pl.when(there).then(pl.struct(name=pl.lit(section), start=start.cast(pl.Int32), text=body)))
        parts.append(pl.when(there).then(pl.lit(heading) + body))
        length = body.str.len_chars().cast(pl.Int32) + len(heading) + len(GAP)
        offset = offset + pl.when(there).then(length).otherwise(0)
    return frame.with_columns(
        text=pl.concat_str(parts, separator=GAP, ignore_nulls=True),
        sections=pl.concat_list(said).list.drop_nulls(),
    )
