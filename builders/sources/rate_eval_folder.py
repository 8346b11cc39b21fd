"""RaTE-Eval as it is published: pairs of sentences and of paragraphs, and what people think of them.

The files were not at hand when this was written. Known are their names (`Task1_sentence_rate/gt_report_train.json`,
`similar_report_train.json`, `rate_train.csv`, and the same for `test` and for `Task2_paragraph_rate`); what they look
like inside is assumed, generously: see `RateEvalFolder`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import polars as pl

from builders.base import Kept, Shard, Source
from builders.sources.place import Place, absolute, digest
from builders.sources.rate_files import Columns, rate_table, texts_of
from builders.sources.sorting_out import sort_out
from schemas.errors import SourceError
from schemas.rate_eval import ERROR_TYPES, RatedParagraph, RatedSentence
from schemas.terms import Terms
from schemas.words import SPLITS

FOLDERS: Final = {"sentence_ratings": "Task1_sentence_rate", "paragraph_ratings": "Task2_paragraph_rate"}
_WHAT: Final = {"sentence_ratings": "sentence", "paragraph_ratings": "paragraph"}


@dataclass(frozen=True)
class RateEvalFolder(Source):
    """The folder holds `Task1_sentence_rate` or `Task2_paragraph_rate`, with three files per split.

    `gt_report_SPLIT.json` and `similar_report_SPLIT.json` are a list, or an object by id, of texts (or of objects with
    a `report`, `text` or `sentence`, or of lists of sentences). `rate_SPLIT.csv` has a row per pair: with a column of
    those ids, or in their order.

    `rating`, `grade`: the column of the finished rating of sentences, and of paragraphs. `errors`: of sentences
    instead, six columns of counts, in the order of `schemas.rate_eval.ERROR_TYPES`; `potential`: the columns that add
    up to the errors that could have been made, by which they are divided. Unset, columns under our names are taken
    (those that `medmill export rate_eval` writes), or the only column of numbers.
    """

    location: str
    rating: str = ""
    grade: str = ""
    errors: tuple[str, ...] = ()
    potential: tuple[str, ...] = ()

    name: ClassVar[str] = "rate-eval-folder"
    version: ClassVar[int] = 1
    tables: ClassVar[Mapping[str, Any]] = {"sentence_ratings": RatedSentence, "paragraph_ratings": RatedParagraph}
    terms: ClassVar[Terms] = Terms(
        remote_processing=False,
        licences=frozenset({"cc-by-4.0"}),
        citations=frozenset({"Zhao et al., RaTEScore, EMNLP 2024, arXiv:2406.16845"}),
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", absolute(self.location))

    @cached_property
    def _place(self) -> Place:
        place = Place(self.location)
        place.demand_folder()
        if not any(place.files(f"{folder}/rate_*.csv") for folder in FOLDERS.values()):
            raise SourceError(
                f"{self.location}: no RaTE-Eval here; expected {' or '.join(FOLDERS.values())} with rate_train.csv or "
                "rate_test.csv in it"
            )
        return place

    def shards(self, table: str) -> Sequence[Shard]:
        """One per split; none for a task that is not here."""
        folder = FOLDERS[table]
        splits = [name for name in SPLITS if self._place.first(f"{folder}/rate_{name}.csv")]
        return [Shard(split, digest(*map(self._place.identity, self._files(folder, split)))) for split in splits]

    def _files(self, folder: str, split: str) -> list[str]:
        """References, candidates and ratings; raises `SourceError` where one is missing."""
        files = [f"{folder}/gt_report_{split}.json", f"{folder}/similar_report_{split}.json",
                 f"{folder}/rate_{split}.csv"]  # fmt: skip
        if missing := [name for name in files if not self._place.first(name)]:
            raise SourceError(f"{self.location}: no {', '.join(missing)}; the three files of a split belong together")
        return files

    def read(self, table: str, shard: str) -> Kept:
        """The pairs of one split; those without words on a side, or without a rating, are rejected."""
        references, candidates, rates = self._files(FOLDERS[table], shard)
        pairs = self._pairs(references, candidates)
        rated = rate_table(self._place, rates, pairs["key"], self._columns(table))
        frame = pl.concat([pairs, rated], how="horizontal").with_columns(
            id=pl.format("{}/{}/{}", pl.lit(_WHAT[table]), pl.lit(shard), "key"),
            split=pl.lit(shard, pl.Enum(SPLITS)),
        )
        kept, rejected = sort_out(frame, _REASONS)
        given = {"id", "split", "candidate", "reference", "rating"}
        wanted = self.tables[table].create_empty().schema
        errors = {*ERROR_TYPES, "errors", "potential"} if table == "sentence_ratings" else set()
        return Kept(kept.select(pl.col(name).cast(kind) for name, kind in wanted.items() if name in given | errors),
                    rejected)  # fmt: skip

    def _columns(self, table: str) -> Columns:
        if table == "paragraph_ratings":
            return Columns(self.grade, (), (), "rate-eval-folder.grade=COLUMN")
        more = f"or the {len(ERROR_TYPES)} that count errors by rate-eval-folder.errors=A,B,C,D,E,F"
        return Columns(self.rating, self.errors, self.potential, f"rate-eval-folder.rating=COLUMN, {more}")

    def _pairs(self, references: str, candidates: str) -> pl.DataFrame:
        """key, reference, candidate; in the order of the references."""
        own, other = (texts_of(self._place, name) for name in (references, candidates))
        if own.keys() != other.keys():
            alone = len(own.keys() ^ other.keys())
            raise SourceError(
                f"{self._place.full(candidates)}: {len(other):,} texts beside {len(own):,} references, {alone:,} alone "
                "among them; both files are to have the same texts"
            )
        rows = [(key, text, other[key]) for key, text in own.items()]
        return pl.DataFrame(rows, {"key": pl.String, "reference": pl.String, "candidate": pl.String}, orient="row")


_WORDS: Final = r"\w"
_REASONS: Final = [
    ("empty_report", ~(pl.col("reference").str.contains(_WORDS) & pl.col("candidate").str.contains(_WORDS)),
     pl.lit("a side has no words")),
    ("not_rated", pl.col("rating").is_null(), pl.lit("no number, or no potential errors to divide by")),
]  # fmt: skip

SOURCE = RateEvalFolder
