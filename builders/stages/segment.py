"""From opened volumes to mask files: one NIfTI of labels per volume, with the volume's affine."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from annotators.devices import wants_gpu
from annotators.segmenting.segmenter import Segmented, Segmenter
from annotators.segmenting.sides import sided
from builders.base import REJECTED_SCHEMA, Kept, Source, Stage
from builders.files import keep_file
from builders.settings import AtLeastOne
from builders.stages.hu_scale import hounsfield
from schemas.mask_files import file_stem
from schemas.volumes import Segmentation
from schemas.voxels import VolumeError, Voxels

Row = dict[str, Any]


@dataclass(frozen=True)
class Segment(Stage):
    """One row and one file per volume; a volume that cannot be segmented is rejected with the reason.

    Recorded, not repeated: a file that is there and verifies is taken over, with what was written down about how it was
    made. `overlap` volumes are worked on at once: while one is on the device, the others are read, resampled, written.
    """

    segmenter: Segmenter
    source: Source = field(repr=False)
    overlap: AtLeastOne = field(default=2, repr=False)

    version: ClassVar[int] = 2
    data: ClassVar[tuple[str, ...]] = ("annotators/segmenting/tasks.tsv",)

    @property
    def resources(self) -> Mapping[str, float]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """A GPU worker where the segmenter is told to use a GPU."""
        return {"GPU": 1} if wants_gpu(getattr(self.segmenter, "device", "cpu")) else {}

    @property
    def models(self) -> Mapping[str, str]:
        """The segmenter with what tells its results apart."""
        backend, revision = self.segmenter.backend, self.segmenter.fingerprint
        return {backend: revision.removeprefix(f"{backend} ")} if revision else {}

    def check(self) -> None:
        """Raise where the segmenter cannot run here."""
        self.segmenter.check()

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: OpenedVolume rows; `folder`: where the masks go. Returns Segmentation rows."""
        volumes, folder = frames[0], needs["folder"]
        rows, rejected = [], []
        for made in self._made(list(volumes.iter_rows(named=True)), folder):
            (rejected if isinstance(made, tuple) else rows).append(made)
        schema = {name: column.dtype for name, column in Segmentation.columns().items()}
        return Kept(pl.DataFrame(rows, schema), pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row"))

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Half a megabyte a mask."""
        return rows, 500_000 * rows

    def _made(self, volumes: list[Row], folder: Path) -> Iterator[Row | tuple[str, str, str]]:
        """In the order of the volumes."""
        with ThreadPoolExecutor(self.overlap) as threads:
            yield from threads.map(lambda volume: self._one(volume, folder), volumes)

    def _one(self, volume: Row, folder: Path) -> Row | tuple[str, str, str]:
        try:
            told, file = self._kept(volume, folder)
        except VolumeError as error:
            return volume["id"], error.reason, error.detail
        except MemoryError:
            told = f"no memory in {self.segmenter.backend}, not for small tiles on the CPU either; take fewer --workers"
            return volume["id"], "segmentation_failed", told
        except (RuntimeError, ValueError) as error:
            return volume["id"], "segmentation_failed", f"{type(error).__name__} in {self.segmenter.backend}"
        return {**{name: volume[name] for name in ("id", "study", "split")}, **file, **told}

    def _kept(self, volume: Row, folder: Path) -> tuple[Row, Row]:
        """What is known of a mask, and its file: from an earlier run where both verify."""
        found: list[Segmented] = []

        def write_mask(path: Path) -> None:
            found.append(self._segmented(volume))
            _write(path, found[0].mask)

        name = file_stem(volume["id"])
        file = keep_file(folder, f"{name}.nii.gz", write_mask)
        made: list[Row] = []

        def write_told(path: Path) -> None:
            made.append(self._told(found[0] if found else self._segmented(volume)))
            pl.DataFrame(made, _TOLD).write_parquet(path)

        keep_file(folder, f"{name}.about.parquet", write_told)
        told = made[0] if made else pl.read_parquet(folder / f"{name}.about.parquet").row(0, named=True)
        return told, file

    def _segmented(self, volume: Row) -> Segmented:
        stored = self.source.voxels(volume["path"])
        hu = hounsfield(stored, volume["slope"], volume["intercept"])
        return sided(self.segmenter.segment(hu, volume["id"]))

    def _told(self, made: Segmented) -> Row:
        return {
            "backend": self.segmenter.backend,
            "labels": [vars(label) for label in made.labels],
            "device": made.ran.device,
            "tile": list(made.ran.tile) if made.ran.tile else None,
            "precision": made.ran.precision,
            "model": self.segmenter.fingerprint,
        }


_TOLD = {name: Segmentation.columns()[name].dtype
         for name in ("backend", "labels", "device", "tile", "precision", "model")}  # fmt: skip


def _write(path: Path, mask: Voxels) -> None:
    """Compressed lightly: labels are long runs, and writing is waited for."""
    import gzip

    import nibabel as nib

    image = nib.Nifti1Image(mask.values, mask.affine)  # pyright: ignore[reportPrivateImportUsage]
    image.header.set_xyzt_units("mm")
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed,
    ):
        packed.write(image.to_bytes())
