"""Write a table piece by piece into one Parquet, CSV or JSON-lines file that is there whole or not at all."""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl

from builders.store import drafted
from schemas.errors import UsageError

ENDS = (".parquet", ".csv", ".jsonl")


class TableWriter:
    """A draft beside the file, renamed at the end; lists and structs are left out of CSV."""

    def __init__(self, out: Path) -> None:
        if out.suffix not in ENDS:
            raise UsageError(f"--out {out}: expected a file that ends in {', '.join(ENDS)}")
        if out.is_dir() or not out.parent.is_dir():
            raise UsageError(f"--out {out}: expected a file in a folder that is there")
        self.out = out
        self.parquet: Any = None
        self.rows = 0
        self.pieces = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            draft = stack.enter_context(drafted(self.out))
            self.file = stack.enter_context(draft.open("wb"))
            stack.callback(self._close_parquet)
            self._left = stack.pop_all()
        return self

    def add(self, frame: pl.DataFrame) -> None:
        """Append rows; every piece has the same columns."""
        if self.out.suffix == ".parquet":
            self._add_parquet(frame)
        elif self.out.suffix == ".csv":
            flat = [name for name, kind in frame.schema.items() if not kind.is_nested()]
            frame.select(flat).write_csv(self.file, include_header=not self.pieces)
        else:
            frame.write_ndjson(self.file)
        self.rows += frame.height
        self.pieces += 1

    def _add_parquet(self, frame: pl.DataFrame) -> None:
        from pyarrow.parquet import ParquetWriter

        table = frame.cast({pl.Enum: pl.String}).to_arrow()
        if self.parquet is None:
            self.parquet = ParquetWriter(self.file, table.schema, compression="zstd")
        self.parquet.write_table(table)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.__exit__(kind, error, trace)

    def _close_parquet(self) -> None:
        if self.parquet is not None:
            self.parquet.close()
