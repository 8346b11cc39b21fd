"""The tables of an image-retrieval dataset mined from reports, whatever the reports come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from annotators.ratescore.embedders import embedder
from annotators.ratescore.weights import WeightSet
from builders.base import Blocks, Collect, Files, Group, Map, Recipe, Source, Stage, Table
from builders.settings import AtLeastOne, NotNegative, Share
from builders.stages.annotate import Annotate
from builders.stages.baselines import Baselines
from builders.stages.corpus import Corpus, TextChoice
from builders.stages.finding_sets import FindingSets
from builders.stages.images import CorpusKeys, OfStudies, RankImages, RankVolumes
from builders.stages.matrix import Matrices, Together
from builders.stages.merge_ranks import MergeRanks
from builders.stages.rank import Rank
from builders.stages.roll_up import RollUp
from builders.stages.similarity import Similarity
from builders.stages.study_keys import StudyKeys
from builders.stages.vocabulary import Vocabulary
from schemas.anatomy import Anatomies
from schemas.baselines import Baseline
from schemas.errors import UsageError
from schemas.radiology import Entity, Image, Label, Report
from schemas.retrieval import CorpusKey, RankedImage, RankedVolume, Ranking, Study, StudyFinding
from schemas.scoring import FindingSet, ScoreMatrix, StudyKey, TermRow, VocabularyEntry
from schemas.volumes import Volume

BLOCK = 16_384
"""Finding sets per block: part of the plan, never of the rows; 6 pairs of blocks for the largest MIMIC shard."""

PICTURES: Mapping[str, tuple[Any, Any, Stage]] = {
    "volumes": (Volume, RankedVolume, RankVolumes()),
    "images": (Image, RankedImage, RankImages()),
}
"""What a dataset can show of a study, by table: rows of the source, rows of the dataset, and who makes them."""


@dataclass(frozen=True)
class RetrievalOptions:
    """Settings of a retrieval dataset.

    `text`: which sections are read. `anatomies`: the vocabulary whose structures are ranked. `rollup`:
    `directed` (present findings rise, absent ones sink, normal ones count where nothing is present) or `published`
    (everything rises and counts). `embedder`:
    `lexical`, or `transformers:FOLDER` (BioLORD-2023-C is the published choice). `weights`: RaTEScore's
    `long` or `short` matrix. `top_k`, `sample`: candidates kept per query, and per stratum beside them.
    `same_patient`: whether studies of one patient are candidates of each other. `empty_score`: where nothing of a
    study is scored for a structure it is not ranked; with 0.5 it is, by that score, as in the published files.
    `matrix`: also write the whole matrix of scores per structure, uint8 from 0 to 100, train cut into `shards` parts.
    """

    text: TextChoice = "findings-else-impression"
    last_paragraph: bool = False
    anatomies: Anatomies = "cxr"
    rollup: Literal["directed", "published"] = "directed"
    embedder: str = "lexical"
    weights: WeightSet = "long"
    top_k: AtLeastOne = 100
    sample: NotNegative = 8
    same_patient: bool = False
    empty_score: Share | None = None
    matrix: bool = False
    shards: AtLeastOne = 1
    seed: str = "medmill"


def retrieval(name: str, sources: Mapping[str, Source], options: RetrievalOptions) -> Recipe:
    """The recipe of a dataset of this kind; its one source has reports, and pictures and labels where there are any."""
    if len(sources) != 1:
        raise UsageError(f"{name} reads one source, got {', '.join(sorted(sources))}")
    ((source_name, source),) = sources.items()
    tables = [*_read(source_name, source, options), *_findings(options), *_ranked(source, options)]
    return Recipe(name, sources, tables, source.terms)


def _read(source_name: str, source: Source, options: RetrievalOptions) -> list[Table]:
    """What the source has: reports, and pictures and labels of the studies that are read."""
    corpus = Corpus(options.text, options.last_paragraph, seed=options.seed)
    tables = [
        Table("reports", Report, source=source_name, publish=False),
        Table("corpus", Study, corpus, ("reports",)),
        Table("corpus_keys", CorpusKey, CorpusKeys(), ("corpus",), publish=False),
    ]
    by_study = Group(("study",))
    if pictures := _pictures(source):
        listed, ranked, stage = PICTURES[pictures]
        tables += [
            Table(f"{pictures}.source", listed, source=source_name, publish=False),
            Table(pictures, ranked, stage, (f"{pictures}.source", "corpus_keys"), shape=by_study),
        ]
    if "labels" in source.tables:
        tables += [
            Table("labels.source", Label, source=source_name, publish=False),
            Table("labels", Label, OfStudies(), ("labels.source", "corpus_keys"), shape=by_study, split=None,
                  input_id="study"),
        ]  # fmt: skip
    baselines = ("corpus", "labels") if "labels" in source.tables else ("corpus",)
    return [
        *tables,
        Table(
            "baselines",
            Baseline,
            Baselines(options.top_k, seed=options.seed, same_patient=options.same_patient),
            baselines,
            shape=Collect(),
        ),
    ]


def _pictures(source: Source) -> str:
    """The table of a source that shows its studies; "" where it has none."""
    return next((table for table in PICTURES if table in source.tables), "")


def _findings(options: RetrievalOptions) -> list[Table]:
    """What the reports say."""
    roll_up = RollUp(options.rollup, options.anatomies)
    return [
        Table("entities", Entity, Annotate(), ("corpus",), shape=Map(of="report"), split=None),
        Table("findings", StudyFinding, roll_up, ("corpus", "entities"), shape=Map(of="study")),
    ]


def _ranked(source: Source, options: RetrievalOptions) -> list[Table]:
    """Whose reports say the like, per anatomy."""
    keys = StudyKeys(options.seed, options.same_patient)
    blocks = Blocks(("split", "anatomy"), BLOCK, MergeRanks(options.sample))
    rank = Rank(options.top_k, options.sample, options.weights, options.empty_score)
    normal = "always" if options.rollup == "published" else "alone"
    sets = FindingSets(normal=normal, empty=options.empty_score is not None)
    needs = {"vocabulary": "vocabulary", "similarity": "similarity", "studies": "study_keys"}
    of_sets = {"vocabulary": "vocabulary", "studies": "study_keys"}
    columns = Collect(("entities",))
    return [
        Table("vocabulary", VocabularyEntry, Vocabulary(), ("findings",), shape=columns, split=None, publish=False),
        Table("similarity", TermRow, Similarity(embedder(options.embedder)), ("vocabulary",), shape=Collect(),
              publish=False, input_id="entry"),
        Table("study_keys", StudyKey, keys, ("corpus",), shape=Collect(("id", "patient", "dup_group")), publish=False),
        Table("sets", FindingSet, sets, ("findings",), needs=of_sets, publish=False),
        Table("rankings", Ranking, rank, ("sets",), shape=blocks, needs=needs),
        *(_matrices(source, options, needs) if options.matrix else ()),
    ]  # fmt: skip


def _matrices(source: Source, options: RetrievalOptions, needs: Mapping[str, str]) -> list[Table]:
    """The whole matrices, as RadIR's loaders read them."""
    matrices = Matrices(options.shards, options.weights, options.empty_score)
    needs = {**needs, **({"images": pictures} if (pictures := _pictures(source)) else {})}
    return [
        Table("sets_by_anatomy", FindingSet, Together(), ("sets",), shape=Group(("split", "anatomy"), most_rows=10**7),
              publish=False),
        Table("matrices", ScoreMatrix, matrices, ("sets_by_anatomy",), shape=Files("matrix"), needs=needs, split=None),
    ]  # fmt: skip
