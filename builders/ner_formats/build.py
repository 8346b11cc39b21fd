"""A finished build or release of rate-ner as a labelled corpus: its table `sentences`."""

from pathlib import Path
from typing import Final

import polars as pl

from builders.ner_formats.frames import ENTITY, checked
from schemas.errors import SourceError
from schemas.words import SPLITS

TABLE: Final = "sentences"
_NEEDED: Final = ("id", "split", "text", "entities")


def files(folder: Path) -> list[Path]:
    """The Parquet files of the table."""
    return sorted((folder / TABLE).rglob("*.parquet"))


def read(folder: Path) -> dict[str, pl.DataFrame]:
    """The splits with `id`, `text`, `entities`, and `source` where the table has it, in order of id."""
    scan = pl.scan_parquet(files(folder), missing_columns="insert", hive_partitioning=False)
    try:
        columns = scan.collect_schema()
        if missing := [name for name in _NEEDED if name not in columns]:
            raise SourceError(f"{folder / TABLE}: no column {missing[0]}; expected {', '.join(_NEEDED)}")
        fields = [pl.element().struct.field(field.name).cast(field.dtype) for field in ENTITY.fields]
        held = scan.select(
            "id", "text", pl.col("entities").list.eval(pl.struct(fields)), *_source(columns), split="split"
        )
        found = held.cast({"id": pl.String, "text": pl.String, "split": pl.String}).sort("id").collect()
    except pl.exceptions.PolarsError as error:
        raise SourceError(
            f"{folder / TABLE}: not readable as a table of sentences ({error}); build it again"
        ) from error
    named = {split: found.filter(pl.col("split") == split).drop("split") for split in SPLITS}
    return checked({split: rows for split, rows in named.items() if rows.height}, folder)


def _source(columns: pl.Schema) -> list[pl.Expr]:
    return [pl.col("source").cast(pl.String)] if "source" in columns else []
