"""Hashes that stay the same on every machine and in every version: for splits, groups and random draws."""

from hashlib import blake2b
from typing import Final

import polars as pl

_LONGEST: Final = 64
"""Bytes of a key of BLAKE2b."""


def hex_digest(values: pl.Series, *, seed: str = "", length: int = 16) -> pl.Series:
    """`length` hexadecimal digits per string; null stays null. BLAKE2b, keyed by `seed` (RFC 7693)."""
    key = _key(seed)
    size = (length + 1) // 2

    def digest(value: str) -> str:
        return blake2b(value.encode(), digest_size=size, key=key).hexdigest()[:length]

    return pl.Series(values.name, [None if value is None else digest(value) for value in values], pl.String)


def number(values: pl.Series, *, seed: str = "") -> pl.Series:
    """64 bits per string, as a whole number; null stays null. BLAKE2b, keyed by `seed` (RFC 7693)."""
    key = _key(seed)

    def digest(value: str) -> int:
        return int.from_bytes(blake2b(value.encode(), digest_size=8, key=key).digest(), "big")

    return pl.Series(values.name, [None if value is None else digest(value) for value in values], pl.UInt64)


def _key(seed: str) -> bytes:
    """A seed as a key; of one that is too long its hash, so that its end counts too."""
    key = seed.encode()
    return key if len(key) <= _LONGEST else blake2b(key).digest()


def fraction(values: pl.Series, *, seed: str) -> pl.Series:
    """A number in [0, 1) per string, uniform and independent of every other string."""
    digits = hex_digest(values, seed=seed, length=12)
    return digits.str.to_integer(base=16, dtype=pl.Int64).cast(pl.Float64) / float(16**12)
