"""Rows of a corpus of labelled sentences (RaTE-NER, arXiv 2406.16845): what is drawn, who voted, what was decided."""

from typing import Final

import dataframely as dy

from schemas.columns import cut_from, tag
from schemas.exams import MODALITIES, REGIONS
from schemas.review import VERIFIED
from schemas.words import RATE_TYPES, SPLITS

STATUS: Final = ("single", "agreed", "conflict", "reviewed")
"""`single`: one annotator voted. `conflict`: those who voted do not have the same entities. `reviewed`: nor do they,
and people judged every entity that they differ in.
"""

_SPAN_FIELDS: Final = {
    "start": dy.Int32(min=0, description="Into `text`, in characters."),
    "end": dy.Int32(min=1, description="Behind the last character."),
    "type": dy.Enum(RATE_TYPES),
}
_SPANS: Final = dy.Struct(_SPAN_FIELDS)


class DrawnReport(dy.Schema):
    """One report that could be drawn, its stratum, and whether it was."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    source = dy.String(metadata=tag("label"), description="Name of the source.")
    split = dy.Enum(SPLITS, metadata=tag("label"))
    modality = dy.Enum(MODALITIES, nullable=True, metadata=tag("label"))
    region = dy.Enum(REGIONS, nullable=True, metadata=tag("label"))
    drawn = dy.Bool(metadata=tag("label"))


class Sentence(dy.Schema):
    """One sentence of a report that was drawn."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="`CXR17/findings/0/3`: section, which, sentence.")
    report = dy.String(metadata=tag("id"))
    source = dy.String(metadata=tag("label"), description="Name of the source.")
    split = dy.Enum(SPLITS, metadata=tag("label"))
    modality = dy.Enum(MODALITIES, nullable=True, metadata=tag("label"))
    region = dy.Enum(REGIONS, nullable=True, metadata=tag("label"))
    section = dy.String(metadata=tag("label"))
    section_index = dy.Int32(min=0, metadata=tag("label"), description="Which of equal names.")
    start = dy.Int32(min=0, metadata=tag("label", "characters"), description="Into the section.")
    end = dy.Int32(min=1, metadata=tag("label", "characters"))
    text = dy.String(
        min_length=1,
        metadata=cut_from("report", section="section", section_index="section_index", start="start", end="end"),
        description="`section[start:end]`.",
    )


class SentenceKey(dy.Schema):
    """What became of a sentence when near-duplicates were removed: it is kept, or repeats another."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    repeats = dy.String(nullable=True, metadata=tag("id"), description="The sentence that is kept in its place.")


class Vote(dy.Schema):
    """What one annotator reads in one sentence. Without a row here an annotator had no answer, and is not counted."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="Of the sentence.")
    annotator = dy.String(primary_key=True, metadata=tag("label"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    entities = dy.List(_SPANS, metadata=tag("label"), description="In the order of the text, none over another.")


class LabelledSentence(Sentence):
    """A sentence with the entities that were decided on."""

    entities = dy.List(_SPANS, metadata=tag("label"), description="In the order of the text, none over another.")
    status = dy.Enum(STATUS, metadata=tag("label"))
    voters = dy.Int32(min=1, metadata=tag("count"), description="Annotators that had an answer.")
    agreed = dy.Float32(
        min=0, max=1, nullable=True, metadata=tag("score"),
        description="Share of all entities named by anybody that all name; null where nobody names one, or one votes.",
    )  # fmt: skip


class Dispute(dy.Schema):
    """One entity that some annotators name and some do not: what a person is asked about."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="Of the sentence.")
    start = dy.Int32(primary_key=True, min=0, metadata=tag("label", "characters"), description="Into the sentence.")
    end = dy.Int32(primary_key=True, min=1, metadata=tag("label", "characters"))
    type = dy.Enum(RATE_TYPES, primary_key=True, metadata=tag("label"))
    report = dy.String(metadata=tag("id"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    section = dy.String(metadata=tag("label"))
    section_index = dy.Int32(min=0, metadata=tag("label"), description="Which of equal names.")
    sentence_start = dy.Int32(
        min=0, metadata=tag("label", "characters"), description="Of the sentence, in the section."
    )
    sentence_end = dy.Int32(min=1, metadata=tag("label", "characters"))
    by = dy.List(dy.String(), metadata=tag("label"), description="Annotators that name it.")
    against = dy.List(dy.String(), metadata=tag("label"), description="Annotators that do not.")
    taken = dy.Bool(metadata=tag("label"), description="Whether the sentence has it.")
    verdict = dy.Enum(
        VERIFIED, nullable=True, metadata=tag("label"),
        description="Of the reviewers; null where they have none, or the build was given no verdicts.",
    )  # fmt: skip


class Judged(dy.Schema):
    """What reviewers say of one dispute, as far as they agree, and the entity that the sentence has for it."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="Of the sentence.")
    start = dy.Int32(primary_key=True, min=0, metadata=tag("label", "characters"), description="Into the sentence.")
    end = dy.Int32(primary_key=True, min=1, metadata=tag("label", "characters"))
    type = dy.Enum(RATE_TYPES, primary_key=True, metadata=tag("label"))
    verdict = dy.Enum(VERIFIED, metadata=tag("label"))
    settled = dy.Bool(metadata=tag("label"), description="False: corrected, and the correction could not be read.")
    right = dy.Struct(
        _SPAN_FIELDS, nullable=True, metadata=tag("label"),
        description="Null where nothing is right, or a longer entity that is right lies over it.",
    )  # fmt: skip
