"""What people said of rows, on its way into a release."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from schemas.manifest import ColumnRecord, TableRecord


@dataclass(frozen=True)
class Verified:
    """Per judged row of a table the columns of its key, and `columns` beside them; `protocol` says how it was done."""

    rows: pl.DataFrame
    columns: Sequence[ColumnRecord]
    protocol: str

    def beside(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of the table with what was said of each; rows and their order stay."""
        said = {column.name for column in self.columns}
        on = [name for name in self.rows.columns if name not in said]
        return rows.join(self.rows, on=on, how="left", maintain_order="left")

    def of(self, table: TableRecord) -> TableRecord:
        """The table with these columns behind its own."""
        return table.model_copy(update={"columns": [*table.columns, *self.columns]})
