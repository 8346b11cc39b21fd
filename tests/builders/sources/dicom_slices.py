"""DICOM series written slice by slice, as a scanner would, whole and damaged; the patient's name stands in each."""

import locale
from pathlib import Path

import numpy as np
import SimpleITK

NAME = "Doe^Jane"


def write_series(
    folder: Path,
    values: np.ndarray,
    affine: np.ndarray,
    uid: str = "1.2.3.4",
    drop: tuple[int, ...] = (),
    kernel: str = "Br40f",
    rescale: tuple[str, str] = ("1", "-1024"),
) -> Path:
    """Values (i, j, k) in HU at an affine to RAS+; slices named against their order; without those of `drop`."""
    before = locale.setlocale(locale.LC_ALL)
    folder.mkdir(parents=True, exist_ok=True)
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    axes = lps[:3, :3] / spacing
    count = values.shape[2]
    for k in range(count):
        if k in drop:
            continue
        image = SimpleITK.GetImageFromArray(np.ascontiguousarray(values[:, :, k].T)[None].astype(np.int16))
        image.SetSpacing([float(size) for size in spacing])
        position = lps[:3, :3] @ [0, 0, k] + lps[:3, 3]
        tags = {
            "0008|0016": "1.2.840.10008.5.1.4.1.1.2", "0008|0060": "CT", "0010|0010": NAME, "0010|0020": "P-1",
            "0020|000d": f"{uid}.1", "0020|000e": uid, "0008|0018": f"{uid}.{k + 1}", "0020|0013": str(k + 1),
            "0018|1210": kernel, "0020|0032": "\\".join(f"{x:.6f}" for x in position),
            "0020|0037": "\\".join(f"{x:.9f}" for x in [*axes[:, 0], *axes[:, 1]]),
            "0028|1052": rescale[1], "0028|1053": rescale[0],
        }  # fmt: skip
        for tag, value in tags.items():
            image.SetMetaData(tag, value)
        writer = SimpleITK.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(folder / f"{uid}-{count - k:03d}.dcm"))
        writer.Execute(image)
    locale.setlocale(locale.LC_ALL, before)  # GDCM leaves the process in the locale "C"
    return folder
