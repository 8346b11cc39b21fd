"""MMedC: a corpus of medical texts in several languages, from web texts, sites, textbooks and folders of files.

Documents are brought into one form, their language is identified, and what is not medical is left out by a classifier
behind a rule of keywords, or by the published rule. What is left passes rules of quality, loses mail addresses, phone
numbers and the like, and stays only once: exact and near copies are found over all sources. Documents that hold
questions of a benchmark are left out. After MMedC (arXiv 2402.13963), whose languages and sources it keeps; its corpus
was neither thinned of copies nor of benchmarks by published code.

Meant for pretraining and continued training of medical language models. Every document names its source file or
address, its place there, its licence where one is known, and all scores that decided; rows without a licence that
permits it do not leave in a release. A filter errs: some documents are not medical, and rare kinds of medical texts are
missing. What stands in the texts was not checked by anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from annotators.medical_text.filters import Name, content_filter
from annotators.token_counts import TokenCounts
from builders.base import Collect, Group, Map, Recipe, Source, Table
from builders.deduplication import DedupOptions, buckets_for, dedup_tables
from builders.settings import AtLeastOne, Share
from builders.stages.mill.contamination import Contamination
from builders.stages.mill.corpus import Corpus
from builders.stages.mill.join_pages import JoinPages
from builders.stages.mill.medical import Medical
from builders.stages.mill.normalise import Normalise
from builders.stages.mill.page_readings import PageReadings
from builders.stages.mill.quality import Quality
from builders.stages.mill.question_index import QuestionIndex
from builders.stages.mill.score import Score
from builders.stages.mill.scrub import Scrub
from schemas.contamination import Overlap, Question, QuestionRuns
from schemas.corpora import (
    LANGUAGES,
    CorpusDocument,
    Document,
    DocumentScores,
    MedicalDocument,
    Page,
    PageReading,
    PdfFile,
    ScrubbedDocument,
    SoundDocument,
)
from schemas.errors import UsageError
from schemas.terms import compose

TITLE = "MMedC: medical texts in several languages"
TASKS = ("text-generation",)
TAGS = ("medical", "pretraining")
SHOWN_FIRST = "corpus."
QUESTIONS = "benchmark-questions"
SOURCES = ("web-jsonl", "web-parquet", "warc", "wet", "html-folder", "pdf-folder", "text-folder", QUESTIONS)


@dataclass(frozen=True)
class Options:
    """Settings of MMedC.

    `languages`: which are kept (ISO 639-1). `filter`: `medmill` (terms and a classifier), or `published`, the rule of
    the paper over its lists (`--set filter.keywords=FOLDER`). `threshold`: of the classifier; `min_confidence`: of the
    language. `similarity`: from which Jaccard similarity of shingles two documents are one. `tokenizer`: a
    tokenizer.json, or its folder, to count with. `min_characters`: what is shorter is no document. Questions that must
    not be in the corpus are a source: `--source benchmark-questions=out/mmedbench`.
    """

    languages: tuple[str, ...] = LANGUAGES
    filter: Name = "medmill"
    threshold: Share = 0.5
    min_confidence: Share = 0.5
    similarity: Share = 0.8
    tokenizer: str = ""
    min_characters: AtLeastOne = 50


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """MMedC from one or several sources of documents."""
    texts = {name: source for name, source in sources.items() if name != QUESTIONS}
    if not texts:
        raise UsageError(f"mmedc: {QUESTIONS} alone is no corpus; name a source of documents too, as web-jsonl=FOLDER")
    tables = [table for name, source in texts.items() for table in _passed(name, source, options)]
    tables += dedup_tables(texts, DedupOptions(similarity=options.similarity))
    tables += _questions() if QUESTIONS in sources else []
    tables += [table for name in texts for table in _corpus(name, options, asked=QUESTIONS in sources)]
    return Recipe("mmedc", sources, tables, compose([source.terms for source in texts.values()]))


def _documents(name: str, source: Source, normalise: Normalise) -> list[Table]:
    """The documents of a source in normal form, those that have pages made of these."""
    documents = Table(f"documents.{name}", Document, normalise, publish=False)
    if "pages" not in source.tables:
        return [replace(documents, source=name)]
    pages = Table(f"pages.{name}", Page, source=name, publish=False, input_id="document")
    files = Table(f"files.{name}", PdfFile, source=name, publish=False, input_id="document")
    read, buckets = (pages.name, files.name), buckets_for({name: source})
    joined = Table(f"joined.{name}", Document, JoinPages(), read, shape=Group(("document",), buckets, of="id"),
                   publish=False, input_id="document")  # fmt: skip
    readings = Table(f"readings.{name}", PageReading, PageReadings(), read, shape=Group(("document",), buckets),
                     split=None, input_id="document")  # fmt: skip
    return [pages, files, joined, readings, replace(documents, reads=(joined.name,))]


def _passed(name: str, source: Source, options: Options) -> list[Table]:
    """What of a source is medical, sound and scrubbed."""
    score = Score(options.languages, filter=content_filter(options.filter))
    medical = Medical(options.languages, options.min_confidence, options.threshold)
    return [
        *_documents(name, source, Normalise(options.min_characters)),
        Table(f"scores.{name}", DocumentScores, score, (f"documents.{name}",), split=None),
        Table(f"medical.{name}", MedicalDocument, medical, (f"documents.{name}", f"scores.{name}"), publish=False),
        Table(f"sound.{name}", SoundDocument, Quality(), (f"medical.{name}",), publish=False),
        Table(f"passed.{name}", ScrubbedDocument, Scrub(), (f"sound.{name}",), publish=False),
    ]


def _questions() -> list[Table]:
    """The questions of benchmarks, and what is looked for to find them."""
    return [
        Table(f"questions.{QUESTIONS}", Question, source=QUESTIONS, publish=False),
        Table("questions", QuestionRuns, QuestionIndex(), (f"questions.{QUESTIONS}",), shape=Collect(), publish=False),
    ]


def _corpus(name: str, options: Options, *, asked: bool) -> list[Table]:
    """What of it stays, and which questions of benchmarks were found in it."""
    corpus = Corpus(name, TokenCounts(options.tokenizer))
    of_others = {"needs": {"duplicates": "duplicates"}, "leaves_out": ("duplicates",)}
    passed, overlap = f"passed.{name}", f"contamination.{name}"
    if not asked:
        return [Table(f"corpus.{name}", CorpusDocument, corpus, (passed,), **of_others, split="language")]
    return [
        Table(overlap, Overlap, Contamination(), (passed,), shape=Map(of="id"), needs={"questions": "questions"},
              split=None),
        Table(f"corpus.{name}", CorpusDocument, corpus, (passed, overlap), **of_others, split="language"),
    ]  # fmt: skip
