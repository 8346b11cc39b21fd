"""Any trained nnU-Net v2: a result folder with `plans.json`, `dataset.json` and `fold_*/checkpoint_final.pth`."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from annotators.devices import device_of
from annotators.segmenting.images import image_of
from annotators.segmenting.network import Network
from annotators.segmenting.segmenter import Label, Segmented
from annotators.segmenting.weights import check_packages, hashed, installed, result_files
from schemas.errors import MedmillError
from schemas.voxels import Voxels


@dataclass(frozen=True)
class NNUNet:
    """`folder`: what `nnUNetv2_train` wrote for one configuration; all folds that are there vote.

    `device`: auto, cpu, cuda, cuda:1. `step`: how far tiles move, as a share of their size.
    """

    folder: str = field(repr=False)
    device: str = field(default="auto", repr=False)
    step: float = 0.5

    backend = "nnunet"

    @property
    def fingerprint(self) -> str:
        """Version of nnU-Net, and a hash of the weights."""
        return self._hashed

    @cached_property
    def _hashed(self) -> str:
        return f"nnunetv2 {installed('nnunetv2')} {hashed(result_files(Path(self.folder), None))}"

    def check(self) -> None:
        """Raise `MedmillError` where the package or a file is missing, or the net wants several images a volume."""
        check_packages()
        files = result_files(Path(self.folder), None)
        if len(files) < 3 or not all(file.is_file() for file in files):
            raise MedmillError(
                f"{self.folder}: no nnU-Net here; expected plans.json, dataset.json and fold_*/checkpoint_final.pth"
            )
        if len(channels := self._dataset["channel_names"]) != 1:
            raise MedmillError(f"{self.folder}: this net wants {len(channels)} images a volume; a CT is one")

    def segment(self, volume: Voxels, name: str) -> Segmented:
        """Segment a volume of HU; labels are those of `dataset.json`."""
        made, ran = Network.of(Path(self.folder), None, self.step, device_of(self.device)).label(image_of(volume))
        return Segmented(Voxels(np.asanyarray(made.dataobj), volume.affine), self._labels, ran)

    @cached_property
    def _dataset(self) -> dict[str, Any]:
        return json.loads((Path(self.folder) / "dataset.json").read_text(encoding="utf-8"))

    @cached_property
    def _labels(self) -> tuple[Label, ...]:
        """Regions, which are several labels each, have the values that `regions_class_order` gives them."""
        told = {
            word: value for word, value in self._dataset["labels"].items() if word != "ignore" and value not in (0, [0])
        }
        values = self._dataset.get("regions_class_order") or told.values()
        return tuple(Label(value, word, self.backend) for value, word in zip(values, told, strict=True))
