"""Which reconstruction of a scan is taken: by its number, its slices, or what its convolution kernel was made for."""

from typing import Final, Literal

import polars as pl

Reconstruction = Literal["first", "thinnest", "soft", "sharp", "all"]

_SHARP_FROM: Final = 45
"""Siemens kernels name their sharpness (`Br40f`, `Bl57d`, `I30f`): B31f is soft and B46f of the lung in COPDGene
(Regan et al., COPD 7(1), 2010), Br44 comes with the mediastinum and Bl56 with the lung in CT-RATE."""
_BONE_FROM: Final = 30
"""Canon numbers the body from FC01, bone from FC30 and the lung from FC50."""
_NAMED: Final = {
    **dict.fromkeys(("A", "B", "UA", "UB", "SA", "SB", "SC"), "soft"),
    **dict.fromkeys(("C", "D", "E", "L", "YA", "YB", "YC", "YD", "EA", "EB", "EC", "LUNGA", "LUNGB", "LUNGC"), "sharp"),
    **dict.fromkeys(("SOFT", "STANDARD", "CHEST"), "soft"),
    **dict.fromkeys(("LUNG", "BONE", "BONEPLUS", "EDGE", "ULTRA"), "sharp"),
}
"""Philips and its Chinese house (what CT-RATE's series with them are called: A, B mediastinum; L, YB, E parenchyma;
YA, EA high resolution; D bone), and GE."""


def kernel_named(column: str) -> pl.Expr:
    """A kernel as the scanner names it: DICOM may hold a strength too, which tables write as `['Br40f', '3']`."""
    name = pl.col(column).str.extract(r"^[\['\"\s]*([^'\",\[\]\\]+)")
    return name.str.strip_chars().replace("", None)


def sharpness(kernel: str) -> pl.Expr:
    """`soft`, `sharp`, or null for a kernel that the rule does not know."""
    name = pl.col(kernel).str.to_uppercase().str.replace_all(r"[\s_-]", "")
    siemens = name.str.extract(r"^(?:B[A-Z]?|[HIQJTU][A-Z]?)(\d\d)[A-Z]?(?:[\d/]*)$").cast(pl.Int32)
    canon = name.str.extract(r"^FC(\d\d)").cast(pl.Int32)
    sharp = pl.coalesce(siemens >= _SHARP_FROM, canon >= _BONE_FROM)
    numbered = pl.when(sharp).then(pl.lit("sharp")).when(~sharp).then(pl.lit("soft"))
    return pl.coalesce(name.replace_strict(_NAMED, default=None, return_dtype=pl.String), numbered)


def chosen(setting: Reconstruction) -> pl.Expr:
    """Whether a row is the one that the setting takes among those of its `study`.

    `first`: the smallest number; `thinnest`: the least `slice_spacing`; `soft`, `sharp`: a kernel of that kind,
    else one that the rule does not know, else the other kind; of equals the thinnest, then the smallest number.
    """
    if setting == "all":
        return pl.lit(True)
    kind = sharpness("kernel")
    far, unknown = pl.lit(2, pl.Int32), pl.lit(1, pl.Int32)
    other = pl.when(kind == setting).then(pl.lit(0, pl.Int32)).when(kind.is_null()).then(unknown).otherwise(far)
    spacing = pl.col("slice_spacing").fill_null(float("inf"))
    number = pl.col("reconstruction")
    order = {"first": [number], "thinnest": [spacing, number]}.get(setting, [other, spacing, number])
    return number == number.sort_by(order).first().over("study")
