"""A small net in the shape of TotalSegmentator's models of 6 or 3 mm, trained on the spot: for tests, demos and timing.

It shows that the chain runs. It learns the few volumes it is given by heart, so nothing of its masks says how well
TotalSegmentator segments.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from annotators.segmenting.examples import EVEN, as_seen, cut, drawn
from annotators.segmenting.result_folder import total
from schemas.voxels import Voxels

_SILENT = -30.0
"""Score of labels that the pairs do not have: they are never found, and 118 heads need no training."""
_BLUR = 0.03
"""Noise added to what the net sees, in units of its input (9 HU)."""

Tell = Callable[[int], Any]
"""Called with the number of a step once it is done."""


@dataclass(frozen=True)
class SmallNet:
    """How the net is made: features per level (each halves the size), steps of training (0: random weights), seed.

    `speed`: in the place of which of the package's models it is put, so of which spacing its voxels are. `patch`: in
    its voxels, [z, y, x], multiples of what the levels halve; one that holds a whole chest lets the net know places by
    how far they are from the edge, which tells ribs and vertebrae apart. The same settings, pairs and number of threads
    give the same weights.
    """

    speed: Literal["fast", "fastest"] = "fastest"
    features: tuple[int, ...] = (8, 16, 32, 64, 64)
    steps: int = 700
    patch: tuple[int, int, int] = (64, 48, 64)
    rate: float = 5e-3
    seed: int = 0

    def write(self, home: Path, pairs: Sequence[tuple[Voxels, Voxels]] = (), tell: Tell = lambda _: None) -> Path:
        """Train on pairs of Hounsfield units and labels numbered as the task `total` numbers them; write the weights.

        `home` becomes what `TOTALSEG_HOME_DIR` may name: weights for `speed`, and a configuration that forbids usage
        statistics. Returns the folder of the weights.
        """
        import torch

        torch.manual_seed(self.seed)
        model = total(self.speed, self.features, self.patch)
        net = model.network()
        if self.steps and pairs:
            self._train(net, [as_seen(*pair, model.spacing[0], self.patch) for pair in pairs], tell)
        return model.save(home, net)

    def _train(self, net: Any, pairs: list[tuple[Any, Any]], tell: Tell) -> None:
        """Learn from some voxels of each patch, and only for the labels that there are: 118 heads would cost more.

        Rare labels are drawn more often than they occur; the bias of each head takes that back.
        """
        import torch

        counts: Any = sum(torch.bincount(labels.flatten(), minlength=256) for _, labels in pairs)
        present = torch.nonzero(counts).flatten()
        place = torch.zeros(256, dtype=torch.long)
        place[present] = torch.arange(len(present))
        full = net.decoder.seg_layers[-1]
        net.decoder.seg_layers[-1] = torch.nn.Identity()
        head = torch.nn.Linear(full.in_channels, len(present))
        self._steps(net, head, [(image, place[labels]) for image, labels in pairs], tell)
        occur = counts[present] / counts[present].sum()
        with torch.no_grad():
            full.weight.zero_()
            full.bias.fill_(_SILENT)
            full.weight[present] = head.weight[:, :, None, None, None]
            full.bias[present] = head.bias + (1 - EVEN) * occur.log()
        net.decoder.seg_layers[-1] = full

    def _steps(self, net: Any, head: Any, pairs: list[tuple[Any, Any]], tell: Tell) -> None:
        import torch

        chance = np.random.default_rng(self.seed)
        weights = [*net.parameters(), *head.parameters()]
        optimiser = torch.optim.AdamW(weights, lr=self.rate, weight_decay=1e-4)
        pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, self.rate, total_steps=self.steps, pct_start=0.2)
        net.train()
        for step in range(self.steps):
            image, labels = cut(*pairs[chance.integers(len(pairs))], self.patch, chance)
            learnt = drawn(labels.flatten(), chance)
            noisy = image + _BLUR * torch.randn_like(image)
            features = net(noisy[None, None])[0].flatten(1)[:, learnt].T
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(head(features), labels.flatten()[learnt]).backward()
            torch.nn.utils.clip_grad_norm_(weights, 5)
            optimiser.step()
            pace.step()
            tell(step)
