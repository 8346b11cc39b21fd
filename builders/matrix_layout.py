"""Score matrices in the folders that RadIR's loaders read."""

import shutil
from pathlib import Path

import polars as pl

from schemas.anatomy import WHOLE_REPORT

_FOLDERS = {"scores": "ratescore", "order": "entity"}


def lay_out(build: Path, out: Path, table: str = "matrices") -> int:
    """Link (or copy) every matrix of a built dataset; returns how many files there are.

    `<part>_ratescore/<structure>.npy` and `<part>_entity/<structure>.csv`, the whole report as `all/<part>.npy`
    and `all/<part>.csv`; a part is a split, or a shard of it (`train_0`).
    """
    rows = pl.read_parquet(build / table / "*.parquet", columns=["path", "part", "anatomy", "content"])
    for path, part, structure, content in rows.iter_rows():
        suffix = Path(path).suffix
        whole = structure == WHOLE_REPORT
        target = (
            out / "all" / f"{part}{suffix}" if whole else out / f"{part}_{_FOLDERS[content]}" / f"{structure}{suffix}"
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            target.hardlink_to(build / path)
        except OSError:  # another file system
            shutil.copyfile(build / path, target)
    return rows.height
