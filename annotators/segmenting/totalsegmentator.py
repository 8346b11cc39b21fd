"""TotalSegmentator with its nets kept warm: the package's own voxels without its cost per image.

The package loads its nets anew and starts processes for every image; here its own interface runs in this process, on
nets that stay loaded (`annotators.segmenting.package`, `annotators.segmenting.network`).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotators.segmenting.merging import Found, merged
from annotators.segmenting.network import Network
from annotators.segmenting.package import in_this_process
from annotators.segmenting.segmenter import Ran, Segmented
from annotators.segmenting.tasks import check_licence, check_names, tasks
from annotators.segmenting.weights import (
    RESULTS,
    TESTED,
    Weights,
    check_packages,
    check_weights,
    hashed,
    installed,
    weights_home,
)
from schemas.voxels import VolumeError, Voxels

ACCESSORIES = {300: "body"}
"""Nets that tasks may load besides their own, and the task whose download brings them."""


@dataclass(frozen=True)
class TotalSegmentator:
    """Tasks of TotalSegmentator in one label map; `fast`: the nets for 3 mm where a task has one.

    `device`: cpu, gpu, gpu:1, mps. `home`: the folder of weights (`TOTALSEG_HOME_DIR`); default the package's.
    """

    tasks: tuple[str, ...] = ("total",)
    fast: bool = False
    device: str = field(default="cpu", repr=False)
    home: str = field(default="", repr=False)

    @property
    def backend(self) -> str:
        """The name of this segmenter."""
        return "totalsegmentator"

    @property
    def fingerprint(self) -> str:
        """Versions of the packages, and a hash of all weights."""
        versions = " ".join(f"{package} {installed(package)}" for package in TESTED)
        return f"{versions} {hashed(path for one in self._weights() for path in one.files)}"

    def check(self) -> None:
        """Raise `MedmillError` where a package, weights or a licence is missing; nothing is downloaded or sent."""
        check_names(self.tasks)
        check_packages()
        check_licence(self.tasks)
        fetch = {number: name for name in self.tasks for number in self._numbers(name)}
        check_weights(self._weights(), fetch)

    def segment(self, volume: Voxels, name: str) -> Segmented:
        """Segment a volume of HU."""
        from totalsegmentator.map_to_binary import class_map

        ran: list[Ran] = []
        found = []
        for task in self.tasks:
            values = self._labelled(volume, task, ran)
            if values.shape != volume.values.shape:
                raise VolumeError("mask_shape", f"{task}: a mask of {values.shape} on {volume.values.shape} voxels")
            found.append(Found(task, values, dict(class_map[task])))
        values, labels = merged(found)
        return Segmented(Voxels(values, volume.affine), labels, _together(ran))

    def _labelled(self, volume: Voxels, task: str, ran: list[Ran]) -> Any:
        import nibabel as nib
        import numpy as np

        def predict(dir_in: Any, dir_out: Any, number: int, *args: Any, **how: Any) -> None:
            net = Network.of(self._folder(number), _folds(args, how), how.get("step_size", 0.5), _device(how["device"]))
            for given in sorted(Path(dir_in).glob("*_0000.nii.gz")):
                image, told = net.label(nib.load(given))  # pyright: ignore[reportPrivateImportUsage]
                ran.append(told)
                nib.save(image, Path(dir_out) / given.name.replace("_0000", ""))  # pyright: ignore[reportPrivateImportUsage]

        with in_this_process(predict, self._present) as totalsegmentator:
            image = nib.Nifti1Image(volume.values, volume.affine)  # pyright: ignore[reportPrivateImportUsage]
            made = totalsegmentator(
                image, None, ml=True, task=task, fast=self.fast and bool(tasks()[task].fast), device=self.device,
                quiet=True,
            )  # fmt: skip
        return np.asanyarray(made.dataobj).astype(np.uint8)

    def _numbers(self, task: str) -> tuple[int, ...]:
        known = tasks()[task]
        return known.fast if self.fast and known.fast else known.weights

    def _weights(self) -> list[Weights]:
        numbers = sorted({number for task in self.tasks for number in self._numbers(task)})
        return [Weights(number, self._folder(number), None) for number in numbers]

    def _present(self, number: int | list[int]) -> None:
        """What the package calls to download: looks, and raises where a net is missing."""
        numbers = number if isinstance(number, list) else [number]
        missing = [Weights(one, self._folder(one), None) for one in numbers]
        check_weights(missing, {one: ACCESSORIES.get(one, self.tasks[0]) for one in numbers})

    def _folder(self, number: int) -> Path:
        """The result folder of a net: `Dataset297_…/nnUNetTrainer…__nnUNetPlans__3d_fullres`."""
        results = Path(self.home) / RESULTS if self.home else weights_home()
        found = sorted(results.glob(f"Dataset{number:03d}_*/*__*__*/plans.json"))
        return found[0].parent if found else results / f"Dataset{number:03d}_"


def _folds(args: tuple[Any, ...], how: dict[str, Any]) -> tuple[int, ...] | None:
    """The package gives model and folds by place: `nnUNetv2_predict(in, out, id, model, folds, trainer, …)`."""
    folds = how.get("folds", args[1] if len(args) > 1 else None)
    return None if folds is None else tuple(folds)


def _device(device: Any) -> str:
    return str(device)


def _together(ran: list[Ran]) -> Ran:
    """How several nets ran: the last device, the smallest tile."""
    if not ran:
        return Ran()
    tiles = [one.tile for one in ran if one.tile]
    return Ran(ran[-1].device, min(tiles, default=None), ran[-1].precision)
