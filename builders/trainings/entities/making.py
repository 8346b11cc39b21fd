"""From a corpus to a finished folder: trained, then judged by the annotator that opens it, and described."""

import json
import time
from dataclasses import asdict
from pathlib import Path

from annotators.tokens.opening import opened
from builders.store import write_bytes
from builders.trainings.entities.card import card, shown_base
from builders.trainings.entities.corpus import Corpus
from builders.trainings.entities.fitting import Tell, judged
from builders.trainings.entities.result import Result
from builders.trainings.entities.spacy_training import SpacyTraining
from builders.trainings.entities.transformer import TransformerTraining, quiet

Training = TransformerTraining | SpacyTraining


def made(training: Training, corpus: Corpus, folder: Path, name: str, tell: Tell) -> Result:
    """Train into an empty folder and add `README.md` and `training.json`."""
    start, cpu = time.monotonic(), time.process_time()
    history = training.write(corpus, folder, tell)
    if isinstance(training, TransformerTraining):
        settings = asdict(training.settings) | {"seed": training.seed}
        engine, base, device = "transformers", shown_base(training.base), training.device
    else:
        engine, base, device, settings = "spacy", "none", "cpu", asdict(training)
    with quiet():
        annotator = opened(str(folder), device=device)
        scores = {
            name: judged(annotator, corpus.splits[name]) for name in ("validation", "test") if name in corpus.splits
        }
    result = Result(
        engine, base, settings, corpus, history, scores, time.monotonic() - start, time.process_time() - cpu
    )
    write_bytes(folder / "README.md", card(result, name).encode())
    write_bytes(folder / "training.json", (json.dumps(result.figures(), indent=2) + "\n").encode())
    return result
