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

_CROP = (32, 64, 64)
"""z, y, x of what one step of training sees."""
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
        import torch

        present = torch.unique(torch.cat([labels.unique() for _, labels in pairs]))
        place = torch.zeros(256, dtype=torch.long)
        place[present] = torch.arange(len(present))
        pairs = [(image, place[labels]) for image, labels in pairs]
        full = net.decoder.seg_layers[-1]
        net.decoder.seg_layers[-1] = torch.nn.Conv3d(full.in_channels, len(present), 1)
        self._steps(net, pairs, len(present))
        with torch.no_grad():
            full.weight.zero_()
            full.bias.fill_(_SILENT)
            full.weight[present] = net.decoder.seg_layers[-1].weight
            full.bias[present] = net.decoder.seg_layers[-1].bias
        net.decoder.seg_layers[-1] = full

    def _steps(self, net: Any, pairs: list[tuple[Any, Any]], classes: int) -> None:
        import torch

        chance = np.random.default_rng(self.seed)
        counts = sum(torch.bincount(labels.flatten(), minlength=classes) for _, labels in pairs).float()  # pyright: ignore[reportAttributeAccessIssue]
        weight = (counts.median() / counts).clamp(0.05, 3) ** 0.5
        optimiser = torch.optim.AdamW(net.parameters(), lr=self.rate, weight_decay=1e-4)
        net.train()
        for step in range(self.steps):
            for group in optimiser.param_groups:
                group["lr"] = self.rate * (1 - step / self.steps) ** 0.9
            image, labels = _crop(*pairs[chance.integers(len(pairs))], chance)
            optimiser.zero_grad()
            _loss(net(image + 0.03 * torch.randn_like(image)), labels, weight).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 12)
            optimiser.step()


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
    more = [(0, max(0, least - size)) for least, size in zip(_CROP, image.shape, strict=True)]
    image, found = np.pad(image, more), np.pad(found, more)
    return torch.from_numpy(image.astype(np.float32))[None, None], torch.from_numpy(found.astype(np.int64))[None]


def _crop(image: Any, labels: Any, chance: np.random.Generator) -> tuple[Any, Any]:
    starts = [chance.integers(0, size - part + 1) for size, part in zip(labels.shape[1:], _CROP, strict=True)]
    box = tuple(slice(start, start + part) for start, part in zip(starts, _CROP, strict=True))
    return image[(slice(None), slice(None), *box)], labels[(slice(None), *box)]


def _loss(scores: Any, labels: Any, weight: Any) -> Any:
    """Cross-entropy and soft Dice of the labels that the crop has."""
    import torch.nn.functional as functions

    shares = scores.softmax(1)
    truth = functions.one_hot(labels, scores.shape[1]).permute(0, 4, 1, 2, 3).float()
    axes = (0, 2, 3, 4)
    dice = (2 * (shares * truth).sum(axes) + 1) / (shares.sum(axes) + truth.sum(axes) + 1)
    return functions.cross_entropy(scores, labels, weight=weight) + 1 - dice[truth.sum(axes) > 0].mean()
