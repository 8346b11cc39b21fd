"""Nets with random weights in the shape of TotalSegmentator's models: masks that mean nothing."""

from pathlib import Path

SPACING = {298: (6.0, 6.0, 6.0), 297: (3.0, 3.0, 3.0), 315: (4.0, 3.0, 3.0)}
"""Of the voxels that a model sees; the others see them at the spacing that the package resamples to."""


def random_net(home: Path, number: int, task: str, speed: str = "default", features: tuple[int, ...] = (2, 4)) -> Path:
    """Weights for one of the package's datasets, below `home`."""
    import torch
    from totalsegmentator import map_to_binary as package
    from totalsegmentator.map_tasks_config import TASK_ID_WEIGHTS_CONFIGS
    from totalsegmentator.python_api import get_task_config

    from annotators.segmenting.result_folder import Model

    settings = get_task_config(task, quiet=True, plans="nnUNetPlans", **({} if speed == "default" else {speed: True}))
    labels = package.class_map[task]
    if isinstance(settings["task_id"], list):
        labels = package.class_map_5_parts[package.map_taskid_to_partname_ct[number]]
    spacing = settings["resample"]
    spacing = (spacing,) * 3 if isinstance(spacing, float) else (spacing or [3.0] * 3)[::-1]
    dataset = TASK_ID_WEIGHTS_CONFIGS[number]["foldername"]
    model = Model(dataset, settings["trainer"], labels, SPACING.get(number, tuple(spacing)), (16, 32, 32), features)
    torch.manual_seed(number)
    net = model.network()
    if number == 298:  # other tasks crop to the lungs that it finds
        with torch.no_grad():
            net.decoder.seg_layers[-1].bias[10:15] += 0.5
    return model.save(home, net)
