"""From votes to labels: what all say is taken; where they differ, a person decides, else most, else the stronger."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import polars as pl

from builders.base import Kept, Stage
from schemas.ner import Dispute, Judged, LabelledSentence

Conflicts = Literal["stronger", "review"]
_SPAN = ["id", "start", "end", "type"]


@dataclass(frozen=True)
class AllVotes(Stage):
    """The votes of all annotators in one table."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Sentence rows, then Vote rows of each annotator."""
        return pl.concat(frames[1:])


@dataclass(frozen=True)
class Decide(Stage):
    """LabelledSentence rows. An entity has borders and a type, and is taken where more than half of those who voted
    name it. Of the others those of `stronger` are taken that lie over none of these; if it has no vote, those of the
    first who voted.

    `conflicts`: what becomes of a sentence whose voters differ in train: `stronger` decides as above, `review` leaves
    it out as `in_review` until a person has looked. Validation and test keep all sentences: else they would hold easy
    ones only.
    A sentence that nobody has an answer for is rejected as `no_vote`.

    Where reviewers judged a dispute (`judged`), they decide: what they say is right is taken, and nothing that lies
    over it; what they say is wrong is not. A sentence with all its disputes judged is `reviewed` and waits for nobody.
    """

    annotators: tuple[str, ...]
    stronger: str
    conflicts: Conflicts = "stronger"

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Sentence rows and Vote rows of the same sentences; may need `judged`."""
        sentences, votes = frames
        judged = _judged(votes, needs)
        counted = self._counted(votes, judged)
        taken = _taken(counted, judged).sort(_SPAN)
        decided = taken.group_by("id", maintain_order=True).agg(entities=pl.struct(*_SPAN[1:]))
        rows = sentences.join(_status(counted, votes), on="id", how="left", maintain_order="left")
        rows = rows.join(decided, on="id", how="left", maintain_order="left")
        empty = pl.lit([], LabelledSentence.entities.dtype)
        rows = rows.with_columns(pl.col("entities").cast(LabelledSentence.entities.dtype).fill_null(empty))
        return self._kept(rows)

    def disputes(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """Dispute rows: entities that some name and some do not. Frames and needs as above."""
        sentences, votes = frames
        judged = _judged(votes, needs)
        counted = self._counted(votes, judged)
        taken = _taken(counted, judged).with_columns(taken=pl.lit(True))
        disputed = counted.filter("disputed").join(taken, on=_SPAN, how="left", maintain_order="left")
        disputed = disputed.with_columns(pl.col("taken").fill_null(False))
        place = {"sentence_start": pl.col("start"), "sentence_end": pl.col("end")}
        places = sentences.select("id", "report", "split", "section", "section_index", **place)
        named = disputed.join(places, on="id", how="left", maintain_order="left")
        return named.with_columns(
            against=pl.col("all").list.set_difference("by").list.sort(), by=pl.col("by").list.sort()
        ).select(Dispute.column_names())

    def _counted(self, votes: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
        """One row per entity that anybody names, in the order of the text.

        `by` whom of `all`; `disputed`: some do not; `verdict` of reviewers; of those without, `most`: more than half
        name it, and `wanted`: less, but the one who decides.
        """
        voters = votes.group_by("id").agg(voters=pl.len(), all=pl.col("annotator"), decides=self._decides())
        spans = (
            votes.select("id", "annotator", "entities").explode("entities").drop_nulls("entities").unnest("entities")
        )
        each = spans.group_by(_SPAN).agg(n=pl.len(), by=pl.col("annotator")).join(voters, on="id")
        each = each.with_columns(disputed=pl.col("n") < pl.col("voters"))
        each = each.join(judged.select(*_SPAN, "verdict", "settled"), on=_SPAN, how="left")
        free, most = pl.col("verdict").is_null(), pl.col("n") * 2 > pl.col("voters")
        wanted = free & ~most & pl.col("by").list.contains(pl.col("decides"))
        return each.with_columns(most=free & most, wanted=wanted).sort(_SPAN)

    def _decides(self) -> pl.Expr:
        """Who decides over a sentence: the stronger one, else the first of the settings that voted."""
        order = [self.stronger, *(name for name in self.annotators if name != self.stronger)]
        return pl.col("annotator").sort_by(pl.col("annotator").replace_strict(order, range(len(order)))).first()

    def _kept(self, rows: pl.DataFrame) -> Kept:
        in_review = (pl.col("status") == "conflict") & (pl.col("split").cast(pl.String) == "train")
        held = in_review if self.conflicts == "review" else pl.lit(False)
        reason = (
            pl.when(pl.col("voters").is_null())
            .then(pl.lit("no_vote"))
            .when(held)
            .then(pl.lit("in_review"))
        )  # fmt: skip
        detail = pl.when(pl.col("voters").is_null()).then(pl.lit("no annotator had an answer"))
        detail = detail.otherwise(pl.lit("the annotators differ; see the table disputes"))
        rejected = rows.select("id", reason=reason, detail=detail).drop_nulls("reason")
        kept = rows.join(rejected.select("id"), on="id", how="anti", maintain_order="left")
        return Kept(kept.select(LabelledSentence.column_names()), rejected)


@dataclass(frozen=True)
class Disputes(Stage):
    """Entities that some annotators name and some do not, those of validation and test too."""

    decide: Decide

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Sentence rows and Vote rows of the same sentences; may need `judged`."""
        return self.decide.disputes(*frames, **needs)


def _judged(votes: pl.DataFrame, needs: Mapping[str, Path]) -> pl.DataFrame:
    """Judged rows of the sentences; none where the build was given no verdicts."""
    if "judged" not in needs:
        return pl.DataFrame(schema={name: column.dtype for name, column in Judged.columns().items()})
    rows = pl.scan_parquet(needs["judged"] / "*.parquet")
    return rows.filter(pl.col("id").is_in(votes["id"].unique().implode())).collect()


def _taken(counted: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """The entities that are decided on: what is right, beside it what most name, beside both what the stronger does."""
    right = judged.select("id", "right").drop_nulls().unnest("right").select(_SPAN).unique()
    most = _beside(counted.filter("most").select(_SPAN), right)
    taken = pl.concat([right, most])
    return pl.concat([taken, _beside(counted.filter("wanted").select(_SPAN), taken)])


def _status(counted: pl.DataFrame, votes: pl.DataFrame) -> pl.DataFrame:
    """id, voters, status, agreed of every sentence that anybody voted on."""
    voters = votes.group_by("id").agg(voters=pl.len().cast(pl.Int32))
    settled = ~pl.col("disputed") | pl.col("settled").fill_null(False)
    named = counted.group_by("id").agg(named=pl.len(), shared=(~pl.col("disputed")).sum(), settled=settled.all())
    both = voters.join(named, on="id", how="left").with_columns(pl.col("named", "shared").fill_null(0))
    several = pl.col("voters") > 1
    status = pl.when(~several).then(pl.lit("single")).when(pl.col("named") == pl.col("shared")).then(pl.lit("agreed"))
    status = status.when("settled").then(pl.lit("reviewed"))
    return both.select(
        "id",
        "voters",
        status=status.otherwise(pl.lit("conflict")),
        agreed=pl.when(several & (pl.col("named") > 0)).then(pl.col("shared") / pl.col("named")).cast(pl.Float32),
    )


def _beside(spans: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Spans that lie over none of the others of their sentence."""
    pairs = spans.join(others.select("id", first="start", last="end"), on="id")
    over = pairs.filter(pl.col("start") < pl.col("last"), pl.col("first") < pl.col("end"))
    return spans.join(over, on=_SPAN, how="anti")
