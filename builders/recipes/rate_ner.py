"""RaTE-NER: sentences of radiology reports with their entities: anatomy, abnormality, disease, or their denial.

Reports are drawn evenly over kinds of examinations, cut into sentences, and what nearly repeats another sentence is
removed. Every annotator votes on every sentence that is left; what they agree on is taken, what they differ in is
decided by a rule and listed for people. After RaTE-NER (arXiv 2406.16845), whose types, layout and shares it keeps.

Meant for training recognisers of entities, and for comparing annotators. Without a person's verdict the labels are
those of the annotators named in the settings: with rules alone a model learns the rules. Validation and test hold all
kinds of sentences, those that annotators differ in too. A sentence stands alone: what one before it says is not in its
labels.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from annotators.recognizers.by_llm import ByLlm
from annotators.recognizers.choose import recognizer
from annotators.recognizers.recognizer import Recognizer
from builders.base import Collect, Group, Map, Recipe, Source, Table
from builders.sealed import identity, read_sealed
from builders.settings import AtLeastOne
from builders.stages.corpus import Corpus, TextChoice
from builders.stages.ner.cut_sentences import CutSentences
from builders.stages.ner.decide import AllVotes, Conflicts, Decide, Disputes
from builders.stages.ner.draw_reports import DrawReports
from builders.stages.ner.drawn_corpus import DrawnCorpus
from builders.stages.ner.exam_kinds import HeadedKinds, NamedKinds
from builders.stages.ner.judge import Judge
from builders.stages.ner.read_sentences import ReadSentences
from builders.stages.ner.repeats import Distinct, Repeats
from builders.stages.ner.unsealed import Splits, Unsealed
from builders.verdicts import identity as identity_of_verdicts
from builders.verdicts import read_verdicts
from schemas.errors import UsageError
from schemas.exams import Exam
from schemas.ner import Dispute, DrawnReport, Judged, LabelledSentence, Sentence, SentenceKey, Vote
from schemas.radiology import Report
from schemas.retrieval import Study
from schemas.terms import compose

TITLE = "RaTE-NER: entities in sentences of radiology reports"
TASKS = ("token-classification",)
SOURCES = ("mimic-iv-note", "openi", "ct-rate", "mimic-cxr", "reports-table", "articles", "synthetic")


@dataclass(frozen=True)
class Options:
    """Settings of RaTE-NER.

    `annotators`: who votes: `rules`, `transformers:FOLDER`, `llm:MODEL@URL`, `vllm:FOLDER`, several parted by commas.
    `stronger`: which of them decides where no majority does (default: the last). `conflicts`: whether it decides in
    train too (`stronger`), or whether such sentences wait for a person (`review`). `verdicts`: a file of `medmill
    review DIR --export FILE`; what people said there of disputes decides before anybody. `reports`: how many are
    drawn, evenly over source, modality and region. `text`: the sections that are read. `answers`: the folder of an
    LLM's answers; `agreement`: what lets text go to a remote server. `sealed`: a file of subjects that must not be in
    the corpus. `splits`: those of a source where it has some, else drawn by patient, 8:1:1; or all `drawn`.
    """

    annotators: tuple[str, ...] = ("rules",)
    stronger: str = ""
    conflicts: Conflicts = "stronger"
    verdicts: str = ""
    reports: AtLeastOne = 2000
    text: TextChoice = "both"
    device: str = "auto"
    answers: str = ""
    revision: str = ""
    agreement: str = ""
    sealed: str = ""
    splits: Splits = "official"
    seed: str = "medmill"


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """RaTE-NER from one or several sources of reports."""
    terms = compose([source.terms for source in sources.values()])
    voters = _voters(options)
    for voter in voters.values():
        if isinstance(voter, ByLlm):
            voter.llm.demand_allowed(terms, options.agreement)
    tables = [table for name, source in sources.items() for table in _read(name, source, options)]
    tables += [*_drawn(sources, options), *_labelled(voters, options)]
    return Recipe("rate-ner", sources, tables, terms)


def _voters(options: Options) -> dict[str, Recognizer]:
    found = [recognizer(name, device=options.device, answers=options.answers, revision=options.revision)
             for name in options.annotators]  # fmt: skip
    named = {voter.name: voter for voter in found}
    if len(named) < len(found):
        raise UsageError(f"annotators={','.join(options.annotators)}: two of one kind; each kind votes once")
    if options.stronger and options.stronger not in named:
        raise UsageError(f"stronger={options.stronger}: no such annotator; there are {', '.join(named)}")
    return named


def _read(name: str, source: Source, options: Options) -> list[Table]:
    """What one source has: reports of subjects that may be trained on, what is read of them, and what they are of."""
    subjects = read_sealed(options.sealed) if options.sealed else frozenset[str]()
    unsealed = Unsealed(identity(subjects), options.splits, subjects)
    tables = [
        Table(f"reports.{name}", Report, source=name, publish=False),
        Table(f"unsealed.{name}", Report, unsealed, (f"reports.{name}",), publish=False),
        Table(f"corpus.{name}", Study, Corpus(options.text, seed=options.seed), (f"unsealed.{name}",), publish=False),
        Table(f"headed.{name}", Exam, HeadedKinds(source.shows), (f"unsealed.{name}",), shape=Map(of="study"),
              publish=False),
    ]  # fmt: skip
    if "exams" not in source.tables:
        return tables
    return [
        *tables,
        Table(f"exams.{name}", Exam, source=name, publish=False, input_id="study"),
        Table(f"kinds.{name}", Exam, NamedKinds(), (f"headed.{name}", f"exams.{name}"), shape=Group(("study",)),
              publish=False, input_id="study"),
    ]  # fmt: skip


def _drawn(sources: Mapping[str, Source], options: Options) -> list[Table]:
    """Which reports are drawn, and their sentences, each once."""
    corpora = tuple(f"corpus.{name}" for name in sources)
    exams = tuple(f"{'kinds' if 'exams' in source.tables else 'headed'}.{name}" for name, source in sources.items())
    draw = DrawReports(tuple(sources), options.reports, options.seed)
    columns = Collect(("id", "split", "dup_group", "study", "modality", "region"))
    drawn = {"drawn": "drawn"}
    return [
        Table("drawn", DrawnReport, draw, (*corpora, *exams), shape=columns),
        Table("corpus", Study, DrawnCorpus(), corpora, shape=Group(("id",)), needs=drawn),
        Table("sentences.cut", Sentence, CutSentences(), ("corpus",), shape=Map(of="report"), needs=drawn,
              publish=False),
        Table("sentences.keys", SentenceKey, Repeats(options.seed), ("sentences.cut",), shape=Collect(("id", "text")),
              publish=False),
        Table("sentences.distinct", Sentence, Distinct(), ("sentences.cut",), needs={"keys": "sentences.keys"},
              publish=False),
    ]  # fmt: skip


def _labelled(voters: Mapping[str, Recognizer], options: Options) -> list[Table]:
    """Who says what of the sentences, and what is decided."""
    stronger = options.stronger or list(voters)[-1]
    decide = Decide(tuple(voters), stronger, options.conflicts)
    votes = tuple(f"votes.{name}" for name in voters)
    read = ("sentences.distinct", *votes)
    tables = [
        *(Table(f"votes.{name}", Vote, ReadSentences(voter), ("sentences.distinct",), shape=Map(of="id"), publish=False)
          for name, voter in voters.items()),
        Table("votes", Vote, AllVotes(), read, shape=Map(of="id")),
    ]  # fmt: skip
    judged = _judged(decide, options.verdicts) if options.verdicts else []
    needs = {"judged": "judged"} if judged else {}
    both = ("sentences.distinct", "votes")
    return [
        *tables,
        *judged,
        Table("sentences", LabelledSentence, decide, both, needs=needs),
        Table("disputes", Dispute, Disputes(decide), both, shape=Map(of="id"), needs=needs),
    ]


def _judged(decide: Decide, file: str) -> list[Table]:
    """What people say of the disputes as they are before anybody decides."""
    verdicts = read_verdicts(file, "rate-ner", "disputes")
    judge = Judge(identity_of_verdicts(verdicts), verdicts)
    return [
        Table("disputes.open", Dispute, Disputes(decide), ("sentences.distinct", "votes"), shape=Map(of="id"),
              publish=False),
        Table("judged", Judged, judge, ("disputes.open",), shape=Collect(),
              needs={"corpus": "corpus", "sentences": "sentences.distinct"}, publish=False),
    ]  # fmt: skip
