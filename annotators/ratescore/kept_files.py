"""What was worked out, in a folder of Parquet files that are only added: each whole or absent, and its owner's alone.

Several processes and hosts may share the folder, as none writes what another wrote. The files quote patients.
"""

import os
from pathlib import Path
from secrets import token_hex

import polars as pl

from schemas.errors import MedmillError

_LONGEST = 32
"""Letters of a fingerprint in the name of a file; all of it is read from the file."""


def add(folder: Path, kind: str, fingerprint: str, rows: pl.DataFrame) -> None:
    """Add rows of a kind that whoever has this fingerprint made; they are on the disk once this returns."""
    name = f"{kind}-{fingerprint[:_LONGEST]}-{token_hex(8)}"
    draft = folder / f".{name}.draft"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            rows.write_parquet(file, compression="zstd", metadata={"fingerprint": fingerprint})
            file.flush()
            os.fsync(file.fileno())
        draft.rename(folder / f"{name}.parquet")
    except (OSError, pl.exceptions.PolarsError) as error:
        told = getattr(error, "strerror", None) or type(error).__name__
        raise MedmillError(
            f"{folder}: what was worked out cannot be kept ({told}); make room, or name another --cache"
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def kept(folder: Path, kind: str, fingerprint: str) -> list[pl.DataFrame]:
    """The rows of a kind that were added under this fingerprint; a damaged file is passed over, its rows made anew."""
    found = []
    for path in sorted(folder.glob(f"{kind}-{fingerprint[:_LONGEST]}-*.parquet")):
        try:
            if pl.read_parquet_metadata(path).get("fingerprint") == fingerprint:
                found.append(pl.read_parquet(path, memory_map=False))
        except (OSError, pl.exceptions.PolarsError):
            continue
    return found
