"""Which annotator reads with a trained model: a spaCy pipeline or a token classifier of `transformers`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from annotators.tokens.classifier import TokenClassifier
from annotators.tokens.pieces import Span
from annotators.tokens.spacy_pipeline import SpacyPipeline


class EntityAnnotator(Protocol):
    """Whatever finds entities in texts."""

    def annotate(self, texts: Sequence[str]) -> list[list[Span]]:
        """Entities of each text, in order."""
        ...


def opened(
    model: str, revision: str = "main", device: str = "auto", batch_tokens: int = 8192
) -> TokenClassifier | SpacyPipeline:
    """A folder with spaCy's `config.cfg` is a pipeline, which takes no other setting; all else a token classifier."""
    if (Path(model) / "config.cfg").is_file():
        return SpacyPipeline(model)
    return TokenClassifier(model, revision, device, batch_tokens)
