"""BERTScore (Zhang et al. 2020): every token against the most similar one of the other text.

The steps are those of the package `bert-score` without idf and rescaling: special tokens weigh nothing, but may be the
most similar one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from annotators.baselines.baseline import Scores, each
from annotators.devices import device_of
from schemas.errors import MedmillError


@dataclass(frozen=True)
class BertScore:
    """F1 of a model's hidden states.

    `model`: a folder or Hub id. `layer`: whose states are compared, from 1; None: the last. `batch`: texts at once.
    Texts longer than the model reads are cut off, as the package does.
    """

    model: str
    layer: int | None = None
    batch: int = 64
    device: str = "auto"

    columns: ClassVar[tuple[str, ...]] = ("bertscore",)
    version: ClassVar[int] = 1

    def score(self, candidates: Sequence[str], references: Sequence[str]) -> Scores:
        """Needs the extra `transformers`."""
        states = self._states(sorted({*candidates, *references} - {""}, key=lambda text: (len(text), text)))
        return each(candidates, references, self.columns, lambda one, other: [_f1(states[one], states[other])])

    def _states(self, texts: list[str]) -> dict[str, tuple[Any, Any]]:
        """Per text its states of length 1, [token, hidden], and which of them are no special tokens."""
        import torch

        tokenizer, model = _loaded(self.model, self.device)
        layers = int(model.config.num_hidden_layers)
        if self.layer is not None and self.layer > layers:
            raise MedmillError(f"bertscore:{self.model}: layer {self.layer} is asked for, the model has {layers}; "
                               "name a larger one (bert-base-multilingual-cased has 12)")  # fmt: skip
        longest = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", 512))
        states: dict[str, tuple[Any, Any]] = {}
        with torch.inference_mode():
            for first in range(0, len(texts), self.batch):
                part = texts[first : first + self.batch]
                given = tokenizer(part, padding=True, truncation=True, max_length=longest, return_tensors="pt",
                                  return_special_tokens_mask=True)  # fmt: skip
                special = given.pop("special_tokens_mask").bool()
                layers = model(**given.to(model.device), output_hidden_states=True).hidden_states
                found = torch.nn.functional.normalize(layers[-1 if self.layer is None else self.layer].float(), dim=-1)
                lengths = given["attention_mask"].sum(1).tolist()
                for text, own, marks, length in zip(part, found.cpu(), special, lengths, strict=True):
                    states[text] = own[:length], ~marks[:length]
        return states


@lru_cache(maxsize=1)
def _loaded(model: str, device: str) -> tuple[Any, Any]:
    """Tokenizer and network; kept, since an evaluation asks task by task."""
    from transformers import AutoModel, AutoTokenizer  # pyright: ignore[reportMissingImports]

    try:
        tokenizer = AutoTokenizer.from_pretrained(model, padding_side="right")
        return tokenizer, AutoModel.from_pretrained(model).eval().to(device_of(device))
    except (OSError, ValueError) as error:
        raise MedmillError(
            f"bertscore:{model}: no model there ({type(error).__name__}); expected a folder with config.json, "
            "weights and tokenizer, or the id of a model on the Hub that this machine can reach"
        ) from error


def _f1(one: tuple[Any, Any], other: tuple[Any, Any]) -> float:
    """0 where one of the two has no token of its own: signs that a tokenizer throws away are no words to it."""
    if not (one[1].any() and other[1].any()):
        return 0.0
    similar = one[0] @ other[0].T
    precision = float(similar.max(1).values[one[1]].mean())
    recall = float(similar.max(0).values[other[1]].mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
