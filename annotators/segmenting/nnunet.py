"""Any trained nnU-Net v2: a result folder with `plans.json`, `dataset.json` and `fold_*/checkpoint_final.pth`."""

from dataclasses import dataclass, field
from pathlib import Path

from annotators.segmenting.devices import device_of
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

    @property
    def backend(self) -> str:
        """The name of this segmenter."""
        return "nnunet"

    @property
    def fingerprint(self) -> str:
        """Version of nnU-Net, and a hash of the weights."""
        return f"nnunetv2 {installed('nnunetv2')} {hashed(result_files(Path(self.folder), None))}"

    def check(self) -> None:
        """Raise `MedmillError` where the package or a file of the folder is missing."""
        check_packages()
        files = result_files(Path(self.folder), None)
        if len(files) < 3 or not all(file.is_file() for file in files):
            raise MedmillError(
                f"{self.folder}: no nnU-Net here; expected plans.json, dataset.json and fold_*/checkpoint_final.pth"
            )

    def segment(self, volume: Voxels, name: str) -> Segmented:
        """Segment a volume of HU; labels are those of `dataset.json`."""
        import json

        import nibabel as nib
        import numpy as np

        image = nib.Nifti1Image(volume.values, volume.affine)  # pyright: ignore[reportPrivateImportUsage]
        made, ran = Network.of(Path(self.folder), None, self.step, device_of(self.device)).label(image)
        told = json.loads((Path(self.folder) / "dataset.json").read_text(encoding="utf-8"))["labels"]
        labels = tuple(Label(value, word, "nnunet") for word, value in told.items() if isinstance(value, int) and value)
        return Segmented(Voxels(np.asanyarray(made.dataobj), volume.affine), labels, ran)
