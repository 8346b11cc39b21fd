"""Entities by a trained spaCy pipeline, in the shape of the token classifier's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from annotators.tokens.pieces import Span
from schemas.errors import MedmillError


@dataclass(frozen=True)
class SpacyPipeline:
    """`model`: a folder that `spacy.load` reads. What is found depends on a text alone. Runs on processors."""

    model: str
    batch_texts: int = field(default=256, repr=False)

    def annotate(self, texts: Sequence[str]) -> list[list[Span]]:
        """Entities of each text."""
        docs = self._loaded.pipe(texts, batch_size=self.batch_texts)
        return [[Span(own.start_char, own.end_char, own.label_) for own in doc.ents] for doc in docs]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The types that the pipeline tells apart."""
        loaded = self._loaded
        return tuple(sorted({label for name in _finders(loaded) for label in loaded.get_pipe(name).labels}))

    @cached_property
    def _loaded(self) -> Any:
        import spacy

        try:
            loaded = spacy.load(self.model)
        except (OSError, ValueError, ImportError) as error:
            raise MedmillError(
                f"{self.model}: spaCy cannot load it ({type(error).__name__}); expected a folder with config.cfg and "
                "meta.json, made by spaCy 3"
            ) from error
        if not _finders(loaded):
            raise MedmillError(f"{self.model}: a spaCy pipeline without `ner` or a ruler; it finds no entities")
        return loaded


def _finders(pipeline: Any) -> list[str]:
    """The components that find entities: a trained `ner`, a ruler."""
    return [name for name in pipeline.pipe_names if "doc.ents" in pipeline.get_pipe_meta(name).assigns]
