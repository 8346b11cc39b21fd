"""Result folders of nnU-Net as TotalSegmentator's weights lie in them, for nets of another size."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

CLIP, MEAN, SPREAD = (-1000.0, 1000.0), 0.0, 300.0
"""Hounsfield units are clipped, and shifted and scaled by these; written to the plans, which nnU-Net obeys."""


@dataclass(frozen=True)
class Model:
    """What TotalSegmentator asks of one of its models.

    `labels`: names by value, background apart. `spacing`: of its voxels, mm, [z, y, x]. `patch`: in voxels. `features`:
    per level of the net, each of which halves the size.
    """

    dataset: str
    trainer: str
    labels: Mapping[int, str]
    spacing: tuple[float, float, float] = (3.0, 3.0, 3.0)
    patch: tuple[int, int, int] = (32, 96, 96)
    features: tuple[int, ...] = (8, 16, 32)
    configuration: str = "3d_fullres"

    def network(self) -> Any:
        """A plain U-Net with random weights and a score for each label and for background."""
        from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

        built = _architecture(self.features)
        return get_network_from_plans(
            built["network_class_name"], built["arch_kwargs"], built["_kw_requires_import"], 1, len(self.labels) + 1,
            deep_supervision=False,
        )  # fmt: skip

    def save(self, home: Path, net: Any) -> Path:
        """Write weights below `home`, and a `config.json` that forbids usage statistics; returns their folder."""
        import torch

        results = home / "nnunet" / "results" / self.dataset
        folder = results / f"{self.trainer}__nnUNetPlans__{self.configuration}"
        (folder / "fold_0").mkdir(parents=True, exist_ok=True)
        plans, dataset = _plans(self), _dataset(self)
        _write(home / "config.json", _QUIET)
        _write(folder / "dataset.json", dataset)
        _write(folder / "plans.json", plans)
        checkpoint = {
            "network_weights": net.state_dict(),
            "init_args": {"configuration": self.configuration, "fold": 0, "plans": plans, "dataset_json": dataset},
            "trainer_name": self.trainer,
            "inference_allowed_mirroring_axes": None,
        }
        torch.save(checkpoint, folder / "fold_0" / "checkpoint_final.pth")
        return folder


def total(speed: Literal["fast", "fastest"], features: tuple[int, ...], patch: tuple[int, int, int]) -> Model:
    """The one model of 3 mm or of 6 mm for the task `total`."""
    from totalsegmentator.map_tasks_config import TASK_ID_WEIGHTS_CONFIGS
    from totalsegmentator.map_to_binary import class_map
    from totalsegmentator.python_api import get_task_config

    settings = get_task_config("total", quiet=True, plans="nnUNetPlans", **{speed: True})
    dataset = TASK_ID_WEIGHTS_CONFIGS[settings["task_id"]]["foldername"]
    spacing = (settings["resample"],) * 3
    return Model(dataset, settings["trainer"], class_map["total"], spacing, patch, features)


_QUIET = {
    "totalseg_id": "totalseg_MEDMILL0",
    "send_usage_stats": False,
    "prediction_counter": 0,
    "statistics_disclaimer_shown": True,
}


def _write(path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=1))


def _dataset(model: Model) -> dict[str, Any]:
    return {
        "channel_names": {"0": "CT"},
        "labels": {"background": 0, **{name: value for value, name in model.labels.items()}},
        "numTraining": 1,
        "file_ending": ".nii.gz",
        "overwrite_image_reader_writer": "NibabelIOWithReorient",
    }


def _architecture(features: Sequence[int]) -> dict[str, Any]:
    levels = len(features)
    return {
        "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
        "arch_kwargs": {
            "n_stages": levels,
            "features_per_stage": list(features),
            "conv_op": "torch.nn.modules.conv.Conv3d",
            "kernel_sizes": [[3, 3, 3]] * levels,
            "strides": [[1, 1, 1]] + [[2, 2, 2]] * (levels - 1),
            "n_conv_per_stage": [2] * levels,
            "n_conv_per_stage_decoder": [1] * (levels - 1),
            "conv_bias": True,
            "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
            "norm_op_kwargs": {"eps": 1e-5, "affine": True},
            "dropout_op": None,
            "dropout_op_kwargs": None,
            "nonlin": "torch.nn.LeakyReLU",
            "nonlin_kwargs": {"inplace": True},
        },
        "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
    }


def _plans(model: Model) -> dict[str, Any]:
    size = [112, 101, 122]
    return {
        "dataset_name": model.dataset,
        "plans_name": "nnUNetPlans",
        "original_median_spacing_after_transp": list(model.spacing),
        "original_median_shape_after_transp": size,
        "image_reader_writer": "NibabelIOWithReorient",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {model.configuration: _configuration(model, size)},
        "experiment_planner_used": "ExperimentPlanner",
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {"0": _intensities()},
    }


def _intensities() -> dict[str, float]:
    low, high = CLIP
    return {
        "min": low, "max": high, "percentile_00_5": low, "percentile_99_5": high,
        "mean": MEAN, "median": MEAN, "std": SPREAD,
    }  # fmt: skip


def _configuration(model: Model, size: Sequence[int]) -> dict[str, Any]:
    by, image = "resample_data_or_seg_to_shape", {"is_seg": False, "order": 3, "order_z": 0, "force_separate_z": None}
    return {
        "data_identifier": f"nnUNetPlans_{model.configuration}",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": 2,
        "patch_size": list(model.patch),
        "median_image_size_in_voxels": [float(axis) for axis in size],
        "spacing": list(model.spacing),
        "normalization_schemes": ["CTNormalization"],
        "use_mask_for_norm": [False],
        "resampling_fn_data": by,
        "resampling_fn_data_kwargs": image,
        "resampling_fn_seg": by,
        "resampling_fn_seg_kwargs": {**image, "is_seg": True, "order": 1},
        "resampling_fn_probabilities": by,
        "resampling_fn_probabilities_kwargs": {**image, "order": 1},
        "architecture": _architecture(model.features),
        "batch_dice": False,
    }
