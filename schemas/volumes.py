"""Rows about volumes: what a source lists, what was found on opening, the mask files, and what the masks measure.

Axes of boxes and shapes are those of the volume's file, (i, j, k); millimetres are of the patient, RAS+
(`schemas.voxels`).
"""

from typing import Final

import dataframely as dy

from schemas.columns import tag
from schemas.words import SPLITS

SCALES: Final = ("as_stored", "rescaled")
"""How stored values become HU: they are HU already, or value * slope + intercept."""
ORIGINS: Final = ("direct", "union", "split", "derived")
"""How a structure's mask came: a label of the segmenter, the union of some, a part of one, or made by a rule."""
FACES: Final = ("i_low", "i_high", "j_low", "j_high", "k_low", "k_high")
"""Faces of the volume's own box, which cuts what touches them."""


class Volume(dy.Schema):
    """One reconstruction of one scan, as the source lists it; nothing of it was opened yet."""

    id = dy.String(primary_key=True, min_length=1, metadata=tag("id"), description="`train_1_a_1`.")
    study = dy.String(
        min_length=1, metadata=tag("id", identifies="scan"), description="The scan: `train_1_a`; its report's id."
    )
    patient = dy.String(nullable=True, metadata=tag("quasi_identifier", identifies="subject"))
    split = dy.Enum(SPLITS, nullable=True, metadata=tag("label"), description="Official split; null where none.")
    reconstruction = dy.Int32(min=1, metadata=tag("label"), description="Number among those of its scan.")
    path = dy.String(metadata=tag("path"), description="File, or folder of a DICOM series, within the source.")
    kernel = dy.String(nullable=True, metadata=tag("label"), description="Convolution kernel as the scanner names it.")
    slice_spacing = dy.Float32(nullable=True, metadata=tag("label", "mm"), description="As the source's table says.")
    slope = dy.Float32(nullable=True, metadata=tag("label"), description="RescaleSlope of the source's table.")
    intercept = dy.Float32(nullable=True, metadata=tag("label"), description="RescaleIntercept, likewise.")
    chosen = dy.Bool(metadata=tag("label"), description="Whether the setting `reconstruction` takes it.")


class OpenedVolume(dy.Schema):
    """One volume that was opened, found whole, and whose scale is decided."""

    id = dy.String(primary_key=True, metadata=tag("id"))
    study = dy.String(metadata=tag("id", identifies="scan"))
    patient = dy.String(nullable=True, metadata=tag("quasi_identifier", identifies="subject"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    reconstruction = dy.Int32(metadata=tag("label"))
    path = dy.String(metadata=tag("path"))
    kernel = dy.String(nullable=True, metadata=tag("label"))
    shape = dy.List(dy.Int32(min=1), metadata=tag("label", "voxels"), description="(i, j, k).")
    spacing = dy.List(dy.Float32(min=0), metadata=tag("label", "mm"), description="Along i, j, k.")
    orientation = dy.String(metadata=tag("label"), description="Nearest anatomical axes of i, j, k: `RAS`, `LPS` …")
    oblique = dy.Float32(metadata=tag("label", "degrees"), description="Largest angle of an axis to its nearest.")
    affine = dy.List(dy.Float64(), metadata=tag("label", "mm"), description="The 4 x 4 matrix, row by row.")
    scale = dy.Enum(SCALES, metadata=tag("label"))
    slope = dy.Float32(metadata=tag("label"), description="HU = value * slope + intercept; 1 where as stored.")
    intercept = dy.Float32(metadata=tag("label"), description="Likewise; 0 where as stored.")
    padding = dy.Float32(nullable=True, metadata=tag("label"), description="Stored value outside the scanned field.")
    lung_peak = dy.Float32(metadata=tag("label", "HU"), description="Where the peak of lung or air lies, in HU.")
    soft_peak = dy.Float32(metadata=tag("label", "HU"), description="Where the peak of fat or muscle lies, in HU.")


class Segmentation(dy.Schema):
    """One mask file per volume: a NIfTI of labels with the volume's affine. Recorded: models are not repeated."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="The volume.")
    study = dy.String(metadata=tag("id", identifies="scan"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    path = dy.String(metadata=tag("file"), description="Relative to the build folder, and to a release of it.")
    bytes = dy.Int64(min=0, metadata=tag("count", "bytes"))
    sha256 = dy.String(metadata=tag("label"))
    backend = dy.String(metadata=tag("label"), description="totalsegmentator, nnunet, precomputed.")
    labels = dy.List(
        dy.Struct({"value": dy.Int32(min=1), "name": dy.String(), "task": dy.String()}),
        metadata=tag("label"),
        description="Voxel values of the file, the segmenter's own name of each, and the task that made it.",
    )
    device = dy.String(metadata=tag("label"), description="cpu, cuda; where it ran in the end.")
    tile = dy.List(dy.Int32(), nullable=True, metadata=tag("label", "voxels"), description="Patch of the network.")
    precision = dy.String(nullable=True, metadata=tag("label"), description="float32, float16 …")
    model = dy.String(metadata=tag("label"), description="Package, version and weights, as one fingerprint.")


class Mask(dy.Schema):
    """One structure of one volume; structures that are empty have rows with 0 voxels."""

    id = dy.String(primary_key=True, metadata=tag("id"), description="`train_1_a_1/right-upper-lobe`.")
    volume = dy.String(metadata=tag("id"))
    study = dy.String(metadata=tag("id", identifies="scan"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    structure = dy.String(metadata=tag("label"), description="Node of schemas/anatomy.tsv, or a row of structures.tsv.")
    labels = dy.List(dy.Int32(), metadata=tag("label"), description="Voxel values of the mask file that it is made of.")
    origin = dy.Enum(ORIGINS, metadata=tag("label"))
    voxels = dy.Int64(min=0, metadata=tag("count", "voxels"))
    volume_ml = dy.Float64(min=0, metadata=tag("label", "ml"))
    box = dy.List(
        dy.Int32(min=0), nullable=True, metadata=tag("label", "voxels"),
        description="i, j, k of the first voxel, then i, j, k behind the last; null where empty.",
    )  # fmt: skip
    centroid = dy.List(dy.Float64(), nullable=True, metadata=tag("label", "mm"), description="x, y, z of the patient.")
    hu_mean = dy.Float64(nullable=True, metadata=tag("label", "HU"))
    hu_deviation = dy.Float64(nullable=True, metadata=tag("label", "HU"), description="Standard, over the voxels.")
    borders = dy.List(
        dy.Enum(FACES), metadata=tag("label"), description="Faces of the volume that it touches: it may be cut there."
    )
    overlaps = dy.List(
        dy.Struct({"structure": dy.String(), "voxels": dy.Int64(min=1)}),
        metadata=tag("label"),
        description="Other structures that labels of their own put into some of its voxels, and how many these are.",
    )
    components = dy.Int32(min=0, nullable=True, metadata=tag("count"), description="26-connected; null: not counted.")
    largest_share = dy.Float32(nullable=True, metadata=tag("score"), description="Of the voxels in the largest one.")
