"""A token classifier of `transformers`, trained and written to a folder."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from annotators.devices import device_of
from builders.trainings.entities.bases import base, recipe_of
from builders.trainings.entities.corpus import Corpus
from builders.trainings.entities.fitting import Fitting, Tell
from builders.trainings.entities.recipe import Recipe
from builders.trainings.entities.small_net import SmallNet


@dataclass(frozen=True)
class TransformerTraining:
    """`base`: `small`, a folder, or an id of the Hub at `revision`; `recipe`: that of the base where none is given."""

    base: str = "small"
    revision: str = "main"
    recipe: Recipe | None = None
    net: SmallNet = field(default_factory=SmallNet)
    seed: int = 0
    device: str = "auto"

    @property
    def settings(self) -> Recipe:
        """The numbers it goes by."""
        return self.recipe or recipe_of(self.base)

    def write(self, corpus: Corpus, folder: Path, tell: Tell) -> list[float]:
        """Train, and write config, weights and tokenizer to an empty folder; returns F1 on validation by rounds."""
        import torch

        device = device_of(self.device)
        with torch.random.fork_rng(), quiet():
            torch.manual_seed(self.seed)
            begun = base(self.base, self.revision, corpus, self.settings, self.net)
            begun.model.to(device)
            history = Fitting(corpus, self.settings, self.seed).run(begun, tell)
            begun.model.save_pretrained(folder)
            begun.tokenizer.save_pretrained(folder)
        _read_by_older(folder / "tokenizer_config.json")
        return history


def _read_by_older(path: Path) -> None:
    """`transformers` 5 gives a plain fast tokenizer a name that 4 does not know; it knows the old one too."""
    told = json.loads(path.read_text(encoding="utf-8"))
    if told.get("tokenizer_class") == "TokenizersBackend":
        told["tokenizer_class"] = "PreTrainedTokenizerFast"
        path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


@contextmanager
def quiet() -> Iterator[None]:
    """No bars and no advice of `transformers`: a new head for new labels is what is wanted here."""
    from transformers.utils import logging

    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
