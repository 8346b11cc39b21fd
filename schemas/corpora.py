"""Rows of a corpus of documents (MMedC, arXiv 2402.13963): what sources hold, what is measured, what stays."""

from typing import Final

import dataframely as dy

from schemas.columns import tag

LANGUAGES: Final = ("en", "zh", "ja", "fr", "ru", "es")
"""ISO 639-1, in the order of the published tables; other languages come with a list of keywords."""

PAGE_METHODS: Final = ("text_layer", "ocr")


class Page(dy.Schema):
    """One page of a document that has pages."""

    document = dy.String(primary_key=True, metadata=tag("id"))
    page = dy.Int32(primary_key=True, min=1, metadata=tag("label"), description="From 1, as the file counts.")
    text = dy.String(metadata=tag("source_text"))
    method = dy.Enum(PAGE_METHODS, metadata=tag("label"))
    confidence = dy.Float32(
        min=0, max=1, nullable=True, metadata=tag("score"),
        description="Mean over the words that were read, as the reader of pictures says; null for a text layer.",
    )  # fmt: skip


class PageReading(dy.Schema):
    """How one page was read."""

    document = dy.String(primary_key=True, metadata=tag("id"))
    page = dy.Int32(primary_key=True, min=1, metadata=tag("label"), description="From 1, as the file counts.")
    method = dy.Enum(PAGE_METHODS, metadata=tag("label"))
    confidence = dy.Float32(min=0, max=1, nullable=True, metadata=tag("score"), description="Null for a text layer.")
    characters = dy.Int64(min=0, metadata=tag("count"))
    licence = dy.String(nullable=True, metadata=tag("licence"), description="Of the document.")


class PdfFile(dy.Schema):
    """One file of a folder of PDF files, also one that is rejected."""

    document = dy.String(primary_key=True, metadata=tag("id"))
    title = dy.String(nullable=True, metadata=tag("source_text"), description="As the file's metadata say.")
    pages = dy.Int32(min=1, nullable=True, metadata=tag("count"), description="Null for a file that does not open.")
    licence = dy.String(nullable=True, metadata=tag("licence"))


class Document(dy.Schema):
    """One document as its source has it."""

    id = dy.String(
        primary_key=True, metadata=tag("id"),
        description="The file, and where in it: `news.jsonl.gz#81734` (byte), `part.parquet#17` (row), `a/b.pdf`.",
    )  # fmt: skip
    text = dy.String(metadata=tag("source_text"))
    title = dy.String(nullable=True, metadata=tag("source_text"))
    url = dy.String(nullable=True, metadata=tag("id"))
    file = dy.String(metadata=tag("path"), description="Relative to the source.")
    start = dy.Int64(
        min=0,
        nullable=True,
        metadata=tag("label", "bytes"),
        description="In the unpacked file; of web archives, in the packed one.",
    )
    end = dy.Int64(min=0, nullable=True, metadata=tag("label", "bytes"), description="Behind the last byte.")
    licence = dy.String(nullable=True, metadata=tag("licence"))
    declared_language = dy.String(nullable=True, metadata=tag("label"), description="What the source says it is in.")
    date = dy.String(nullable=True, metadata=tag("label"), description="As the source writes it.")


class DocumentScores(dy.Schema):
    """What is measured of a document; thresholds come later."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    licence = dy.String(nullable=True, metadata=tag("licence"))
    declared_language = dy.String(nullable=True, metadata=tag("label"), description="What the source says it is in.")
    language = dy.String(metadata=tag("label"), description="ISO 639-1; `und` where nothing tells it.")
    language_confidence = dy.Float32(min=0, max=1, metadata=tag("score"))
    characters = dy.Int64(min=0, metadata=tag("count"))
    keyword_hits = dy.Int32(
        min=0, nullable=True, metadata=tag("count"),
        description="Different medical terms of its language; null where its language has no list.",
    )  # fmt: skip
    keyword_density = dy.Float32(
        min=0, nullable=True, metadata=tag("score"), description="Letters of all terms, per letter of the text."
    )
    keyword_rule = dy.Bool(
        nullable=True, metadata=tag("label"), description="What the rule of keywords alone says: medical or not."
    )
    medical_score = dy.Float32(
        min=0, max=1, nullable=True, metadata=tag("score"),
        description="Of the classifier; null where the keywords let nothing through to it, or it was not asked.",
    )  # fmt: skip


QUALITY_FIELDS: Final = {
    "words": dy.Int64(min=0, description="Runs of letters and digits; letters, where words have no blanks."),
    "mean_word_length": dy.Float32(min=0, nullable=True, description="Letters a word; null without blanks."),
    "letter_share": dy.Float32(min=0, max=1, description="Letters, of all that is no blank."),
    "digit_share": dy.Float32(min=0, max=1, description="Digits, of all that is no blank."),
    "bullet_share": dy.Float32(min=0, max=1, description="Lines that begin with a bullet."),
    "ellipsis_share": dy.Float32(min=0, max=1, description="Lines that end with three dots."),
    "repeated_share": dy.Float32(min=0, max=1, description="Letters in lines that an earlier line repeats."),
    "compressed_share": dy.Float32(min=0, nullable=True, description="Size when packed; null for short texts."),
}
"""What the rules of quality look at."""

PII_KINDS: Final = ("email", "phone", "ip_address", "card", "iban", "national_id")


class MedicalDocument(Document):
    """A document in a wanted language, with medical content."""

    language = dy.String(metadata=tag("label"), description="ISO 639-1.")
    language_confidence = dy.Float32(min=0, max=1, metadata=tag("score"))
    keyword_hits = dy.Int32(min=0, nullable=True, metadata=tag("count"))
    keyword_density = dy.Float32(min=0, nullable=True, metadata=tag("score"))
    medical_score = dy.Float32(min=0, max=1, nullable=True, metadata=tag("score"))


class SoundDocument(MedicalDocument):
    """A medical document that the rules of quality pass."""

    quality = dy.Struct(QUALITY_FIELDS, metadata=tag("score"))


class ScrubbedDocument(SoundDocument):
    """A sound document whose addresses and numbers of persons stand as `[email]`, `[phone]` and so on."""

    pii = dy.Struct({kind: dy.Int32(min=0) for kind in PII_KINDS}, metadata=tag("count"), description="Replaced.")


class CorpusDocument(ScrubbedDocument):
    """A document of the corpus: no other nearly repeats it, and no question of a benchmark stands in it."""

    tokens = dy.Int64(min=0, nullable=True, metadata=tag("count"), description="Null where no tokenizer is given.")
