"""One step of learning: loss, gradient, and a learning rate that rises and falls along the training."""

from collections.abc import Mapping
from typing import Any, Final

from builders.trainings.entities.recipe import Recipe

_STEEPEST: Final = 1.0
"""Gradients are clipped to this norm, as DeBERTa's own fine-tuning does."""


class Steps:
    """AdamW; no decay for biases and norms. On a GPU the net computes in bfloat16 and keeps its weights in float32."""

    def __init__(self, model: Any, recipe: Recipe) -> None:
        import torch

        self._model, self._recipe = model, recipe
        held = [weight for weight in model.parameters() if weight.requires_grad]
        groups = [
            {"params": [weight for weight in held if weight.ndim > 1], "weight_decay": recipe.weight_decay},
            {"params": [weight for weight in held if weight.ndim < 2], "weight_decay": 0.0},
        ]
        self._adam = torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=recipe.betas, eps=recipe.epsilon)

    def step(self, batch: Mapping[str, Any], done: float) -> None:
        """Learn from one batch; `done`: which part of the training lies behind, 0 to 1."""
        import torch

        rate = min(done / self._recipe.warm_up, 1.0) * (1.0 - done)
        for group in self._adam.param_groups:
            group["lr"] = self._recipe.learning_rate * rate
        device = self._model.device
        given = {name: held.to(device) for name, held in batch.items()}
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            logits = self._model(input_ids=given["input_ids"], attention_mask=given["attention_mask"]).logits
        loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), given["labels"].flatten())
        self._adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), _STEEPEST)
        self._adam.step()
