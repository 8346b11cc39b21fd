"""RadGenome-Chest CT: every sentence of a chest CT report tied to a mask, and questions tied to masks.

Each volume is segmented into the organs and vessels that open models know; each sentence is cut into the parts that
speak of one structure, and each part is tied to that structure's masks; and questions are made of what the report says.
After RadGenome-Chest CT (arXiv 2404.16754), whose names, paths and files it keeps beside its own. Closed questions that
can be answered without looking are kept apart (`balanced`).

Meant for training and testing models that answer or write about a region of a chest CT. A structure's mask says where
a finding is, not how far it reaches (`mask_role`). Reports were read by rules, masks were made by a network: neither is
a radiologist's word unless a review says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from annotators.llm.by_name import llm_named
from annotators.segmenting.absent import Absent
from annotators.segmenting.choose import segmenter
from annotators.segmenting.tasks import Speed
from builders.base import Files, Group, Map, Recipe, Source, Stage, Table
from builders.stages.annotate import Annotate
from builders.stages.asking.entities import KeyedEntities
from builders.stages.asking.scans import Scans
from builders.stages.balance import Balance
from builders.stages.corpus import Corpus, TextChoice
from builders.stages.ground import Ground
from builders.stages.ground_by_model import GroundByModel
from builders.stages.ground_masks import GroundMasks
from builders.stages.images import CorpusKeys, OfStudies
from builders.stages.masks import Masks
from builders.stages.open_volumes import OpenVolumes
from builders.stages.place_entities import PlaceEntities
from builders.stages.questions import Questions
from builders.stages.roll_up import RollUp
from builders.stages.segment import Segment
from builders.stages.wanted_volumes import Unreported, WantedVolumes
from schemas.errors import UsageError
from schemas.grounding import GroundedMask, GroundedSentence, Question
from schemas.radiology import Entity, Label, Report, StudyEntity
from schemas.retrieval import CorpusKey, Study, StudyFinding
from schemas.volumes import Mask, OpenedVolume, Segmentation, Volume

TITLE = "RadGenome-Chest CT: grounded reports and questions on chest CT"
TASKS = ("visual-question-answering", "image-segmentation")
SOURCES = ("ct-rate", "synthetic-ct", "ct-folder")


@dataclass(frozen=True)
class Options:
    """Settings of RadGenome-Chest CT.

    `text`: which sections are read. `rollup`: `directed` (present findings rise, absent ones sink) or `published`
    (everything rises, as in the released rows). `segmenter`: `totalsegmentator`, with tasks behind a colon
    (`totalsegmentator:total,lung_vessels`), `nnunet:FOLDER` or `precomputed:FOLDER`. `speed`: TotalSegmentator's
    nets for 1.5 mm (default), 3 mm (fast) or 6 mm (fastest). `device`: auto, cpu, cuda. `unreported`: volumes without
    a report are rejected, or kept for their masks. `division`: who says which part of a sentence speaks of what:
    `rules`, `llm:MODEL@URL` or `vllm:FOLDER`, whose answers are kept in the folder `answers`; `agreement`: what lets
    text go to a remote server.
    """

    text: TextChoice = "both"
    rollup: Literal["directed", "published"] = "directed"
    segmenter: str = "totalsegmentator"
    speed: Speed = "default"
    device: str = "auto"
    division: str = "rules"
    answers: str = ""
    revision: str = ""
    agreement: str = ""
    unreported: Unreported = "reject"
    seed: str = "medmill"


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """RadGenome-Chest CT from one source of chest CTs with reports."""
    if len(sources) != 1:
        raise UsageError(f"radgenome-chest-ct reads one source, got {', '.join(sorted(sources))}")
    ((name, source),) = sources.items()
    tables = [
        *_texts(name, _ground(source, options), options),
        *_labels(name, source),
        *_volumes(name, source, options),
        *_grounded(options),
    ]
    return Recipe("radgenome-chest-ct", sources, tables, source.terms)


def _ground(source: Source, options: Options) -> Stage:
    """Who ties sentences to structures."""
    if options.division == "rules":
        return Ground()
    told = {"answers": options.answers, "revision": options.revision, "device": options.device}
    llm = llm_named(options.division, "region-division", **told, instead="rules")
    llm.demand_allowed(source.terms, options.agreement)
    return GroundByModel(llm)


def _texts(source: str, ground: Stage, options: Options) -> list[Table]:
    """What the reports say."""
    return [
        Table("reports", Report, source=source, publish=False),
        Table("corpus", Study, Corpus(options.text, seed=options.seed), ("reports",)),
        Table("corpus_keys", CorpusKey, CorpusKeys(), ("corpus",), publish=False),
        Table("entities.read", Entity, Annotate(), ("corpus",), shape=Map(of="report"), publish=False),
        Table("sentences", GroundedSentence, ground, ("corpus", "entities.read"), shape=Map(of="study"),
              publish=False),
        Table("entities", Entity, PlaceEntities(), ("entities.read", "sentences"), shape=Map(of="report"), split=None,
              input_id="report"),
        Table("findings", StudyFinding, RollUp(options.rollup, "ct"), ("corpus", "entities"), shape=Map(of="study")),
    ]  # fmt: skip


def _labels(name: str, source: Source) -> list[Table]:
    """Labels by others, where the source has some."""
    if "labels" not in source.tables:
        return []
    return [
        Table("labels.source", Label, source=name, publish=False),
        Table("labels", Label, OfStudies(), ("labels.source", "corpus_keys"), shape=Group(("study",)), split=None,
              input_id="study"),
    ]  # fmt: skip


def _volumes(name: str, source: Source, options: Options) -> list[Table]:
    """What the volumes show."""
    chosen = segmenter(options.segmenter, speed=options.speed, device=options.device)
    segment = Segment(chosen if source.shards("volumes") else Absent(), source)
    wanted = WantedVolumes(options.unreported)
    return [
        Table("volumes.source", Volume, source=name, publish=False),
        Table("volumes.wanted", Volume, wanted, ("volumes.source",), needs={"studies": "corpus_keys"}, publish=False),
        Table("volumes", OpenedVolume, OpenVolumes(source, seed=options.seed), ("volumes.wanted",)),
        Table("segmentations", Segmentation, segment, ("volumes",), shape=Files("masks")),
        Table("masks", Mask, Masks(source), ("volumes", "segmentations"), shape=Map(of="volume")),
    ]


def _grounded(options: Options) -> list[Table]:
    """Which masks show what a sentence speaks of, and what can be asked about it."""
    shown = ("sentences", "volumes", "masks")
    scans = Group(("study",), of="study")
    known = ("scans", "findings", "entities.keyed", "grounded", "masks", "volumes")
    alike = Group(("split", "type", "node", "finding"), of="id")
    return [
        Table("grounded", GroundedMask, GroundMasks(), shown, shape=Group(("study",), of="id")),
        Table("entities.keyed", StudyEntity, KeyedEntities(), ("entities",), shape=Map(of="study"), publish=False,
              input_id="report"),
        Table("scans", CorpusKey, Scans(), ("corpus_keys", "volumes"), shape=scans, publish=False, input_id="study"),
        Table("questions.raw", Question, Questions(options.seed), known, shape=scans, publish=False,
              input_id="study"),
        Table("questions", Question, Balance(options.seed), ("questions.raw",), shape=alike),
    ]  # fmt: skip
