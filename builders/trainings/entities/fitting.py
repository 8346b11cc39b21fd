"""The training of a token classifier: rounds, each judged on the validation split; the best weights are kept."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from annotators.tokens.classifier import TokenClassifier
from annotators.tokens.opening import EntityAnnotator
from builders.trainings.entities.bases import Base
from builders.trainings.entities.batches import Batches
from builders.trainings.entities.corpus import Corpus, Labelled
from builders.trainings.entities.recipe import Recipe
from builders.trainings.entities.scores import Scores, scores
from builders.trainings.entities.steps import Steps
from builders.trainings.entities.swapping import Swapping

Tell = Callable[[float, float], None]
"""Told after every step: how much of the training is done, 0 to 1, and the best F1 so far."""


@dataclass(frozen=True)
class Fitting:
    """What is learnt from, how, and with which dice."""

    corpus: Corpus
    recipe: Recipe
    seed: int

    def run(self, base: Base, tell: Tell) -> list[float]:
        """Leave the best weights in the model; returns micro-F1 on the validation split, round by round."""
        classifier = TokenClassifier.holding(base.tokenizer, base.model)
        texts = Swapping(self.corpus.train, self.recipe.swap)
        batches = Batches(
            texts, base, self.corpus.numbers, classifier.room, classifier.edges, self.recipe.batch
        )  # fmt: skip
        steps = Steps(base.model, self.recipe)
        history: list[float] = []
        kept = {}
        while len(history) < self.recipe.epochs and not self._stale(history):
            self._round(batches, steps, base, history, tell)
            history.append(judged(classifier, self.corpus.validation).micro.f1)
            if history[-1] > max(history[:-1], default=-1.0):
                kept = {name: held.detach().to("cpu", copy=True) for name, held in base.model.state_dict().items()}
        base.model.load_state_dict(kept)
        tell(1.0, max(history))
        return history

    def _round(self, batches: Batches, steps: Steps, base: Base, history: Sequence[float], tell: Tell) -> None:
        given = batches.round(random.Random(f"{self.seed}/{len(history)}"))
        base.model.train()
        for number, batch in enumerate(given, 1):
            done = (len(history) + number / len(given)) / self.recipe.epochs
            steps.step(batch, done)
            tell(done, max(history, default=0.0))
        base.model.eval()

    def _stale(self, history: Sequence[float]) -> bool:
        """No better for so many rounds as patience has."""
        return bool(history) and len(history) - 1 - history.index(max(history)) >= self.recipe.patience


def judged(annotator: EntityAnnotator, texts: Sequence[Labelled]) -> Scores:
    """What an annotator finds in texts, against what the corpus says."""
    found = annotator.annotate([own.text for own in texts])
    return scores([own.entities for own in texts], found)
