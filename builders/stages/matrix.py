"""The whole matrix of scores per structure, as RadIR's loaders read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl

from annotators.ratescore.weights import WeightSet
from builders.base import Stage
from builders.files import keep_file
from builders.settings import AtLeastOne, Share
from builders.stages.rank import entries_of, whole_vocabulary
from schemas import anatomy
from schemas.scoring import ScoreMatrix

_SHARE = 0.0246
"""Sum of n^2 over (sum of n)^2 for the 109 structures of one MIMIC shard (RadIR's published counts)."""


@dataclass(frozen=True)
class Together(Stage):
    """The rows as they are; the shape Group brings those of one structure together."""

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: FindingSet rows."""
        return frames[0]


@dataclass(frozen=True)
class Matrices(Stage):
    """Per split, structure and shard: `<split>_ratescore/<structure>.npy` and `<split>_entity/<structure>.csv`.

    The matrix is uint8, [row, row], hundredths of the score from 0 to 100; all pairs stand in it, also those of
    one patient. Row i belongs to line i of the CSV, column `File Path`: the image that stands for the study
    where there are images, else the study. `shards`: train is cut into so many parts by patient (`train_0` …),
    as RadIR cut MIMIC into four, since n studies take n^2 bytes. `empty_score`: as in `Rank`.
    """

    shards: AtLeastOne = 1
    weights: WeightSet = "long"
    empty_score: Share | None = None

    version: ClassVar[int] = 1
    data: ClassVar[tuple[str, ...]] = ("annotators/ratescore/weights.tsv",)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: FindingSet rows, whole structures; needs `vocabulary`, `similarity`, `studies`, `folder`."""
        folder = needs.pop("folder")
        rows = [
            row for name, part, sets in self._parts(frames[0]) for row in self._write(folder, name, part, sets, needs)
        ]
        return pl.DataFrame(rows, {name: column.dtype for name, column in ScoreMatrix.columns().items()})

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Bytes from the shape of RadIR's published counts."""
        return 2 * 110 * self.shards, int(_SHARE * rows**2 / self.shards)

    def _parts(self, sets: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
        unit = pl.when(pl.col("patient") >= 0).then("patient").otherwise("group")
        shard = pl.when(pl.col("split").cast(pl.String) == "train").then(unit % self.shards).otherwise(0)
        keys = ["split", "anatomy", "shard"]
        for (split, structure, number), part in (
            sets.with_columns(shard=shard).sort(*keys, "id").group_by(keys, maintain_order=True)
        ):
            cut = f"{split}_{number}" if self.shards > 1 and split == "train" else str(split)
            yield str(structure), cut, part

    def _write(
        self, folder: Path, structure: str, part: str, sets: pl.DataFrame, needs: dict[str, Path]
    ) -> list[dict[str, Any]]:
        slug = anatomy.slug(structure)
        names = _names(sets, needs)
        files = {
            "scores": (f"{part}_ratescore-{slug}.npy", lambda path: self._scores(path, sets, needs)),
            "order": (f"{part}_entity-{slug}.csv", lambda path: names.write_csv(path)),
        }
        return [
            {"matrix": name, "anatomy": structure, "part": part, "content": content, "rows": sets.height}
            | keep_file(folder, name, write)
            for content, (name, write) in files.items()
        ]

    def _scores(self, path: Path, rows: pl.DataFrame, needs: dict[str, Path]) -> None:
        from annotators.ratescore.all_pairs import fill
        from annotators.ratescore.kernel import sets_of

        words = whole_vocabulary(needs["vocabulary"], needs["similarity"], self.weights, self.empty_score)
        entries, size = entries_of(rows, words)
        sets = sets_of(entries.astype(np.uint32), np.concatenate(([0], np.cumsum(size))), words.term.size)
        n = rows.height
        with path.open("wb") as file:
            out = np.lib.format.open_memmap(file.name, mode="w+", dtype=np.uint8, shape=(n, n))
        fill(words, sets, np.arange(n, dtype=np.int32), np.asarray(out))
        out.flush()


def _names(sets: pl.DataFrame, needs: dict[str, Path]) -> pl.DataFrame:
    """One line per row, in the same order: what stands for the study in the column that RadIR's loaders read."""
    studies = pl.read_parquet(needs["studies"] / "*.parquet", columns=["number", "id"]).rename({"id": "study"})
    named = sets.select("number").join(studies, on="number", maintain_order="left")
    if "images" not in needs:
        return named.select(pl.col("study").alias("File Path"), "study")
    images = pl.read_parquet(needs["images"] / "*.parquet", columns=["study", "path", "stands_for_study"])
    images = images.filter("stands_for_study").select("study", "path")
    named = named.join(images, on="study", how="left", maintain_order="left")
    return named.select(pl.coalesce("path", "study").alias("File Path"), "study")
