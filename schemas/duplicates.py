"""Rows on the way to which documents repeat others, and what comes of it.

A text is known by its `content`, 128 bits in hexadecimal digits, and where many rows name it, by `key`, their first
half: of 10⁸ texts two share one with a probability of 3 · 10⁻⁴.
"""

from typing import Final

import dataframely as dy

from schemas.columns import tag

KINDS: Final = ("kept", "exact", "near")
"""`kept`: the document that stays. `exact`: its words are those of the one that stays. `near`: most of them are."""


class Signature(dy.Schema):
    """One document, and what tells whether others are alike."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    source = dy.String(metadata=tag("label"))
    content = dy.String(metadata=tag("text_group"), description="Hash of its words: case and punctuation apart.")
    key = dy.UInt64(metadata=tag("text_group"))
    letters = dy.Int64(min=0, metadata=tag("count"), description="In its words.")
    licensed = dy.Bool(metadata=tag("label"), description="Whether its licence is known.")
    url = dy.String(nullable=True, metadata=tag("id"))
    raw = dy.UInt64(metadata=tag("text_group"), description="Hash of its bytes.")
    values = dy.List(
        dy.UInt16(), metadata=tag("text_group"), description="MinHash values; empty where nothing can be near to it."
    )


class Band(dy.Schema):
    """A text in one of its buckets."""

    band = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    key = dy.UInt64(primary_key=True, metadata=tag("text_group"))


class Glance(dy.Schema):
    """A text in a bucket that holds others too, with its MinHash values."""

    band = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    key = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    values = dy.List(dy.UInt16(), metadata=tag("text_group"))


class Candidate(dy.Schema):
    """Two texts that seem to be near; each pair is in the table one way round only, once per bucket file."""

    key = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    other = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    equal = dy.UInt16(metadata=tag("count"), description="MinHash values they share.")


class Suspect(dy.Schema):
    """A text that another may be near to."""

    key = dy.UInt64(primary_key=True, metadata=tag("text_group"))


class Sketch(dy.Schema):
    """A text by the least hashes of its shingles."""

    key = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    letters = dy.Int64(min=0, metadata=tag("count"))
    hashes = dy.List(dy.UInt32(), metadata=tag("text_group"), description="Ascending.")


class Offer(dy.Schema):
    """Two texts that are compared; the sketch of `other` lies in one row of those in a bucket of keys."""

    key = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    other = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    letters = dy.Int64(nullable=True, min=0, metadata=tag("count"), description="Of the other.")
    hashes = dy.List(
        dy.UInt32(), nullable=True, metadata=tag("text_group"), description="Null where another row has it."
    )


class Link(dy.Schema):
    """Two texts and how alike they are, whatever that comes to."""

    left = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    right = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    similarity = dy.Float32(min=0, max=1, metadata=tag("score"), description="Jaccard similarity of their shingles.")
    left_letters = dy.Int64(min=0, metadata=tag("count"))
    right_letters = dy.Int64(min=0, metadata=tag("count"))


class Cluster(dy.Schema):
    """A text that is near to others, and the one that stands for all of them."""

    key = dy.UInt64(primary_key=True, metadata=tag("text_group"))
    cluster = dy.UInt64(metadata=tag("text_group"), description="Key of the text that is kept.")
    texts = dy.UInt32(min=2, metadata=tag("count"))
    similarity = dy.Float32(min=0, max=1, metadata=tag("score"), description="To the nearest other text of them.")


class Member(dy.Schema):
    """A document whose text is near to others, or stands elsewhere too."""

    source = dy.String(primary_key=True, metadata=tag("label"))
    id = dy.String(primary_key=True, metadata=tag("id"))
    content = dy.String(metadata=tag("text_group"))
    key = dy.UInt64(metadata=tag("text_group"))
    cluster = dy.UInt64(metadata=tag("text_group"))
    texts = dy.UInt32(min=1, metadata=tag("count"))
    similarity = dy.Float32(min=0, max=1, metadata=tag("score"))
    licensed = dy.Bool(metadata=tag("label"))
    url = dy.String(nullable=True, metadata=tag("id"))
    raw = dy.UInt64(metadata=tag("text_group"))


class Duplicate(dy.Schema):
    """A document that has others like it, and which of them is kept; those that have none have no row."""

    source = dy.String(primary_key=True, metadata=tag("label"))
    id = dy.String(primary_key=True, metadata=tag("id"))
    content = dy.String(
        metadata=tag("text_group"), description="Hash of its words: equal for texts that differ in case or punctuation."
    )
    kind = dy.Enum(KINDS, metadata=tag("label"))
    kept_source = dy.String(metadata=tag("label"))
    kept = dy.String(metadata=tag("id"), description="Id of the document that is kept of the cluster.")
    kept_content = dy.String(metadata=tag("text_group"), description="Names the cluster.")
    similarity = dy.Float32(
        min=0, max=1, metadata=tag("score"),
        description="To the nearest other text of the cluster (Jaccard, of shingles); 1 where all texts are one.",
    )  # fmt: skip
    texts = dy.UInt32(min=1, metadata=tag("count"), description="Different texts of the cluster.")
    documents = dy.UInt32(min=2, metadata=tag("count"), description="Documents of the cluster.")
