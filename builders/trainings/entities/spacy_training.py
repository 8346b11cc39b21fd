"""A spaCy pipeline for entities (tok2vec and transition-based NER), trained and written to a folder."""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from builders.trainings.entities.corpus import Corpus, Labelled
from builders.trainings.entities.fitting import Tell

_ROW: Final = re.compile(r"\s*\d+\s+(?P<step>\d+)\s.*\s(?P<score>\d\.\d+)\s*")
"""What spaCy prints of an evaluation: round, step, losses and scores in per cent, and the score that decides."""


@dataclass(frozen=True)
class SpacyTraining:
    """spaCy's own settings for speed (`spacy init config --optimize efficiency`) but for these.

    `steps`: batches at most; `patience`: steps without a better F1 on the validation split before it stops; `every`:
    steps between two looks at it.
    """

    steps: int = 4000
    patience: int = 1600
    every: int = 200
    dropout: float = 0.1
    seed: int = 0

    def write(self, corpus: Corpus, folder: Path, tell: Tell) -> list[float]:
        """Train, and write the best pipeline to an empty folder; returns F1 on validation, look by look."""
        from spacy.training.initialize import init_nlp
        from spacy.training.loop import train

        work = folder / ".work"
        work.mkdir()
        rows = _Rows(self.steps, tell)
        nlp = init_nlp(self._config(corpus, work))
        train(nlp, work, stdout=rows, stderr=StringIO())
        for path in sorted((work / "model-best").iterdir()):
            path.rename(folder / path.name)
        shutil.rmtree(work)
        _forget(folder)
        tell(1.0, max(rows.scores))
        return rows.scores

    def _config(self, corpus: Corpus, work: Path) -> Any:
        from spacy.cli.init_config import init_config

        config = init_config(lang="en", pipeline=["ner"], optimize="efficiency")
        config["training"] |= {
            "max_steps": self.steps, "patience": self.patience, "eval_frequency": self.every, "dropout": self.dropout,
        }  # fmt: skip
        config["system"]["seed"] = self.seed
        for name, texts in (("train", corpus.train), ("dev", corpus.validation)):
            _write(texts, work / f"{name}.spacy")
            config["paths"][name] = str(work / f"{name}.spacy")
        return config


def _write(texts: Iterable[Labelled], path: Path) -> None:
    """Texts as spaCy reads them; an entity that begins or ends within a token is widened to it."""
    import spacy
    from spacy.tokens import DocBin
    from spacy.util import filter_spans

    nlp = spacy.blank("en")
    held = DocBin()
    for own in texts:
        doc = nlp(own.text)
        spans = (doc.char_span(start, end, label=type_, alignment_mode="expand") for start, end, type_ in own.entities)
        doc.ents = filter_spans([span for span in spans if span is not None])
        held.add(doc)
    held.to_disk(path)


def _forget(folder: Path) -> None:
    """Remove what tells of the texts and of this machine: every word that was read, and where they lay.

    spaCy works on hashes of words, so the words are not needed again.
    """
    from spacy.util import load_config

    (folder / "vocab" / "strings.json").write_text("[]\n", encoding="utf-8")
    config = load_config(folder / "config.cfg")
    config["paths"] |= dict.fromkeys(config["paths"])
    config.to_disk(folder / "config.cfg")


class _Rows(StringIO):
    """Where spaCy prints to: what it tells of its evaluations is passed on, and nothing else is kept."""

    def __init__(self, steps: int, tell: Tell) -> None:
        super().__init__()
        self.scores: list[float] = []
        self._steps, self._tell = steps, tell

    def write(self, told: str) -> int:
        if row := _ROW.fullmatch(told):
            self.scores.append(float(row["score"]))
            self._tell(min(int(row["step"]) / self._steps, 1.0), max(self.scores))
        return len(told)
