"""The names of CT-RATE: `train_17_b_2.nii.gz` is reconstruction 2 of scan b of patient 17 of the training split."""

import re

import polars as pl

from schemas.words import SPLITS

NOBODY = "x0"
"""Shard key of rows whose name is not CT-RATE's, so that some shard has them and rejects them."""
_VOLUME = r"^((?:train|valid)_\d+)_([a-z]+)_(\d+)(?:\.nii(?:\.gz)?)?$"
_SCAN = r"^((?:train|valid)_\d+)_([a-z]+)$"
_NUMBER = r"^([tv])(?:rain|alid)_(\d+)"
_DIGITS = 5
"""Of a patient's number in a shard key; CT-RATE counts to 20,000."""


def of_volumes(column: str) -> dict[str, pl.Expr]:
    """id, study, patient, split and reconstruction by the names of volumes; null where a name is none of CT-RATE."""
    name = pl.col(column).str.strip_chars()
    patient, letter, number = (name.str.extract(_VOLUME, place) for place in (1, 2, 3))
    return {
        "id": pl.concat_str(patient, letter, number, separator="_"),
        "study": pl.concat_str(patient, letter, separator="_"),
        "patient": patient,
        "split": _split(patient),
        "reconstruction": number.cast(pl.Int32, strict=False),
    }


def of_scans(column: str) -> dict[str, pl.Expr]:
    """id, patient and split by the names of scans (`train_17_b`)."""
    name = pl.col(column).str.strip_chars()
    patient = name.str.extract(_SCAN, 1)
    return {"id": name.str.extract(_SCAN, 0), "patient": patient, "split": _split(patient)}


def shard_key(column: str) -> pl.Expr:
    """`t00017` for `train_17` and all that follows it; patients of near numbers share their first digits."""
    parts = pl.col(column).str.strip_chars().str.extract_groups(_NUMBER)
    return pl.concat_str(parts.struct[0], parts.struct[1].str.zfill(_DIGITS)).fill_null(NOBODY)


def shard_key_of(name: str) -> str:
    """The same for one name."""
    found = re.match(_NUMBER, name)
    return f"{found[1]}{found[2].zfill(_DIGITS)}" if found else NOBODY


def _split(patient: pl.Expr) -> pl.Expr:
    word = patient.str.extract(r"^([a-z]+)_")
    return word.replace_strict({"train": "train", "valid": "validation"}, default=None, return_dtype=pl.Enum(SPLITS))
