"""Rows of RaTE-Eval (arXiv 2406.16845): pairs that people rated, reports rewritten in two ways, and scores of both."""

from typing import Final

import dataframely as dy

from schemas.columns import tag
from schemas.words import SPLITS

ERROR_TYPES: Final = (
    "false_finding", "missing_finding", "wrong_location", "wrong_severity", "false_comparison", "missing_comparison",
)  # fmt: skip
"""Kinds of errors that raters count, as in ReXVal (PhysioNet, 2023): what the candidate says too much, leaves out, puts
elsewhere, grades otherwise; a comparison it makes up, and one of the reference that it leaves out."""
SCORES: Final = ("ratescore", "bleu", "rouge1", "rouge2", "rougeL", "bertscore")
"""Metrics of a candidate against its reference, by column; more is better in each."""


def _count() -> dy.Float64:
    return dy.Float64(nullable=True, min=0, metadata=tag("label"), description="Mean over raters where there are some.")


def _score(what: str) -> dy.Float64:
    return dy.Float64(nullable=True, metadata=tag("score"), description=what)


class RatedPair(dy.Schema):
    """A candidate beside its reference, and what people think of it."""

    id = dy.String(primary_key=True, min_length=1, metadata=tag("id"), description="`sentence/test/17`.")
    split = dy.Enum(SPLITS, metadata=tag("label"))
    candidate = dy.String(metadata=tag("source_text"), description="The similar report that was rated.")
    reference = dy.String(metadata=tag("source_text"), description="The report of the same study.")


class RatedSentence(RatedPair):
    """A pair of sentences: errors of six kinds are counted. Lower is better."""

    false_finding = _count()
    missing_finding = _count()
    wrong_location = _count()
    wrong_severity = _count()
    false_comparison = _count()
    missing_comparison = _count()
    errors = dy.Float64(nullable=True, min=0, metadata=tag("label"), description="All of them; null where not given.")
    potential = dy.Float64(nullable=True, min=0, metadata=tag("label"), description="Errors that could have been made.")
    rating = dy.Float64(metadata=tag("label"), description="`errors` of `potential`, or what the source gives.")


class RatedParagraph(RatedPair):
    """A pair of paragraphs with a grade. Higher is better."""

    rating = dy.Float64(metadata=tag("label"), description="0 to 5 as published.")


class ScoredSentence(RatedSentence):
    """The same with scores of metrics."""

    ratescore = _score("Null where a side has no entity.")
    bleu = _score("Null where it was not asked for, or the reference has no words; so the next.")
    rouge1 = _score("F1 of words.")
    rouge2 = _score("F1 of pairs of words.")
    rougeL = _score("F1 of the longest common subsequence.")  # noqa: N815
    bertscore = _score("F1 of a model's states.")


class ScoredParagraph(RatedParagraph):
    """The same with scores of metrics."""

    ratescore = _score("Null where a side has no entity.")
    bleu = _score("Null where it was not asked for, or the reference has no words; so the next.")
    rouge1 = _score("F1 of words.")
    rouge2 = _score("F1 of pairs of words.")
    rougeL = _score("F1 of the longest common subsequence.")  # noqa: N815
    bertscore = _score("F1 of a model's states.")


class Rewritten(dy.Schema):
    """A report, the same in other words (`synonym`), and changed so that it says something else (`antonym`)."""

    id = dy.String(primary_key=True, min_length=1, metadata=tag("id"), description="Of the study.")
    split = dy.Enum(SPLITS, metadata=tag("label"))
    reference = dy.String(metadata=tag("source_text"), description="The text that was read.")
    synonym = dy.String(metadata=tag("adapted_text"))
    antonym = dy.String(metadata=tag("adapted_text"))
    sentences = dy.Int32(min=1, metadata=tag("count"))
    changed = dy.Int32(min=0, metadata=tag("count"), description="Sentences that the synonym has in other words.")
    flipped = dy.Int32(min=0, metadata=tag("count"), description="Sentences that the antonym has in other words.")
    flags = dy.List(
        dy.String(), metadata=tag("label"), description="What the rules could not judge of a sentence, each once."
    )
    rewriter = dy.String(metadata=tag("label"), description="rules, or the model's name.")


class ScoredRewrite(Rewritten):
    """The same with scores of metrics on either version, against the text itself."""

    ratescore_synonym = _score("Null where a side has no entity.")
    ratescore_antonym = _score("Should be the lower one.")
    bleu_synonym = _score("Null where it was not asked for; so the next.")
    bleu_antonym = _score("")
    rouge1_synonym = _score("")
    rouge1_antonym = _score("")
    rouge2_synonym = _score("")
    rouge2_antonym = _score("")
    rougeL_synonym = _score("")  # noqa: N815
    rougeL_antonym = _score("")  # noqa: N815
    bertscore_synonym = _score("")
    bertscore_antonym = _score("")
