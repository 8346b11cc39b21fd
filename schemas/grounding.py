"""Rows that tie what a report says to masks: grounded sentences, and questions made of them."""

from typing import Final

import dataframely as dy

from schemas.columns import cut_from, tag
from schemas.words import SPLITS

MASK_ROLES: Final = ("container", "extent")
"""`container`: the mask of the structure in which a finding is; `extent`: of the finding itself."""
GROUNDING_KINDS: Final = ("focal", "multifocal", "diffuse", "whole_organ", "organ_normal", "none")
"""`none`: technique, history, recommendation, and what else speaks of no structure."""
NO_NODE: Final = "none"
FORMS: Final = ("open", "closed")
QUESTION_TYPES: Final = (
    "abnormality", "presence", "location", "size", "disorders",  # as published
    "side", "volume_band", "level", "larger",  # a mask proves them
    "change", "unanswerable",
)  # fmt: skip
UNANSWERABLE: Final = ("out_of_view", "not_mentioned", "conflict")

_SPANS = dy.List(
    dy.Struct(
        {
            "section": dy.String(),
            "section_index": dy.Int32(min=0),
            "start": dy.Int32(min=0, description="Into the section, in characters."),
            "end": dy.Int32(min=1, description="Behind the last."),
        }
    ),
    metadata=tag("label", "characters"),
    description="The sentence parts of the report that it rests on.",
)


class GroundedSentence(dy.Schema):
    """One sentence, or part of one, and one structure that it speaks of (`none`: of no structure)."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="`train_1_a/findings-0/120-168/right-upper-lobe`.")
    study = dy.String(metadata=tag("id", identifies="scan"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    section = dy.String(metadata=tag("label"))
    section_index = dy.Int32(min=0, metadata=tag("label"))
    sentence = dy.Int32(min=0, metadata=tag("label"), description="Index of the whole sentence in its section.")
    start = dy.Int32(min=0, metadata=tag("label", "characters"), description="Of the part, into the section.")
    end = dy.Int32(min=1, metadata=tag("label", "characters"))
    text = dy.String(
        min_length=1,
        metadata=cut_from("study", section="section", section_index="section_index", start="start", end="end"),
    )
    node = dy.String(metadata=tag("label"), description="Node of schemas/anatomy.tsv, or `none`.")
    region = dy.String(nullable=True, metadata=tag("label"), description="One of the 10 regions, or others.")
    paths = dy.List(dy.String(), metadata=tag("label"), description="All published paths of the node, head first.")
    findings = dy.List(
        dy.Struct({"term": dy.String(), "assertion": dy.String()}),
        metadata=tag("label"),
        description="Canonical terms that the part says of the node.",
    )
    kind = dy.Enum(GROUNDING_KINDS, metadata=tag("label"))
    rule = dy.String(metadata=tag("label"), description="named, implied:pleura …: how the node was found.")
    laterality_conflict = dy.Bool(metadata=tag("label"), description="Findings and impression disagree on the side.")


class GroundedMask(GroundedSentence):
    """The same, with the masks of the scan's volume."""

    volume = dy.String(nullable=True, metadata=tag("id"), description="Null where the scan has no volume here.")
    masks = dy.List(dy.String(), metadata=tag("id"), description="Ids of `masks` rows, none or many; none empty.")
    mask_node = dy.String(
        nullable=True,
        metadata=tag("label"),
        description="The node whose masks these are: itself or its nearest whole.",
    )
    mask_role = dy.Enum(MASK_ROLES, nullable=True, metadata=tag("label"))


class Question(dy.Schema):
    """One question about one scan, its answer, and what it rests on."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="`train_1_a/presence/right-upper-lobe/nodule`.")
    study = dy.String(metadata=tag("id", identifies="scan"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    volume = dy.String(nullable=True, metadata=tag("id"))
    type = dy.Enum(QUESTION_TYPES, metadata=tag("label"))
    form = dy.Enum(FORMS, metadata=tag("label"))
    node = dy.String(nullable=True, metadata=tag("label"), description="Null: the whole scan.")
    finding = dy.String(nullable=True, metadata=tag("label"), description="Canonical term asked about.")
    question = dy.String(min_length=1, metadata=tag("adapted_text"))
    answer = dy.String(min_length=1, metadata=tag("adapted_text"))
    choices = dy.List(dy.String(), metadata=tag("adapted_text"), description="Of closed questions; else empty.")
    masks = dy.List(dy.String(), metadata=tag("id"))
    evidence = _SPANS
    rule = dy.String(metadata=tag("label"), description="What made the answer: report, mask:side, conflict …")
    template = dy.Int32(min=0, metadata=tag("label"), description="Which phrasing of its type.")
    chain = dy.String(nullable=True, metadata=tag("id"), description="Questions of one chain share it.")
    step = dy.Int32(nullable=True, min=1, metadata=tag("label"), description="Place in the chain.")
    reason = dy.Enum(UNANSWERABLE, nullable=True, metadata=tag("label"), description="Why it has no answer.")
    balanced = dy.Bool(metadata=tag("label"), description="In the configuration without question-only shortcuts.")
