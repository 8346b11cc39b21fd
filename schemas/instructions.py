"""Rows of an instruction set (MedS-Ins) and of its benchmark (MedS-Bench, both arXiv 2408.12547)."""

import dataframely as dy

from schemas.columns import tag
from schemas.words import SPLITS

_CHOICE = dy.Struct({"mark": dy.String(), "text": dy.String()})
_PAIR = dy.Struct({"input": dy.String(), "output": dy.String()})
_MESSAGE = dy.Struct({"role": dy.String(), "content": dy.String()})


class Instance(dy.Schema):
    """One pair of input and output of one task, made from one row of a corpus; the definition of the task is not in it."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="`TASK:ROW`.")
    row = dy.String(metadata=tag("id"), description="Of the row of the corpus: `pubmedqa/21645374`.")
    task = dy.String(metadata=tag("label"), description="Number as published, or a name.")
    corpus = dy.String(metadata=tag("label"))
    document = dy.String(
        metadata=tag("id", identifies="study"),
        description="The article, patient or exam: what must not stand in two splits. `CORPUS/…`.",
    )
    split = dy.Enum(SPLITS, metadata=tag("label"))
    input = dy.String(min_length=1, metadata=tag("adapted_text"))
    outputs = dy.List(
        dy.String(min_length=1), min_length=1, metadata=tag("adapted_text"), description="All right answers, best first."
    )
    choices = dy.List(
        _CHOICE, metadata=tag("adapted_text"),
        description="Options as they stand in the input, or the classes to choose from; none where the answer is free.",
    )  # fmt: skip
    gold = dy.List(
        dy.String(), metadata=tag("adapted_text"),
        description="What is scored where it is not the words: marks of right choices, classes, entities.",
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
    document = dy.String(metadata=tag("id", identifies="study"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    input_language = dy.String(metadata=tag("label"), description="ISO 639-1.")
    output_language = dy.String(metadata=tag("label"), description="ISO 639-1.")
    instruction_language = dy.String(metadata=tag("label"), description="ISO 639-1.")
    definition = dy.Int32(min=0, metadata=tag("count"), description="Which wording of the task, from 0.")
    shots = dy.List(dy.String(), metadata=tag("id"), description="Instances that stand as examples before the question.")
    messages = dy.List(_MESSAGE, min_length=2, metadata=tag("adapted_text"))
    licence = dy.String(metadata=tag("licence"))
    tokens = dy.Int64(
        nullable=True, min=0, metadata=tag("count"), description="Of all messages; null without a tokenizer."
    )
