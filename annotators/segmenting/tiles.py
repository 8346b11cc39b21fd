"""Scores of an image from overlapping tiles on the CPU: nnU-Net's sums, bit by bit, without its large copies.

Repeats `nnUNetPredictor._internal_predict_sliding_window_return_logits` (nnU-Net 2.8). nnU-Net weighs and adds all
channels of a tile through several arrays that no cache holds; here it goes once over the tile, with the same products
and sums in the same precision and order, each thread of torch's number over channels of its own.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from annotators.segmenting.half import infinite, weigh_and_add


def scores_of(net: Any, data: Any, tiles: Sequence[tuple[Any, ...]], on_device: bool = True) -> Any:
    """What the method of the predictor `net` returns: half precision, [channel, z, y, x].

    `data`: [1, z, y, x]. `on_device` has no meaning on the CPU. Raises RuntimeError where a sum is infinite, as
    nnU-Net does.
    """
    import torch
    from nnunetv2.inference.sliding_window_prediction import compute_gaussian

    size = tuple(net.configuration_manager.patch_size)
    weight = compute_gaussian(size, sigma_scale=1.0 / 8, value_scaling_factor=10, device=net.device)
    single = weight.float().numpy()
    total = torch.zeros((net.label_manager.num_segmentation_heads, *data.shape[1:]), dtype=torch.half)
    weights = torch.zeros(data.shape[1:], dtype=torch.half)
    bits = total.view(torch.int16).numpy().view(np.uint16)
    with torch.inference_mode(), ThreadPoolExecutor(torch.get_num_threads()) as threads:

        def each(do: Callable[[slice], Any]) -> list[Any]:
            return list(threads.map(do, _parts(len(bits), torch.get_num_threads())))

        for tile in tiles:
            found = net._internal_maybe_mirror_and_predict(data[tile][None].contiguous())[0].numpy()
            weights[tile[1:]] += weight
            corner = [side.start for side in tile[1:]]
            each(lambda part, found=found, corner=corner: weigh_and_add(bits[part], found[part], single, *corner))
        torch.div(total, weights, out=total)
        if any(each(lambda part: infinite(bits[part].reshape(-1)))):
            raise RuntimeError("a score is infinite in half precision")
    return total


def _parts(channels: int, number: int) -> list[slice]:
    """About as many channels each."""
    ends = [channels * part // number for part in range(number + 1)]
    return [slice(low, high) for low, high in pairwise(ends)]
