"""A trained model as a recogniser: any that names the five types of RaTE-NER, in whatever letter case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from annotators.model_files import identity
from annotators.recognizers.recognizer import Labelled, Reading
from annotators.tokens.classifier import TokenClassifier
from annotators.tokens.opening import opened
from annotators.tokens.spacy_pipeline import SpacyPipeline
from schemas.errors import MedmillError
from schemas.words import RATE_TYPES


@dataclass(frozen=True)
class ByModel:
    """`model`: a folder or Hub id whose labels are IOB over the five types, or the folder of a spaCy pipeline."""

    model: str
    device: str = field(default="auto", repr=False)

    name: ClassVar[str] = "transformers"

    @property
    def fingerprint(self) -> str:
        """Of the model's files: another one in the same folder votes anew."""
        return identity(self.model)

    def check(self) -> None:
        """Raise where there is no such model, or where it names other types."""
        _ = self._types

    def read(self, sentences: Sequence[str]) -> list[Reading]:
        """One reading per sentence."""
        types = self._types
        found = self._classifier.annotate(sentences)
        return [[Labelled(span.start, span.end, types[span.type]) for span in spans] for spans in found]

    @cached_property
    def _classifier(self) -> TokenClassifier | SpacyPipeline:
        return opened(self.model, device=self.device)

    @cached_property
    def _types(self) -> dict[str, str]:
        """The model's words for the types."""
        known = {kind.lower(): kind for kind in RATE_TYPES}
        named = {label.removeprefix("B-").removeprefix("I-") for label in self._classifier.labels if label != "O"}
        if unknown := sorted(name for name in named if name.lower() not in known):
            raise MedmillError(
                f"{self.model}: names {', '.join(unknown)}; a voter knows {', '.join(RATE_TYPES)} and no other type"
            )
        return {name: known[name.lower()] for name in named}
