"""What becomes of every question: its split, and why it is left out where it is."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Literal

import polars as pl

from builders.base import Stage
from builders.stages.exams.alike import alike
from builders.stages.exams.drawing import drawn_splits
from schemas.exam_questions import SPLIT_ORIGINS, QuestionFate
from schemas.words import SPLITS

Dev = Literal["drop", "train"]
Images = Literal["mark", "drop", "drop_test"]
COLUMNS: Final = (
    "id", "source", "language", "split", "question", "context", "options", "answer", "needs_image", "multiple_answers",
)  # fmt: skip
_PLACE: Final = ["language", "split"]


@dataclass(frozen=True)
class Fates(Stage):
    """QuestionFate rows.

    `dev`: the validation split is left out, as the published set does, or trained on. `images`:
    questions that need a picture stay with their mark (`mark`), are left out (`drop`), or of test alone (`drop_test`).

    A question of train that repeats one of test, nearly too, or asks about the same text, is left out of train
    (`in_test`), whether or not that one is kept. Within a split the first by id of equal questions is kept
    (`duplicate`), and the first of those that are nearly equal and have the same answer (`near_duplicate`): with
    another answer, or about a text, which makes up most of the words, it is another question.
    """

    dev: Dev = "drop"
    images: Images = "mark"
    seed: str = "medmill"

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: ReadQuestion rows of each source, with the columns `COLUMNS`."""
        rows = pl.concat([frame.select(COLUMNS) for frame in frames]).sort("id")
        rows = rows.unique("id", keep="first", maintain_order=True)
        rows = rows.join(alike(rows), on="id", how="left", maintain_order="left")
        rows = _with_right(self._split(rows))
        fate = pl.coalesce(_fate(name, where) for name, where in self._reasons().items())
        rows = rows.with_columns(fate=fate.fill_null("kept"))
        rows = self._repeated(rows)
        return rows.select(pl.col(name).cast(column.dtype) for name, column in QuestionFate.columns().items())

    def _split(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Drawn per source where it has none, and `home`: the split it would stand in."""
        without = rows.filter(pl.col("split").is_null())
        drawn = [drawn_splits(of, self.seed) for of in without.partition_by("source", maintain_order=True)]
        empty = pl.DataFrame(schema={"id": pl.String, "split": pl.String})
        rows = rows.join(pl.concat([empty, *drawn]).rename({"split": "drawn"}), on="id", how="left",
                         maintain_order="left")  # fmt: skip
        origin = pl.when(pl.col("split").is_null()).then(pl.lit("drawn")).otherwise(pl.lit("official"))
        split = pl.coalesce(pl.col("split").cast(pl.String), "drawn")
        if self.dev == "train":
            split = split.replace("validation", "train")
        return rows.with_columns(split_origin=origin.cast(pl.Enum(SPLIT_ORIGINS)), split=split.cast(pl.Enum(SPLITS)))

    def _reasons(self) -> dict[str, pl.Expr]:
        """Why a question is left out whatever others there are, the first that applies."""
        test, image = pl.col("split") == "test", pl.col("needs_image")
        dropped = {"mark": pl.lit(False), "drop": image, "drop_test": image & test}[self.images]
        return {"dev_split": pl.col("split") == "validation", "needs_image": dropped}

    def _repeated(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Those that are still kept and repeat another; `repeats` names it."""
        test = pl.col("split") == "test"
        tested = pl.col("id").filter(test).first()
        tested = pl.coalesce(
            tested.over("language", "group"),
            pl.when(pl.col("read_before").is_not_null()).then(tested.over("language", "read_before")),
        )
        open_ = pl.col("fate") == "kept"
        same = pl.col("id").filter(open_).first().over(*_PLACE, "same")
        near = pl.col("id").filter(open_).first().over(*_PLACE, "group", "right")
        rows = rows.with_columns(tested=tested, first_same=same, first_near=near)
        fate = (
            pl.when(~open_).then("fate")
            .when((pl.col("split") == "train") & pl.col("tested").is_not_null()).then(pl.lit("in_test"))
            .when(pl.col("first_same") != pl.col("id")).then(pl.lit("duplicate"))
            .when((pl.col("first_near") != pl.col("id")) & pl.col("context").is_null()).then(pl.lit("near_duplicate"))
            .otherwise(pl.lit("kept"))
        )  # fmt: skip
        rows = rows.with_columns(fate=fate)
        of = {"in_test": "tested", "duplicate": "first_same", "near_duplicate": "first_near"}
        repeats = pl.coalesce(pl.when(pl.col("fate") == name).then(other) for name, other in of.items())
        return rows.with_columns(repeats=repeats)


def _fate(name: str, applies: pl.Expr) -> pl.Expr:
    return pl.when(applies).then(pl.lit(name))


def _with_right(rows: pl.DataFrame) -> pl.DataFrame:
    """`right`: the texts of the right options in the order of the alphabet, since letters change with their order."""
    options = rows.select("id", "answer", "options").explode("options").unnest("options")
    right = options.filter(pl.col("letter").is_in(pl.col("answer")))
    texts = right.group_by("id", maintain_order=True).agg(right=pl.col("text").sort().str.join("\x1e"))
    return rows.join(texts, on="id", how="left", maintain_order="left")
