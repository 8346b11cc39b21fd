"""The bucket that a row is shuffled into; a stage that sends something to a bucket asks here where that is."""

from collections.abc import Sequence

import polars as pl


def bucket_of(columns: Sequence[str | pl.Expr], buckets: int) -> pl.Expr:
    """Number of the bucket of a row, from 0: equal for equal values, whatever the columns are called.

    Another release of Polars may hash in another way, so what is shuffled carries the release in its fingerprint.
    """
    return (pl.struct(columns).hash(0) % buckets).cast(pl.Int32)
