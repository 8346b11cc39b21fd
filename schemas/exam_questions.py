"""Rows of a benchmark of exam questions (MMedBench, arXiv 2402.13963): as read, what becomes of them, as published."""

from typing import Final

import dataframely as dy

from schemas.columns import tag
from schemas.words import SPLITS

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPLIT_ORIGINS: Final = ("official", "drawn")
IMAGE_SIGNS: Final = ("source", "words", "options")
"""Why a question is taken to need a picture: the source says so, its words do, or its options are blank or alike."""
FATES: Final = ("kept", "dev_split", "needs_image", "in_test", "duplicate", "near_duplicate")
"""What becomes of a question; all but the first are reasons to leave it out."""

_OPTION: Final = dy.Struct({"letter": dy.String(), "text": dy.String()})


class ReadQuestion(dy.Schema):
    """One question as its source has it."""

    id = dy.String(
        primary_key=True,
        metadata=tag("id"),
        description="Of the source: `igakuqa/113-A/17`, `headqa/Cuaderno_2015_1_B/3`.",
    )
    source = dy.String(metadata=tag("label"), description="Name of the source.")
    language = dy.String(metadata=tag("label"), description="ISO 639-1.")
    split = dy.Enum(SPLITS, nullable=True, metadata=tag("label"), description="Null where the source has no splits.")
    question = dy.String(min_length=1, metadata=tag("source_text"))
    context = dy.String(nullable=True, metadata=tag("source_text"), description="What is to be read before.")
    options = dy.List(_OPTION, min_length=2, metadata=tag("source_text"), description="In the order of their letters.")
    answer = dy.List(dy.String(), min_length=1, metadata=tag("label"), description="Letters that are right, sorted.")
    also_accepted = dy.List(
        dy.String(), metadata=tag("label"),
        description="Other sets of letters that the examiners took for right, each as `A,C`.",
    )  # fmt: skip
    multiple_answers = dy.Bool(metadata=tag("label"), description="Whether more than one letter is right.")
    needs_image = dy.Bool(metadata=tag("label"), description="Whether it cannot be answered without a picture.")
    image_sign = dy.Enum(IMAGE_SIGNS, nullable=True, metadata=tag("label"), description="What says so.")
    struck = dy.Bool(metadata=tag("label"), description="Whether the examiners took it out of the score.")
    year = dy.Int32(nullable=True, min=1900, max=2100, metadata=tag("label"))
    subject = dy.String(nullable=True, metadata=tag("label"), description="As the source calls it.")
    licence = dy.String(metadata=tag("licence"))


class QuestionFate(dy.Schema):
    """What becomes of a question when splits are drawn and repeated questions found."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    source = dy.String(metadata=tag("label"))
    language = dy.String(metadata=tag("label"))
    split = dy.Enum(SPLITS, metadata=tag("label"), description="Of the source, or drawn.")
    split_origin = dy.Enum(SPLIT_ORIGINS, metadata=tag("label"))
    needs_image = dy.Bool(metadata=tag("label"))
    multiple_answers = dy.Bool(metadata=tag("label"))
    fate = dy.Enum(FATES, metadata=tag("label"))
    repeats = dy.String(nullable=True, metadata=tag("id"), description="The question that it repeats.")


class QuestionCount(dy.Schema):
    """How many questions a source gives to a split, and where the others went."""

    source = dy.String(primary_key=True, metadata=tag("label"))
    split = dy.Enum(SPLITS, primary_key=True, metadata=tag("label"))
    language = dy.String(metadata=tag("label"))
    read = dy.Int64(min=0, metadata=tag("count"), description="Sound records; what is not is rejected on reading.")
    kept = dy.Int64(min=0, metadata=tag("count"))
    dev_split = dy.Int64(min=0, metadata=tag("count"))
    left_out_for_image = dy.Int64(min=0, metadata=tag("count"))
    in_test = dy.Int64(min=0, metadata=tag("count"))
    duplicates = dy.Int64(min=0, metadata=tag("count"))
    near_duplicates = dy.Int64(min=0, metadata=tag("count"))
    needs_image = dy.Int64(min=0, metadata=tag("count"), description="Of those kept.")
    multiple_answers = dy.Int64(min=0, metadata=tag("count"), description="Of those kept.")
    published = dy.Int64(nullable=True, min=0, metadata=tag("count"), description="In the published table.")


class QuestionRationale(dy.Schema):
    """Why the right answer of a question is right, in a model's words that were checked."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    rationale = dy.String(min_length=1, metadata=tag("adapted_text"))
    rationale_by = dy.String(metadata=tag("label"), description="The model.")


class QuestionVerdict(dy.Schema):
    """What reviewers say of a question and its rationale together; those they are undecided about have none."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    passed = dy.Bool(metadata=tag("label"))


class ExamQuestion(ReadQuestion):
    """One question of the benchmark."""

    split = dy.Enum(SPLITS, metadata=tag("label"))
    split_origin = dy.Enum(SPLIT_ORIGINS, metadata=tag("label"), description="Of the source, or drawn here.")
    rationale = dy.String(nullable=True, metadata=tag("adapted_text"))
    rationale_by = dy.String(nullable=True, metadata=tag("label"), description="The model.")
    human_checked = dy.Bool(metadata=tag("label"), description="Whether reviewers came to a verdict on it.")
    human_check_passed = dy.Bool(metadata=tag("label"), description="Whether that verdict was to accept it.")
