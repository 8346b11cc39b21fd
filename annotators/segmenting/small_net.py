"""A small net in the shape of TotalSegmentator's 3 mm model, trained on the spot: for tests, demos and timing.

It shows that the chain runs. It learns the few volumes it is given by heart, so nothing of its masks says how well
TotalSegmentator segments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from annotators.segmenting.result_folder import CLIP, MEAN, SPREAD, fast_total
from schemas.voxels import Voxels

_STRIDE = 16
"""Sizes of training volumes are multiples of it, so that they fit the net's levels."""
_SILENT = -30.0
"""Score of labels that the pairs do not have: they are never found, and 118 heads need no training."""


@dataclass(frozen=True)
class SmallNet:
    """How the net is made: features per level (each halves the size), steps of training (0: random weights), seed.

    The same settings, pairs and number of threads give the same weights.
    """

    features: tuple[int, ...] = (8, 16, 32)
    steps: int = 200
    patch: tuple[int, int, int] = (32, 96, 96)
    rate: float = 5e-3
    seed: int = 0

    def write(self, home: Path, pairs: Sequence[tuple[Voxels, Voxels]] = ()) -> Path:
        """Train on pairs of Hounsfield units and labels numbered as the task `total` numbers them; write the weights.

        `home` becomes what `TOTALSEG_HOME_DIR` may name: weights for `fast`, and a configuration that forbids usage
        statistics. Returns the folder of the weights.
        """
        import torch

        torch.manual_seed(self.seed)
        model = fast_total(self.features, self.patch)
        net = model.network()
        if self.steps and pairs:
            self._train(net, [_as_seen(*pair) for pair in pairs])
        return model.save(home, net)

    def _train(self, net: Any, pairs: list[tuple[Any, Any]]) -> None:
        """Learn from whole volumes, but only from some voxels of each, so that 118 heads cost little.

        Rare labels are drawn more often than they occur; the bias of each head takes that back.
        """
        import torch

        counts = sum(torch.bincount(labels.flatten(), minlength=256) for _, labels in pairs)
        present = torch.nonzero(counts).flatten()  # pyright: ignore[reportArgumentType]
        place = torch.zeros(256, dtype=torch.long)
        place[present] = torch.arange(len(present))
        full = net.decoder.seg_layers[-1]
        net.decoder.seg_layers[-1] = torch.nn.Identity()
        head = torch.nn.Linear(full.in_channels, len(present))
        self._steps(net, head, [(image, place[labels]) for image, labels in pairs])
        occur = counts[present] / counts[present].sum()  # pyright: ignore[reportIndexIssue]
        with torch.no_grad():
            full.weight.zero_()
            full.bias.fill_(_SILENT)
            full.weight[present] = head.weight[:, :, None, None, None]
            full.bias[present] = head.bias + (1 - _EVEN) * occur.log()
        net.decoder.seg_layers[-1] = full

    def _steps(self, net: Any, head: Any, pairs: list[tuple[Any, Any]]) -> None:
        import torch

        chance = np.random.default_rng(self.seed)
        weights = [*net.parameters(), *head.parameters()]
        optimiser = torch.optim.AdamW(weights, lr=self.rate, weight_decay=1e-4)
        pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, self.rate, total_steps=self.steps, pct_start=0.2)
        net.train()
        for _ in range(self.steps):
            image, labels = pairs[chance.integers(len(pairs))]
            drawn = _drawn(labels.flatten(), chance)
            features = net(image + 0.03 * torch.randn_like(image))[0].flatten(1)[:, drawn].T
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(head(features), labels.flatten()[drawn]).backward()
            torch.nn.utils.clip_grad_norm_(weights, 5)
            optimiser.step()
            pace.step()


_EVEN = 0.5
"""How evenly labels are drawn: 0 as they occur, 1 all alike."""
_VOXELS = 60_000
"""Voxels of a volume that one step learns from."""


def _drawn(labels: Any, chance: np.random.Generator) -> Any:
    """Places of voxels, each label as often as its count to the power of `1 - _EVEN` says."""
    import torch

    counts = torch.bincount(labels).clamp(min=1).double()
    share = counts ** (1 - _EVEN) / counts
    each = share[labels].cumsum(0)
    thrown = torch.from_numpy(chance.random(_VOXELS)) * each[-1]
    return torch.searchsorted(each, thrown).clamp(max=len(labels) - 1)


def _as_seen(volume: Voxels, labels: Voxels) -> tuple[Any, Any]:
    """A pair as the net sees images at inference: upright, 3 mm, clipped, [z, y, x]; padded to the size of a crop."""
    import nibabel as nib
    import torch
    from totalsegmentator.resampling import change_spacing

    upright: Any = nib.as_closest_canonical(nib.Nifti1Image(volume.values.astype(np.float64), volume.affine))
    truth: Any = nib.as_closest_canonical(nib.Nifti1Image(labels.values.astype(np.float64), labels.affine))
    image = change_spacing(upright, 3.0, order=1).get_fdata().transpose(2, 1, 0)
    found = change_spacing(truth, 3.0, order=0).get_fdata().transpose(2, 1, 0)
    image = (np.clip(image, *CLIP) - MEAN) / SPREAD
    more = [(0, -size % _STRIDE) for size in image.shape]
    image, found = np.pad(image, more, constant_values=image.min()), np.pad(found, more)
    return torch.from_numpy(image.astype(np.float32))[None, None], torch.from_numpy(found.astype(np.int64))[None]
