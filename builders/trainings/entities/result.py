"""What a training came to, as `training.json` beside the weights tells it: figures and settings, no text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from builders.installation import installed
from builders.trainings.entities.corpus import Corpus
from builders.trainings.entities.scores import Scores

VERSIONS: Final = ("torch", "transformers", "tokenizers", "spacy")


@dataclass(frozen=True)
class Result:
    """`history`: micro-F1 on the validation split by rounds. `scores`: per split, by the finished folder.

    `cpu_seconds`: of all threads, learning and judging together.
    """

    engine: str
    base: str
    settings: Mapping[str, Any]
    corpus: Corpus
    history: list[float]
    scores: Mapping[str, Scores]
    seconds: float
    cpu_seconds: float

    def figures(self) -> dict[str, Any]:
        """All of it, for JSON."""
        splits = {
            name: {"texts": len(texts), "entities": sum(len(own.entities) for own in texts)}
            for name, texts in self.corpus.splits.items()
        }
        return {
            "engine": self.engine,
            "base": self.base,
            "settings": dict(self.settings),
            "data": {
                "fingerprint": f"sha256:{self.corpus.fingerprint}",
                "labels": self.corpus.labels,
                "splits": splits,
            },
            "validation_f1": [round(value, 4) for value in self.history],
            "scores": {name: score.figures() for name, score in self.scores.items()},
            "seconds": round(self.seconds, 1),
            "cpu_seconds": round(self.cpu_seconds, 1),
            "versions": _versions(),
        }


def _versions() -> dict[str, str]:
    return {name: version for name in VERSIONS if (version := installed(name))}
