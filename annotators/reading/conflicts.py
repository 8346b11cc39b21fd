"""What shows only when a whole report is read: the same finding on opposite sides in findings and impression."""

import polars as pl


def mark_conflicts(entities: pl.DataFrame) -> pl.DataFrame:
    """Flag `laterality_conflict` where findings and impression put one finding on opposite sides and nowhere else."""
    sided = entities.filter(
        pl.col("laterality").is_in(["left", "right"])
        & pl.col("assertion").is_in(["present", "uncertain"])
        & (pl.col("type") != "Anatomy")
    )
    apart = (
        sided.group_by("report", "canonical", maintain_order=True)
        .agg(
            said=pl.col("laterality").cast(pl.String).filter(pl.col("section") != "impression").unique().sort(),
            concluded=pl.col("laterality").cast(pl.String).filter(pl.col("section") == "impression").unique().sort(),
        )
        .filter(
            (pl.col("said").list.len() == 1)
            & (pl.col("concluded").list.len() == 1)
            & (pl.col("said").list.first() != pl.col("concluded").list.first())
        )
        .select("report", "canonical", conflict=pl.lit(True))
    )
    if apart.is_empty():
        return entities
    flagged = pl.col("conflict").fill_null(False) & pl.col("laterality").is_not_null() & (pl.col("type") != "Anatomy")
    return (
        entities.join(apart, on=["report", "canonical"], how="left", maintain_order="left")
        .with_columns(
            flags=pl.when(flagged).then(pl.col("flags").list.concat(pl.lit(["laterality_conflict"]))).otherwise("flags")
        )
        .drop("conflict")
    )
