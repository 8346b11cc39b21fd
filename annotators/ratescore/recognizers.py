"""Who finds the entities that RaTEScore compares: our rules, a token classifier, or a pipeline of spaCy."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import ClassVar, Final, Literal

import polars as pl

from annotators.model_files import identity
from annotators.ratescore.mentions import Mention, Recognizer, Told, type_of
from annotators.ratescore.published import decoded
from annotators.reading import assembly
from annotators.rules import Findings
from annotators.tokens import spacy_pipeline as pipelines
from annotators.tokens.classifier import TokenClassifier
from annotators.tokens.pieces import spans
from schemas.errors import UsageError
from schemas.words import RATE_TYPES, SCORED_ASSERTIONS

Decoder = Literal["words", "published"]
"""How labels of tokens become entities: whole words, neighbours kept; or bug by bug as the package does it."""

_READING: Final = Path(assembly.__file__).parent


@dataclass(frozen=True)
class Rules:
    """Our rules: what is present, uncertain, absent or resolved, and anatomy; words as the report has them."""

    version: ClassVar[int] = 1

    @property
    def fingerprint(self) -> str:
        """Of the lexicon and of the sources that read with it."""
        digest = hashlib.sha256(f"rules {self.version} {Findings().fingerprint}".encode())
        for path in sorted(_READING.glob("*.py")):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def told(self, sentences: list[str], which: list[int], numbers: list[int]) -> list[Told]:
        """Each sentence, and once more with the one before where it speaks of that."""
        return assembly.with_referred(sentences, which, numbers)

    def read(self, told: Sequence[Told]) -> list[list[Mention]]:
        """The entities of each, in the order of its words."""
        plain = dict.fromkeys((before or sentence, "") for sentence, before in told)
        every = list(plain | dict.fromkeys(one for one in told if one[1]))
        with assembly.uncollected():
            rows = assembly.entities(every)
        kept = rows.filter(pl.col("assertion").is_in(SCORED_ASSERTIONS)).select(
            "which", "start", "end", pl.col("type").cast(pl.Enum(RATE_TYPES)).to_physical(), "text"
        )
        found = {
            every[number]: [Mention(*row[1:]) for row in own]
            for number, own in groupby(kept.iter_rows(), key=lambda row: row[0])
        }
        return [found.get(one, []) for one in told]


@dataclass(frozen=True)
class Tokens:
    """A token classifier whose labels are RaTE-NER's: O, B-ABNORMALITY, I-ABNORMALITY, …"""

    classifier: TokenClassifier
    decoder: Decoder = "words"

    version: ClassVar[int] = 1

    @property
    def fingerprint(self) -> str:
        """Of the model's files, and of how its labels are read."""
        model = identity(self.classifier.model, self.classifier.revision)
        return hashlib.sha256(f"tokens {self.version} {self.decoder} {model}".encode()).hexdigest()

    def told(self, sentences: list[str], which: list[int], numbers: list[int]) -> list[Told]:
        """Each sentence by itself."""
        return [(sentence, "") for sentence in sentences]

    def read(self, told: Sequence[Told]) -> list[list[Mention]]:
        """The entities of each, in the order of its words; needs the extra `transformers`."""
        types = self._types
        texts = [sentence for sentence, _ in told]
        by_text = {read.text: read for read in self.classifier.labelled(set(texts))}
        if self.decoder == "published":
            shown = self.classifier.shown
            return [[m._replace(type=types[m.type]) for m in decoded(by_text[text], shown)] for text in texts]
        found = (spans(text, by_text[text].offsets, by_text[text].labels) for text in texts)
        return [
            [Mention(span.start, span.end, types[span.type], text[span.start : span.end]) for span in own]
            for text, own in zip(texts, found, strict=True)
        ]

    @cached_property
    def _types(self) -> dict[str, int]:
        model = self.classifier.model
        return {label[2:]: type_of(label[2:], model) for label in self.classifier.labels if label != "O"}


@dataclass(frozen=True)
class SpacyPipeline:
    """A pipeline that spaCy loads from `folder`, whose entities bear the names of RaTE's types."""

    folder: str

    version: ClassVar[int] = 1

    @property
    def fingerprint(self) -> str:
        """Of the files of the pipeline."""
        return hashlib.sha256(f"spacy {self.version} {identity(self.folder)}".encode()).hexdigest()

    def told(self, sentences: list[str], which: list[int], numbers: list[int]) -> list[Told]:
        """Each sentence by itself."""
        return [(sentence, "") for sentence in sentences]

    def read(self, told: Sequence[Told]) -> list[list[Mention]]:
        """The entities of each, in the order of its words."""
        texts = [sentence for sentence, _ in told]
        return [
            [Mention(s.start, s.end, type_of(s.type, self.folder), text[s.start : s.end]) for s in own]
            for text, own in zip(texts, self._pipeline.annotate(texts), strict=True)
        ]

    @cached_property
    def _pipeline(self) -> pipelines.SpacyPipeline:
        return pipelines.SpacyPipeline(self.folder)


def recognizer(name: str, device: str = "auto", decoder: Decoder = "words") -> Recognizer:
    """`rules`, `transformers:<folder or Hub id>` or `spacy:<folder>`; raises `UsageError` that names the choices."""
    kind, _, model = name.partition(":")
    if decoder == "published" and kind != "transformers":
        raise UsageError(f"the published decoder reads labels of tokens; {name} gives none, only transformers: does")
    if kind == "rules" and not model:
        return Rules()
    if kind == "transformers" and model:
        return Tokens(TokenClassifier(model, device=device), decoder)
    if kind == "spacy" and model:
        return SpacyPipeline(model)
    raise UsageError(f"unknown recognizer {name!r}; expected rules, transformers:<folder or Hub id> or spacy:<folder>")
