"""Find the records that a stage fails on, and let the others pass."""

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from builders.base import Kept
from builders.boundary import StageError
from schemas.errors import MedmillError

NOT_THE_RECORD = (OSError, MemoryError, MedmillError)
"""Failures of the machine, or of the stage as a whole: the partition is tried again, or reported."""
HOPELESS = 20
"""So many records that fail while not one passes: the stage is broken, not the records."""

Call = Callable[..., pl.DataFrame | Kept]


def call_isolating(call: Call, frames: Sequence[pl.DataFrame], by: Sequence[str], input_id: str) -> pl.DataFrame | Kept:
    """What `call(*frames)` returns; where it raises, records that fail alone are rejected as `raised`.

    A record is all rows with equal `by`, in every frame that has these columns. The detail of a rejected row
    names the exception and its place in the code, never its message, which may quote the text of a patient.
    """
    try:
        return call(*frames)
    except NOT_THE_RECORD:
        raise
    except Exception as error:  # a record's failure becomes a rejected row
        return _Isolation(call, by, input_id).of(frames, error)


class _Isolation:
    """One bisection over the records of a partition."""

    def __init__(self, call: Call, by: Sequence[str], input_id: str) -> None:
        self.call, self.by, self.input_id = call, list(by), input_id
        self.good: list[pl.DataFrame] = []
        self.bad: list[pl.DataFrame] = []

    def of(self, frames: Sequence[pl.DataFrame], error: Exception) -> Kept:
        """All that passes, and a rejected row per record that does not."""
        records = frames[0].select(self.by).unique(maintain_order=True)
        self._halve(frames, records, error)
        if not self.good:
            raise StageError(f"not one of {records.height} records passes: {where(error)}") from error
        return Kept(pl.concat(self.good), pl.concat(self.bad))

    def _halve(self, frames: Sequence[pl.DataFrame], records: pl.DataFrame, error: Exception) -> None:
        if records.height <= 1:
            self._reject(frames[0], error)
            return
        middle = records.height // 2
        for part in (records[:middle], records[middle:]):
            self._try([self._only(frame, part) for frame in frames], part)

    def _try(self, frames: Sequence[pl.DataFrame], records: pl.DataFrame) -> None:
        try:
            made = self.call(*frames)
        except NOT_THE_RECORD:
            raise
        except Exception as error:  # the same, for one half
            self._halve(frames, records, error)
            return
        frame, rejected = made if isinstance(made, Kept) else (made, None)
        self.good.append(frame)
        if rejected is not None:
            self.bad.append(rejected.select("id", "reason", "detail"))

    def _only(self, frame: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
        if not set(self.by) <= set(frame.columns):
            return frame
        return frame.join(records, on=self.by, how="semi", nulls_equal=True, maintain_order="left")

    def _reject(self, frame: pl.DataFrame, error: Exception) -> None:
        if not self.good and len(self.bad) >= HOPELESS:
            raise StageError(f"the first {HOPELESS} records all fail: {where(error)}") from error
        ids = frame.select(pl.col(self.input_id).cast(pl.String).unique(maintain_order=True)).to_series()
        self.bad.append(pl.select(id=ids, reason=pl.lit("raised"), detail=pl.lit(where(error))))


def where(error: BaseException) -> str:
    """Type of an exception and the place in the code that raised it, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    path = Path(frames[-1].filename)
    return f"{type(error).__name__} at {'/'.join(path.parts[-3:])}:{frames[-1].lineno}"
