"""Rows between findings and rankings: the vocabulary of entities, and findings as numbers."""

import dataframely as dy

from schemas.columns import tag
from schemas.words import POLARITIES, RATE_TYPES, SPLITS


class VocabularyEntry(dy.Schema):
    """One distinct (term, type) of all findings; rows are in the order of `entry`."""

    entry = dy.UInt32(primary_key=True, metadata=tag("label"), description="0, 1, ... by term, then type.")
    term = dy.String(metadata=tag("label"))
    type = dy.Enum(RATE_TYPES, metadata=tag("label"))
    row = dy.UInt32(metadata=tag("label"), description="Row and column of the term in `cosine.npy`.")


class TermRow(dy.Schema):
    """One distinct term of the vocabulary; `cosine.npy` beside these rows holds [term, term], float32."""

    row = dy.UInt32(primary_key=True, metadata=tag("label"))
    term = dy.String(metadata=tag("label"))


class StudyKey(dy.Schema):
    """What ranking knows of a study: numbers in the order of the ids, and a hash of its id."""

    number = dy.UInt32(primary_key=True, metadata=tag("label"))
    id = dy.String(metadata=tag("id"))
    seed = dy.UInt64(metadata=tag("label"), description="Hash of the id; ties and samples are drawn by it.")
    patient = dy.Int32(metadata=tag("quasi_identifier"), description="-1 where the source has none.")
    group = dy.Int32(metadata=tag("label"), description="Number of the duplicate group.")


class FindingSet(dy.Schema):
    """What is scored for one study and anatomy."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="As in `StudyFinding`.")
    split = dy.Enum(SPLITS, metadata=tag("label"))
    anatomy = dy.String(metadata=tag("label"))
    polarity = dy.Enum(POLARITIES, metadata=tag("label"))
    number = dy.UInt32(metadata=tag("label"), description="The study, see `StudyKey`.")
    seed = dy.UInt64(metadata=tag("label"))
    patient = dy.Int32(metadata=tag("quasi_identifier"))
    group = dy.Int32(metadata=tag("label"))
    set_seed = dy.UInt64(metadata=tag("label"), description="Hash of the terms and types in their order.")
    entries = dy.List(dy.UInt32(), metadata=tag("label"), description="Vocabulary entries in report order.")
    sides = dy.UInt8(metadata=tag("label"), description="Bits: left 1, right 2; bilateral is both.")
    severities = dy.UInt8(metadata=tag("label"), description="One bit per word of `SEVERITIES`.")
    changes = dy.UInt8(metadata=tag("label"), description="One bit per word of `CHANGES`.")


class ScoreMatrix(dy.Schema):
    """One file of a whole score matrix: the scores, or the order of their rows."""

    matrix = dy.String(primary_key=True, metadata=tag("id"), description="Name of the file.")
    anatomy = dy.String(metadata=tag("label"))
    part = dy.String(metadata=tag("label"), description="Split, and shard of it where it is cut: `train_0`.")
    content = dy.Enum(("scores", "order"), metadata=tag("label"))
    rows = dy.Int64(min=0, metadata=tag("count"))
    path = dy.String(metadata=tag("path"))
    bytes = dy.Int64(min=0, metadata=tag("count", "bytes"))
    sha256 = dy.String(metadata=tag("id"))
