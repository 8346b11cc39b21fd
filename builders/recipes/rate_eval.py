"""RaTE-Eval: does a metric of reports say what people say?

Three tasks, after RaTEScore (arXiv 2406.16845). Sentences and paragraphs that people rated come from a copy of the
published files (`rate-eval-folder`); pairs of rewrites are made of any reports: each report once more in other words,
which a metric should score high, and once with its findings turned round, which it should score low. All rows carry the
scores of RaTEScore and of baselines, so that `medmill evaluate metric` reads the tables as they are.

Meant for comparing metrics, not for training them. Rewrites by rules are read back by the same rules that our RaTEScore
reads by, so its accuracy on them says that the rules agree with themselves; how far it tells what radiologists tell,
only the rated tasks can say. Rewrites by a model are checked by those rules too, and no radiologist has seen either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec

from annotators.baselines.baseline import BY_NAME, chosen
from annotators.ratescore.embedders import embedder
from builders.base import Recipe, Source, Table
from builders.stages.corpus import Corpus, TextChoice
from builders.stages.pair_scores import Metrics, ScorePairs, ScoreRewrites
from builders.stages.rewrite import Rewrite, model_named
from schemas.errors import UsageError
from schemas.radiology import Report
from schemas.rate_eval import RatedParagraph, RatedSentence, Rewritten, ScoredParagraph, ScoredRewrite, ScoredSentence
from schemas.retrieval import Study
from schemas.terms import compose

TITLE = "RaTE-Eval: metrics of radiology reports beside human ratings, and on synonym and antonym rewrites"
TASKS = ("text-classification",)
SOURCES = ("rate-eval-folder", "openi", "synthetic", "reports-table", "mimic-cxr", "ct-rate")
RATED = {"sentence_ratings": (RatedSentence, ScoredSentence), "paragraph_ratings": (RatedParagraph, ScoredParagraph)}
_PACKAGES = {"bleu": "sacrebleu", "rouge": "rouge_score"}


@dataclass(frozen=True)
class Options:
    """Settings of RaTE-Eval.

    `text`: which sections of a report are rewritten. `rewriter`: `rules`, or a served model, `llm:MODEL@URL`, whose
    answers are stored in `answers`; `revision`: which weights these are; `agreement`: what lets the text be sent to a
    remote server. `embedder`: of RaTEScore. `baselines`: `installed` (bleu and rouge where the extra `metrics` is), or
    any of bleu, rouge, bertscore:FOLDER.
    """

    text: TextChoice = "both"
    rewriter: str = "rules"
    answers: str = ""
    revision: str = ""
    agreement: str = ""
    embedder: str = "lexical"
    baselines: tuple[str, ...] = ("installed",)
    seed: str = "medmill"


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """RaTE-Eval from a copy of the published ratings, one source of reports, or both."""
    rated = [name for name, source in sources.items() if set(RATED) & set(source.tables)]
    reports = [name for name, source in sources.items() if "reports" in source.tables]
    if len(rated) > 1 or len(reports) > 1:
        raise UsageError(f"rate-eval reads one source of ratings and one of reports, got {', '.join(sorted(sources))}")
    embedder(options.embedder)
    metrics = Metrics(options.embedder, "long", _baselines(options.baselines))
    tables = [table for name in rated for table in _rated(name, sources[name], metrics)]
    tables += [table for name in reports for table in _rewritten(name, sources[name], options, metrics)]
    return Recipe("rate-eval", sources, tables, compose([source.terms for source in sources.values()]))


def _baselines(told: tuple[str, ...]) -> tuple[str, ...]:
    names = [name.strip() for name in told if name.strip()]
    if names == ["installed"]:
        return tuple(name for name in BY_NAME if find_spec(_PACKAGES[name]))
    for name in names:
        chosen(name)
    return tuple(names)


def _rated(name: str, source: Source, metrics: Metrics) -> list[Table]:
    """Sentences are scored by the weights that were searched on sentences."""
    found = []
    for table, (raw, scored) in RATED.items():
        if source.shards(table):
            weights = "short" if table == "sentence_ratings" else "long"
            stage = ScorePairs(replace(metrics, weights=weights))
            found += [Table(f"{table}.source", raw, source=name, publish=False),
                      Table(table, scored, stage, (f"{table}.source",))]  # fmt: skip
    return found


def _rewritten(name: str, source: Source, options: Options, metrics: Metrics) -> list[Table]:
    model = model_named(options.rewriter, options.answers, options.revision)
    if model:
        model.demand_allowed(source.terms, options.agreement)
    return [
        Table("reports", Report, source=name, publish=False),
        Table("corpus", Study, Corpus(options.text, seed=options.seed), ("reports",), publish=False),
        Table("rewrites.made", Rewritten, Rewrite(model, options.seed), ("corpus",), publish=False),
        Table("synthetic", ScoredRewrite, ScoreRewrites(metrics), ("rewrites.made",)),
    ]
