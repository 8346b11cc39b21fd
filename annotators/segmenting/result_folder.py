"""The folder of weights that TotalSegmentator's 3 mm model has, for a net of another size."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DATASET = "Dataset297_TotalSegmentator_total_3mm_1559subj"
TRAINER = "nnUNetTrainer_4000epochs_NoMirroring"
CLIP, MEAN, SPREAD = (-1000.0, 1000.0), 0.0, 300.0
"""Hounsfield units are clipped, and shifted and scaled by these; written to the plans, which nnU-Net obeys."""


def network_of(features: Sequence[int], deep: bool) -> Any:
    """A plain U-Net with random weights and a score for each label of the task `total` and for background."""
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

    built = _architecture(features)
    return get_network_from_plans(
        built["network_class_name"], built["arch_kwargs"], built["_kw_requires_import"], 1, len(_labels()),
        deep_supervision=deep,
    )  # fmt: skip


def save(home: Path, net: Any, features: Sequence[int], patch: Sequence[int]) -> Path:
    """Write the weights below `home`, and a `config.json` that forbids usage statistics; returns their folder."""
    import torch

    folder = home / "nnunet" / "results" / DATASET / f"{TRAINER}__nnUNetPlans__3d_fullres"
    (folder / "fold_0").mkdir(parents=True, exist_ok=True)
    plans, dataset = _plans(features, patch), _dataset()
    _write(home / "config.json", _QUIET)
    _write(folder / "dataset.json", dataset)
    _write(folder / "plans.json", plans)
    checkpoint = {
        "network_weights": net.state_dict(),
        "init_args": {"configuration": "3d_fullres", "fold": 0, "plans": plans, "dataset_json": dataset},
        "trainer_name": TRAINER,
        "inference_allowed_mirroring_axes": None,
    }
    torch.save(checkpoint, folder / "fold_0" / "checkpoint_final.pth")
    return folder


_QUIET = {
    "totalseg_id": "totalseg_MEDMILL0",
    "send_usage_stats": False,
    "prediction_counter": 0,
    "statistics_disclaimer_shown": True,
}


def _write(path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=1))


def _labels() -> dict[str, int]:
    from totalsegmentator.map_to_binary import class_map

    return {"background": 0, **{name: value for value, name in class_map["total"].items()}}


def _dataset() -> dict[str, Any]:
    return {
        "channel_names": {"0": "CT"},
        "labels": _labels(),
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


def _plans(features: Sequence[int], patch: Sequence[int]) -> dict[str, Any]:
    size = [112, 101, 122]
    return {
        "dataset_name": DATASET,
        "plans_name": "nnUNetPlans",
        "original_median_spacing_after_transp": [3.0, 3.0, 3.0],
        "original_median_shape_after_transp": size,
        "image_reader_writer": "NibabelIOWithReorient",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {"3d_fullres": _configuration(features, patch, size)},
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


def _configuration(features: Sequence[int], patch: Sequence[int], size: Sequence[int]) -> dict[str, Any]:
    by, image = "resample_data_or_seg_to_shape", {"is_seg": False, "order": 3, "order_z": 0, "force_separate_z": None}
    return {
        "data_identifier": "nnUNetPlans_3d_fullres",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": 2,
        "patch_size": list(patch),
        "median_image_size_in_voxels": [float(axis) for axis in size],
        "spacing": [3.0, 3.0, 3.0],
        "normalization_schemes": ["CTNormalization"],
        "use_mask_for_norm": [False],
        "resampling_fn_data": by,
        "resampling_fn_data_kwargs": image,
        "resampling_fn_seg": by,
        "resampling_fn_seg_kwargs": {**image, "is_seg": True, "order": 1},
        "resampling_fn_probabilities": by,
        "resampling_fn_probabilities_kwargs": {**image, "order": 1},
        "architecture": _architecture(features),
        "batch_dice": False,
    }
