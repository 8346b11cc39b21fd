"""A trained nnU-Net that is loaded once per process and labels one image at a time, with nnU-Net's own voxels.

nnU-Net's command and its Python interface start processes for each call, which import torch anew, and load the weights
anew. Here the same functions run in this process. How scores are added (`annotators.segmenting.tiles`) and how labels
are taken from them (`annotators.segmenting.logits`) differs, what comes out does not.
"""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cached_property, partial
from os import environ
from pathlib import Path
from threading import Lock, RLock
from typing import Any, ClassVar

import numpy as np

from annotators.segmenting.scratch import scratch
from annotators.segmenting.segmenter import Ran

CHECKPOINT = "checkpoint_final.pth"


class Network:
    """The net of one result folder (`dataset.json`, `plans.json`, `fold_*`); `folds=None`: all that are there.

    `step`: how far tiles move, as a share of their size. `device`: cpu, cuda, cuda:1, mps.
    """

    _loaded: ClassVar[dict[tuple[Any, ...], "Network"]] = {}
    _loading: ClassVar[Any] = RLock()
    _device: ClassVar[Any] = Lock()
    """One image is on the device at a time; others are read, resampled and written meanwhile."""

    def __init__(self, folder: Path, folds: tuple[int, ...] | None, step: float, device: str) -> None:
        self.folder, self.folds, self.step, self.device = folder, folds, step, device

    @classmethod
    def of(cls, folder: Path, folds: tuple[int, ...] | None, step: float, device: str) -> "Network":
        """The one that is loaded for these settings."""
        with cls._loading:
            return cls._loaded.setdefault((folder, folds, step, device), cls(folder, folds, step, device))

    def label(self, image: Any) -> tuple[Any, Ran]:
        """The label map of a nibabel image as another such image, in the image's axes, and how it was made."""
        import nibabel as nib
        import torch

        net = self._ready()
        with scratch() as folder:
            given, made = str(folder / "s01_0000.nii"), str(folder / "s01.nii")
            nib.save(image, given)  # so that geometry is rounded to what files hold, and read by the net's own reader
            data, _, about = net.configuration_manager.preprocessor_class(verbose=False).run_case(
                [given], None, net.plans_manager, net.configuration_manager, net.dataset_json
            )
            logits, ran = self._logits(torch.from_numpy(data).to(torch.float32, memory_format=torch.contiguous_format))
            net.plans_manager.image_reader_writer_class().write_seg(self._exported(logits, about), made, about)
            labelled: Any = nib.load(made)
            return nib.Nifti1Image(np.asanyarray(labelled.dataobj).copy(), labelled.affine, labelled.header), ran

    def _ready(self) -> Any:
        with self._loading:
            return self._predictor

    @cached_property
    def _predictor(self) -> Any:
        return self._loaded_on(self.device)

    def _loaded_on(self, device: str) -> Any:
        environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch then asks for pages of 2 MB; see CONTRIBUTING
        import torch

        from annotators.segmenting.tiles import scores_of

        with redirect_stdout(io.StringIO()):
            import totalsegmentator.nnunet  # noqa: F401  (adds trainers to those that nnU-Net knows)
            from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

            net: Any = nnUNetPredictor(
                self.step, use_gaussian=True, use_mirroring=False, device=torch.device(device), allow_tqdm=False
            )
            net.initialize_from_trained_model_folder(str(self.folder), self.folds, CHECKPOINT)
        if net.device.type == "cpu" and len(net.configuration_manager.patch_size) == 3:
            net._internal_predict_sliding_window_return_logits = partial(scores_of, net)  # of this object alone
        return net

    def _logits(self, data: Any) -> tuple[Any, Ran]:
        """Scores as half-precision numbers; where memory runs out: with smaller tiles, then on the CPU."""
        last: RuntimeError | None = None
        with self._device:
            for net, configuration in self._ways():
                whole, net.configuration_manager = net.configuration_manager, configuration
                try:
                    logits = net.predict_logits_from_preprocessed_data(data)
                    return logits.numpy(), _ran(net)
                except RuntimeError as error:
                    if not _out_of_memory(error):
                        raise
                    last = error
                finally:
                    net.configuration_manager = whole
        raise MemoryError(f"{self.folder.name}: no memory for one tile, not even on the CPU") from last

    def _ways(self) -> Iterator[tuple[Any, Any]]:
        """Predictors and configurations to try, in this order."""
        from nnunetv2.utilities.plans_handling.plans_handler import ConfigurationManager

        net = self._predictor
        whole = net.configuration_manager
        yield net, whole
        for tile in _smaller(whole.patch_size, net.network):
            yield net, ConfigurationManager({**whole.configuration, "patch_size": tile})
        if net.device.type != "cpu":
            yield self._on_the_cpu, whole

    @cached_property
    def _on_the_cpu(self) -> Any:
        return self._loaded_on("cpu")

    def _exported(self, logits: Any, about: dict[str, Any]) -> Any:
        """What nnU-Net's `convert_predicted_logits_to_segmentation_with_correct_shape` returns."""
        from acvl_utils.cropping_and_padding.bounding_boxes import insert_crop_into_image
        from nnunetv2.inference import export_prediction

        from annotators.segmenting.logits import first_largest

        net = self._predictor
        plans, configuration = net.plans_manager, net.configuration_manager
        shape = about["shape_after_cropping_and_before_resampling"]
        if net.label_manager.has_regions or not (logits.shape[1:] == tuple(shape) or _linear(configuration)):
            whole: Any = export_prediction.convert_predicted_logits_to_segmentation_with_correct_shape
            return whole(logits, plans, configuration, net.label_manager, about)
        spacing = [about["spacing"][axis] for axis in plans.transpose_forward]
        own = (
            configuration.spacing if len(configuration.spacing) == len(shape) else [spacing[0], *configuration.spacing]
        )
        resample = partial(
            configuration.resampling_fn_probabilities, new_shape=shape, current_spacing=own, new_spacing=spacing
        )
        out: Any = np.zeros(about["shape_before_cropping"], np.uint8 if len(logits) <= 256 else np.uint16)
        out = insert_crop_into_image(out, first_largest(logits, resample), about["bbox_used_for_cropping"])
        return out.transpose(plans.transpose_backward)


def _linear(configuration: Any) -> bool:
    """Whether scores are resampled by the function that `first_largest` reasons about."""
    settings = configuration.configuration
    order = settings["resampling_fn_probabilities_kwargs"].get("order", 3)
    return settings["resampling_fn_probabilities"] == "resample_data_or_seg_to_shape" and order <= 1


def _smaller(tile: list[int], network: Any) -> Iterator[list[int]]:
    """Halves of a tile, as long as the net's strides go into them; the same weights fit any tile."""
    strides = getattr(getattr(network, "encoder", None), "strides", None)
    if strides is None:
        return
    stride = np.prod(np.array(strides), axis=0)
    while True:
        longest = int(np.argmax(tile))
        half = int(tile[longest] // 2 // stride[longest] * stride[longest])
        if half < 2 * stride[longest] or half < 16:
            return
        tile = [half if axis == longest else size for axis, size in enumerate(tile)]
        yield tile


def _out_of_memory(error: RuntimeError) -> bool:
    import torch

    return isinstance(error, torch.OutOfMemoryError) or "not enough memory" in str(error)


def _ran(net: Any) -> Ran:
    precision = "float16" if net.device.type == "cuda" else "float32"
    return Ran(net.device.type, tuple(net.configuration_manager.patch_size), precision)
