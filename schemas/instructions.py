"""Rows of an instruction set (MedS-Ins) and of its benchmark (MedS-Bench, both arXiv 2408.12547)."""

from typing import Final

import dataframely as dy

from schemas.columns import tag
from schemas.duplicates import KINDS
from schemas.words import SPLITS

_CHOICE = dy.Struct({"mark": dy.String(), "text": dy.String()})
_PAIR = dy.Struct({"input": dy.String(), "output": dy.String()})
_MESSAGE = dy.Struct({"role": dy.String(), "content": dy.String()})

UNANSWERABLE: Final = ("needs_image", "struck")
"""Why a question cannot be answered from its text, or its answer not be trusted: it asks about a picture, or its
examiners took it out of the score."""


class Instance(dy.Schema):
    """One pair of input and output of one task, made of one row of a corpus; the wording of the task is not in it."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="`TASK:ROW`.")
    row = dy.String(metadata=tag("id"), description="Of the row of the corpus: `pubmedqa/21645374`.")
    task = dy.String(metadata=tag("label"), description="Number as published, or a name.")
    corpus = dy.String(metadata=tag("label"))
    document = dy.String(
        metadata=tag("id", identifies="document"),
        description="The article, patient or exam: what must not stand in two splits. `CORPUS/…`.",
    )
    split = dy.Enum(SPLITS, metadata=tag("label"))
    input = dy.String(min_length=1, metadata=tag("adapted_text"))
    outputs = dy.List(
        dy.String(min_length=1),
        min_length=1,
        metadata=tag("adapted_text"),
        description="All right answers, best first.",
    )
    choices = dy.List(
        _CHOICE, metadata=tag("adapted_text"),
        description="Options as they stand in the input, or the classes to choose from; none where the answer is free.",
    )  # fmt: skip
    gold = dy.List(
        dy.String(), metadata=tag("adapted_text"),
        description="What is scored where it is not the words: marks of right choices, classes, entities.",
    )  # fmt: skip
    unanswerable = dy.List(
        dy.Enum(UNANSWERABLE), metadata=tag("label"),
        description="Of a question of an examination: whether it needs a picture, whether its examiners struck it.",
    )  # fmt: skip
    licence = dy.String(metadata=tag("licence"), description="`unknown` where none is known, which stays at home.")


class BenchItem(Instance):
    """One item of the benchmark, with all that is needed to ask and to score it."""

    folder = dy.String(metadata=tag("label"), description="Of MedS-Bench, spelt as there.")
    bench_id = dy.String(metadata=tag("label"), description="Number of the task in MedS-Bench.")
    category = dy.String(metadata=tag("label"))
    metric = dy.String(metadata=tag("label"))
    input_language = dy.String(metadata=tag("label"), description="ISO 639-1.")
    output_language = dy.String(metadata=tag("label"), description="ISO 639-1.")
    definition = dy.String(min_length=1, metadata=tag("label"))
    examples = dy.List(
        _PAIR, metadata=tag("adapted_text"), description="Few shots, of train alone and of other documents."
    )


class ChatInstance(dy.Schema):
    """One instance of the training set as a chat: the definition and examples are in the messages."""

    order = dy.UInt64(primary_key=True, metadata=tag("count"), description="Shuffles the set; the same for a seed.")
    id = dy.String(primary_key=True, metadata=tag("id"), description="Of the instance.")
    copy = dy.Int32(primary_key=True, min=0, metadata=tag("count"), description="From 0, where it is drawn repeatedly.")
    task = dy.String(metadata=tag("label"))
    corpus = dy.String(metadata=tag("label"))
    category = dy.String(metadata=tag("label"))
    document = dy.String(metadata=tag("id", identifies="document"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    input_language = dy.String(metadata=tag("label"), description="ISO 639-1.")
    output_language = dy.String(metadata=tag("label"), description="ISO 639-1.")
    instruction_language = dy.String(metadata=tag("label"), description="ISO 639-1.")
    definition = dy.Int32(
        min=0, metadata=tag("count"), description="Which wording of the task, from 0: `number` in `definitions`."
    )
    shots = dy.List(
        dy.String(), metadata=tag("id"), description="Instances that stand as examples before the question."
    )
    messages = dy.List(_MESSAGE, min_length=2, metadata=tag("adapted_text"))
    other_outputs = dy.List(dy.String(), metadata=tag("adapted_text"), description="Right answers beside that given.")
    rationale_by = dy.String(
        nullable=True,
        metadata=tag("label"),
        description="The model whose reasons stand before the answer, with a blank line between; null where none do.",
    )
    licence = dy.String(metadata=tag("licence"))
    tokens = dy.Int64(
        nullable=True, min=0, metadata=tag("count"), description="Of all messages; null without a tokenizer."
    )


class InstanceRationale(dy.Schema):
    """Why the answer to a question with choices is right, in a model's words that were checked; no blank line in it."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    rationale = dy.String(min_length=1, metadata=tag("adapted_text"))
    rationale_by = dy.String(metadata=tag("label"), description="The model.")


class TaskDefinition(dy.Schema):
    """One wording of what a task asks for; those that were declared come first, then those made of them."""

    task = dy.String(primary_key=True, metadata=tag("label"))
    number = dy.Int32(primary_key=True, min=0, metadata=tag("count"), description="`definition` of a chat.")
    parent = dy.Int32(
        nullable=True, min=0, metadata=tag("count"), description="Which one it rewords; null for a declared one."
    )
    by = dy.String(nullable=True, metadata=tag("label"), description="The model that reworded it, where it is told.")
    text = dy.String(min_length=1, metadata=tag("label"))
    chats = dy.Int64(min=0, metadata=tag("count"), description="How many chats it stands in.")


FATES: Final = (
    "duplicate", "elsewhere", "conflict", "in_test", "document_in_test", "contaminated", "near_test", "near_duplicate",
    "near_elsewhere",
)  # fmt: skip
"""Why an instance of the training set is left out, or noted: see `builders/stages/instructions/twins.py`."""


class InstanceKey(dy.Schema):
    """What of an instance is compared with others: no words, only hashes of them (BLAKE2b, 64 bits)."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    task = dy.String(metadata=tag("label"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    input_key = dy.UInt64(
        metadata=tag("text_group", identifies="text"), description="Of letters and digits in lower case."
    )
    output_key = dy.UInt64(metadata=tag("text_group"), description="Of all outputs, likewise.")
    document_key = dy.UInt64(metadata=tag("text_group"))
    draw = dy.UInt64(metadata=tag("count"), description="Of the id, with the seed: what is drawn first is lowest.")
    size = dy.Int64(min=0, metadata=tag("count"), description="Tokens of input and first output, or characters.")


class InstanceFate(dy.Schema):
    """An instance that is left out or noted, and the one it has to do with."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    fate = dy.Enum(FATES, primary_key=True, metadata=tag("label"))
    of = dy.String(metadata=tag("id"), description="The other instance, or the item of a benchmark.")


class NearInstance(dy.Schema):
    """An instance that has near copies, and the one that stands for all of them."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    task = dy.String(metadata=tag("label"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    kind = dy.Enum(KINDS, metadata=tag("label"))
    kept = dy.String(metadata=tag("id"), description="Names the cluster.")


class Drawable(dy.Schema):
    """An instance that may be drawn: none of test, and nothing that was left out."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    task = dy.String(metadata=tag("label"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    draw = dy.UInt64(metadata=tag("count"))
    size = dy.Int64(min=0, metadata=tag("count"))


class MixtureShare(dy.Schema):
    """How many instances of a task there are and are drawn."""

    task = dy.String(primary_key=True, metadata=tag("label"))
    name = dy.String(metadata=tag("label"))
    category = dy.String(metadata=tag("label"))
    language = dy.String(metadata=tag("label"), description="Of the output.")
    corpus = dy.String(metadata=tag("label"))
    available = dy.Int64(min=0, metadata=tag("count"), description="In train.")
    taken = dy.Int64(min=0, metadata=tag("count"), description="Different ones that are drawn.")
    drawn = dy.Int64(min=0, metadata=tag("count"), description="With repetitions.")
    copies = dy.Int32(min=0, metadata=tag("count"), description="How often each of those within is drawn.")
    within = dy.UInt64(nullable=True, metadata=tag("count"), description="The last draw within the cap; null: none is.")
    once_more = dy.UInt64(nullable=True, metadata=tag("count"), description="Up to this draw once more; null: none.")
    share = dy.Float64(min=0, max=1, metadata=tag("score"), description="Of the mixture.")
    size = dy.Int64(min=0, metadata=tag("count"), description="Tokens or characters of what is drawn, about.")


class Example(dy.Schema):
    """An instance of train that may stand as an example before others of its task."""

    task = dy.String(primary_key=True, metadata=tag("label"))
    draw = dy.UInt64(primary_key=True, metadata=tag("count"))
    id = dy.String(primary_key=True, metadata=tag("id"))
    document = dy.String(metadata=tag("id", identifies="document"))
    input = dy.String(min_length=1, metadata=tag("adapted_text"))
    output = dy.String(min_length=1, metadata=tag("adapted_text"))
    licence = dy.String(metadata=tag("licence"))


FLAWS: Final = ("empty_output", "truncated", "wrong_language", "too_long", "personal_data", *UNANSWERABLE)
"""What may be wrong with an instance by itself: see `builders/stages/instructions/flaws.py`."""


class InstanceFlaw(dy.Schema):
    """Something that is wrong with an instance by itself."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    flaw = dy.Enum(FLAWS, primary_key=True, metadata=tag("label"))
    task = dy.String(metadata=tag("label"))
    detail = dy.String(metadata=tag("label"), description="A language, a kind of data, a length; no words of the text.")


class AnswerCount(dy.Schema):
    """How often an answer of a closed list is right in a split of a task, and where it stood among the options."""

    task = dy.String(primary_key=True, metadata=tag("label"))
    split = dy.Enum(SPLITS, primary_key=True, metadata=tag("label"))
    options = dy.Int32(primary_key=True, min=0, metadata=tag("count"), description="How many there were.")
    place = dy.Int32(primary_key=True, min=0, metadata=tag("count"), description="Of the right one, from 0.")
    ordered = dy.Bool(metadata=tag("label"), description="Whether options differ by instance, so that places compare.")
    rows = dy.Int64(min=0, metadata=tag("count"))


class SizeLimit(dy.Schema):
    """How large an instance of a task is usually, and from where on it is an outlier."""

    task = dy.String(primary_key=True, metadata=tag("label"))
    instances = dy.Int64(min=0, metadata=tag("count"))
    median = dy.Float64(metadata=tag("count"))
    limit = dy.Float64(
        nullable=True,
        metadata=tag("count"),
        description="Tokens or characters, as `InstanceKey.size`; null where a task has too few instances to tell.",
    )


class InstanceText(dy.Schema):
    """The words of an instance, in the columns that copies are looked for in."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    text = dy.String(min_length=1, metadata=tag("adapted_text"))
    url = dy.String(nullable=True, metadata=tag("id"))
    licence = dy.String(metadata=tag("licence"))
