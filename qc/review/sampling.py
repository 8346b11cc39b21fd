"""Which items a round shows, and in which order: decided by a seed alone, so that two reviewers see the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import polars as pl

from qc.build import Build
from qc.disagreements import BETWEEN, disagreements
from qc.review.items import keys
from qc.review.reviewable import Reviewable
from schemas.errors import UsageError


@dataclass(frozen=True)
class Drawing:
    """`sample`: how many items, None for all of the split. `stratify`: a column, "" for none. `disagreements`: only
    items on which the report and the masks of a scan disagree.
    """

    split: str = "validation"
    sample: int | None = None
    stratify: str = ""
    seed: str = "medmill"
    disagreements: bool = False


@dataclass(frozen=True)
class Drawn:
    """The items of a round in order, one row of key columns each, out of `of` in the split.

    `why` they disagree, by id, where only disagreements were asked for.
    """

    keys: pl.DataFrame
    of: int
    why: Mapping[str, str] = field(default_factory=dict)


def draw(build: Build, what: Reviewable, how: Drawing) -> Drawn:
    """In the order of a keyed hash of the keys; of strata one item each in turn, so that rare ones are seen.

    A larger sample begins with the items of a smaller one. An item of several strata counts for the rarest. What is
    drawn together stays together where there are no strata.
    """
    if how.stratify and how.stratify not in what.strata:
        raise UsageError(f"--stratify {how.stratify}: {what.table} can be stratified by {', '.join(what.strata)}")
    if how.sample is not None and how.sample < 1:
        raise UsageError(f"--sample {how.sample}: at least 1 item is needed")
    found = keys(build, what, how.split, *([how.stratify] if how.stratify else [])).collect()
    of, why = found.height, _why(build, what) if how.disagreements else {}
    if how.disagreements:
        found = found.filter(pl.col("id").is_in(list(why)))
    draws = _draws(found.select(what.together or what.key), how.seed)
    found = found.with_columns(_draws=draws).sort("_draws", *what.key)
    if how.stratify:
        found = _in_turn(found, how.stratify)
    return Drawn(found.select(what.key).head(how.sample or found.height), of, why)


def _why(build: Build, what: Reviewable) -> dict[str, str]:
    if what.contested:
        raise UsageError(f"--disagreements: {what.table} holds nothing else; leave it out")
    if what.table not in BETWEEN:
        raise UsageError(f"--disagreements: between report and masks, so of {' and '.join(BETWEEN)}; not {what.table}")
    return dict(disagreements(build, what.table).select("id", "why").iter_rows())


def _draws(rows: pl.DataFrame, seed: str) -> pl.Series:
    """BLAKE2b of each key, keyed by the seed: polars' own hashes change between its versions."""
    joined = rows.select(pl.concat_str(pl.all().cast(pl.String), separator="\x1f")).to_series()
    secret = blake2b(seed.encode()).digest()
    return pl.Series([blake2b(key.encode(), digest_size=16, key=secret).hexdigest() for key in joined], dtype=pl.String)


def _in_turn(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """The first item of every stratum, then the second of every stratum …; `rows` are in the order of their draws."""
    rows = rows.with_columns(_stratum=_rarest(rows, column))
    return rows.with_columns(_turn=pl.int_range(pl.len()).over("_stratum")).sort("_turn", "_draws", maintain_order=True)


def _rarest(rows: pl.DataFrame, column: str) -> pl.Series:
    """Stratum of each item: of several values the one that fewest items have; "" where there is none."""
    values = rows.select(value=pl.col(column)).with_row_index("row")
    if isinstance(values.schema["value"], pl.List):
        named = pl.col("value").cast(pl.List(pl.String))
        values = values.with_columns(pl.when(named.list.len() > 0).then(named).otherwise(pl.lit([""]))).explode("value")
    values = values.with_columns(pl.col("value").cast(pl.String).fill_null(""))
    values = values.with_columns(size=pl.len().over("value")).sort("row", "size", "value")
    return values.group_by("row", maintain_order=True).first()["value"]
