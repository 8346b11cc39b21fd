"""For machines that have the CPU build of torch, but PyPI's torchvision: it was linked to CUDA and cannot register its
operators, and dies on the first look at one. nnU-Net imports it and calls none, so two names are declared before.

`.ci/run` puts this beside torchvision, with a .pth file that imports it; torch itself is imported only by who asks.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder


class _Before(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        spec = PathFinder.find_spec(name, path, target) if name == "torchvision" else None
        if spec and spec.loader:
            run = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (_declare(), run(module))  # who only looks for it loads no torch
        return spec


def _declare():
    import torch

    if torch.version.cuda is None and not hasattr(torch.ops.torchvision, "nms"):
        names = torch.library.Library("torchvision", "DEF")
        names.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        names.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        sys.modules[__name__].names = names  # they last as long as this object


sys.meta_path.insert(0, _Before())
