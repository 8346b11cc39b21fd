"""TotalSegmentator without its cost per image: models stay loaded, nothing is started, the voxels are the package's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotators.devices import device_of
from annotators.segmenting.devices import worst
from annotators.segmenting.images import image_of
from annotators.segmenting.merging import Found, merged
from annotators.segmenting.network import Network
from annotators.segmenting.segmenter import Ran, Segmented
from annotators.segmenting.steps import Job, labelled
from annotators.segmenting.tasks import Speed, check_licence, check_names, tasks
from annotators.segmenting.weights import Weights, check_packages, check_weights, hashed, installed
from schemas.voxels import Voxels


@dataclass(frozen=True)
class TotalSegmentator:
    """The package `totalsegmentator` (https://doi.org/10.1148/ryai.230024), one or more of its tasks.

    `speed`: the package's flags `--fast` (models for 3 mm) and `--fastest` (6 mm), where a task has them. `device`:
    auto, cpu, cuda, cuda:1, mps; not part of what identifies a result, since it is recorded with each. Weights are
    those of the package's own folder (`TOTALSEG_HOME_DIR`); `download`: fetch those that are missing. No usage
    statistics are sent: the code that does is never called.
    """

    tasks: tuple[str, ...] = ("total",)
    speed: Speed = "default"
    device: str = field(default="auto", repr=False)
    download: bool = field(default=False, repr=False)

    backend = "totalsegmentator"

    @property
    def fingerprint(self) -> str:
        """Version of the package and hash of the weights."""
        return self._hashed

    @cached_property
    def _hashed(self) -> str:
        self.check()
        files = [path for weights in self._weights for path in weights.files]
        return f"totalsegmentator {installed('totalsegmentator')} {hashed(files)}"

    def check(self) -> None:
        """Raise `MedmillError` for missing packages, weights and licences, `UsageError` for tasks there are not."""
        check_names(self.tasks)
        check_packages()
        check_licence(self.tasks)
        if self.download:
            _download(self._weights)
        check_weights(self._weights)

    def segment(self, volume: Voxels, name: str) -> Segmented:
        """One label map of all tasks; see `annotators.segmenting.merging` for where they overlap."""
        case = _Case(image_of(volume), device_of(self.device))
        from totalsegmentator.map_to_binary import class_map

        found = [Found(task, self._found(case, task), class_map[task]) for task in self.tasks]
        values, labels = merged(found)
        return Segmented(Voxels(values, volume.affine), labels, worst(case.ran))

    def _found(self, case: "_Case", task: str) -> NDArray[np.uint8]:
        settings = _settings(task, self.speed)
        values = case.labels(_job(task, settings, case.device), case.crop(settings))
        return values if not settings["remove_outside"] else _inside(values, case, settings)

    @cached_property
    def _weights(self) -> list[Weights]:
        """Of all tasks, and of the rough models that some of them crop by."""
        every = [_settings(task, self.speed) for task in self.tasks]
        jobs = [_job(task, settings, "cpu") for task, settings in zip(self.tasks, every, strict=True)]
        jobs += [_rough(settings, "cpu") for settings in every if settings["crop"]]
        return list(dict.fromkeys(weights for job in jobs for weights in job.weights))


class _Case:
    """One image on its way through several models; what the rough models find is kept for the next task."""

    def __init__(self, image: Any, device: str) -> None:
        self.image, self.device = image, device
        self.ran: list[Ran] = []
        self._whole: dict[Job, NDArray[np.uint8]] = {}

    def labels(self, job: Job, crop: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
        """What a model finds in the image or in a part of it."""
        if crop is None and job in self._whole:
            return self._whole[job]
        values, ran = labelled(self.image, job, self._label, crop)
        self.ran += ran
        if crop is None:
            self._whole[job] = values
        return values

    def crop(self, settings: dict[str, Any]) -> NDArray[np.bool_] | None:
        """Where the structures are that a task looks around, by a rough model; None: it looks everywhere."""
        return None if not settings["crop"] else self.mask(_rough(settings, self.device), settings["crop"])

    def mask(self, job: Job, names: list[str]) -> NDArray[np.bool_]:
        """Voxels of some structures."""
        from totalsegmentator.map_to_binary import class_map

        wanted = [value for value, name in class_map[job.task].items() if name in names]
        return np.isin(self.labels(job), wanted)

    def _label(self, weights: Weights, step: float, image: Any) -> tuple[Any, Ran]:
        return Network.of(weights.folder, weights.folds, step, self.device).label(image)


def _settings(task: str, speed: Speed) -> dict[str, Any]:
    from totalsegmentator.python_api import get_task_config

    flags = {speed: True} if speed != "default" and tasks()[task].fast else {}
    return get_task_config(task, quiet=True, plans="nnUNetPlans", **flags)


def _job(task: str, settings: dict[str, Any], device: str) -> Job:
    numbers = settings["task_id"] if isinstance(settings["task_id"], list) else [settings["task_id"]]
    weights = tuple(_weights(number, settings) for number in numbers)
    spacing = settings["resample"]
    return Job(task, weights, (spacing,) * 3 if isinstance(spacing, float) else spacing and tuple(spacing), device)


def _rough(settings: dict[str, Any], device: str) -> Job:
    """The model that the package crops by: of 6 mm, or of 3 mm where a task asks; of the body for limbs."""
    if "body_trunc" in settings["crop"]:
        return _job("body", {**_settings("body", "fast"), "folds": [0]}, device)
    return _job("total", _settings("total", "fast" if settings["robust_crop"] else "fastest"), device)


def _weights(number: int, settings: dict[str, Any]) -> Weights:
    from totalsegmentator.config import get_weights_dir
    from totalsegmentator.map_tasks_config import TASK_ID_WEIGHTS_CONFIGS

    dataset = get_weights_dir() / TASK_ID_WEIGHTS_CONFIGS[number]["foldername"]
    folder = dataset / f"{settings['trainer']}__{settings['plans']}__{settings['model']}"
    return Weights(number, folder, settings["folds"] and tuple(settings["folds"]))


def _inside(values: NDArray[np.uint8], case: _Case, settings: dict[str, Any]) -> NDArray[np.uint8]:
    """Without what lies too far from the structures that a task belongs to."""
    from totalsegmentator.postprocessing import remove_outside_of_mask

    spacing = case.image.header.get_zooms()
    reach = int(settings["remove_outside_dilation"] / np.mean(spacing))
    near: Any = case.mask(_rough(settings, case.device), settings["remove_outside"])
    return np.asarray(remove_outside_of_mask(values, near, reach))


def _download(weights: list[Weights]) -> None:
    from totalsegmentator.libs import download_pretrained_weights

    for number in _missing(weights):
        download_pretrained_weights(number)


def _missing(weights: list[Weights]) -> Iterator[int]:
    return (one.number for one in weights if not one.complete)
