"""The vote of one annotator on every sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from annotators.devices import wants_gpu
from annotators.llm.asking import Failure
from annotators.recognizers.recognizer import Recognizer
from builders.base import REJECTED_SCHEMA, Kept, Stage
from schemas.ner import Vote


@dataclass(frozen=True)
class ReadSentences(Stage):
    """Vote rows, one per sentence; a sentence that the annotator has no answer for is rejected here with its reason.

    It stays in the corpus: the others decide.
    """

    recognizer: Recognizer

    version: ClassVar[int] = 1

    @property
    def data(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """What the annotator reads."""
        return getattr(self.recognizer, "data", ())

    @property
    def resources(self) -> Mapping[str, float]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """A GPU worker where the annotator must have one."""
        return {"GPU": 1} if wants_gpu(self.recognizer.device) else {}

    def check(self) -> None:
        """Raise where the annotator cannot run here."""
        self.recognizer.check()

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Sentence rows."""
        sentences = frames[0]
        readings = self.recognizer.read(sentences["text"].to_list())
        rows: list[dict[str, Any]] = []
        rejected: list[tuple[str, str, str]] = []
        for (name, split), reading in zip(sentences.select("id", "split").iter_rows(), readings, strict=True):
            if isinstance(reading, Failure):
                rejected.append((name, reading.reason, reading.detail))
            else:
                entities = [entity._asdict() for entity in reading]
                rows.append({"id": name, "annotator": self.recognizer.name, "split": split, "entities": entities})
        schema = {name: column.dtype for name, column in Vote.columns().items()}
        return Kept(pl.DataFrame(rows, schema), pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row"))
