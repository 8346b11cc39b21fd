"""The ranking half of `mimic-ir` over invented findings, for `ranking_scale.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl

from builders.base import Blocks, Collect, Recipe, Shard, Source, Table
from builders.stages.finding_sets import FindingSets
from builders.stages.merge_ranks import MergeRanks
from builders.stages.rank import Rank
from builders.stages.similarity import Similarity
from builders.stages.study_keys import StudyKeys
from builders.stages.vocabulary import Vocabulary
from schemas.retrieval import Ranking, Study, StudyFinding
from schemas.scoring import FindingSet, StudyKey, TermRow, VocabularyEntry
from schemas.terms import OPEN, Terms
from schemas.words import RATE_TYPES

DIMENSION = 768


@dataclass(frozen=True)
class Prepared(Source):
    """Findings and studies from two Parquet files."""

    location: str

    name: ClassVar[str] = "prepared"
    terms: ClassVar[Terms] = OPEN
    tables: ClassVar[Mapping[str, Any]] = {"corpus": Study, "findings": StudyFinding}

    def shards(self, table: str) -> Sequence[Shard]:
        return [Shard("all", table)]

    def read(self, table: str, shard: str) -> pl.DataFrame:
        return pl.read_parquet(f"{self.location}/{table}.parquet")


@dataclass(frozen=True)
class Given:
    """Embeddings from a file, `term 00017` in row 17."""

    path: str

    def embed(self, terms: list[str]) -> np.ndarray:
        return np.load(self.path)[[int(term.split()[1]) for term in terms]]


def prepare(folder: Path, studies: int, words: int, seed: int = 7) -> None:
    """Write findings, studies and embeddings of `words` distinct (term, type); no two sets are equal."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(DIMENSION)  # keeps cosines above 0: RaTEScore has a pole where they are not
    vectors = (0.8 * common + rng.standard_normal((words, DIMENSION))).astype(np.float32)
    np.save(folder / "vectors.npy", vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    kinds = [RATE_TYPES[i] for i in rng.integers(0, len(RATE_TYPES), words)]
    sets: dict[tuple[int, ...], None] = {}
    while len(sets) < studies:
        sets[tuple(rng.integers(0, words, rng.integers(1, 9)).tolist())] = None
    sizes = [len(entries) for entries in sets]
    print(f"{len(sets):,} sets of {np.mean(sizes):.2f} findings, {len({e for s in sets for e in s}):,} distinct")
    empty = dict.fromkeys(("laterality", "severity", "change"))
    entities = [[{"term": f"term {e:05d}", "type": kinds[e], "via": "explicit", **empty} for e in s] for s in sets]
    ids = [f"s{number:06d}" for number in range(studies)]
    findings = pl.DataFrame({"id": [f"{i}/heart" for i in ids], "study": ids, "entities": entities}).with_columns(
        anatomy=pl.lit("heart"), split=pl.lit("train"), polarity=pl.lit("abnormal")
    )
    StudyFinding.cast(findings.select(StudyFinding.column_names())).write_parquet(folder / "findings.parquet")
    nothing = {name: pl.lit(None, column.dtype) for name, column in Study.columns().items()}
    fixed = {"id": pl.Series(ids), "split": pl.lit("train"), "dup_group": pl.Series(ids), "text": pl.lit("none")}
    fixed |= {
        "report_key": pl.Series(ids),
        "section_used": pl.lit("findings"),
        "n_words": pl.lit(1),
        "passages": pl.lit([]),
    }
    corpus = pl.DataFrame({"id": ids}).with_columns(**nothing | fixed)
    Study.cast(corpus.select(Study.column_names())).write_parquet(folder / "corpus.parquet")


def recipe(folder: Path, block: int) -> Recipe:
    """The ranking half of `mimic-ir`."""
    needs = {"vocabulary": "vocabulary", "similarity": "similarity", "studies": "study_keys"}
    of_sets = {"vocabulary": "vocabulary", "studies": "study_keys"}
    embedder = Given(str(folder / "vectors.npy"))
    tables = [
        Table("corpus", Study, source="prepared", publish=False),
        Table("findings", StudyFinding, source="prepared", publish=False),
        Table("vocabulary", VocabularyEntry, Vocabulary(), ("findings",), shape=Collect(("entities",)), publish=False),
        Table("similarity", TermRow, Similarity(embedder), ("vocabulary",), shape=Collect(), publish=False,
              input_id="entry"),
        Table("study_keys", StudyKey, StudyKeys(), ("corpus",), shape=Collect(("id", "patient", "dup_group")),
              publish=False),
        Table("sets", FindingSet, FindingSets(normal="always"), ("findings",), needs=of_sets, publish=False),
        Table("rankings", Ranking, Rank(), ("sets",), shape=Blocks(("split", "anatomy"), block, MergeRanks()),
              needs=needs),
    ]  # fmt: skip
    return Recipe("ranking-scale", {"prepared": Prepared(str(folder))}, tables, OPEN)
