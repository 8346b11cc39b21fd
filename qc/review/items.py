"""The rows behind items: which there are in a split, and those of some keys, as the build has them now."""

from collections.abc import Sequence

import polars as pl

from qc.build import Build
from qc.review.reviewable import SHOWN_CANDIDATES, Reviewable
from schemas.errors import UsageError
from schemas.review import Key


def keys(build: Build, what: Reviewable, split: str, *columns: str) -> pl.LazyFrame:
    """The key of every item of a split, once, and `columns` beside it."""
    _refuse_missing(build, what, split)
    rows = build.scan(what.table, list(dict.fromkeys((*what.key, *columns))))
    if any(name == split for name, _ in build.files(what.table)):
        rows = rows.filter(pl.col("file_split") == split)
    else:
        rows = rows.filter(pl.col(what.study).is_in(_studies(build, split).implode()))
    return rows.drop("file_split").unique(what.key, keep="first")


def rows_of(build: Build, what: Reviewable, wanted: Sequence[Key]) -> pl.DataFrame:
    """The rows of some items that are shown and judged, with all columns, in the table's order."""
    rows = build.scan(what.table).drop("file_split")
    kinds = {name: kind for name, kind in rows.collect_schema().items() if name in what.key}
    sought = pl.DataFrame([{name: key.get(name) for name in what.key} for key in wanted], schema=kinds, strict=False)
    first = what.key[0]
    rows = rows.filter(pl.col(first).is_in(sought[first].unique().implode()))
    found = rows.join(sought.lazy().unique(), on=what.key, how="semi").collect()
    return _best(found) if what.table == "rankings" else found.unique(what.key, keep="first", maintain_order=True)


def texts_of(build: Build, studies: pl.Series, *columns: str) -> pl.DataFrame:
    """id and `columns` of the corpus for some studies; no rows where the build has no corpus."""
    if not build.has("corpus"):
        return pl.DataFrame(schema=dict.fromkeys(("id", *columns), pl.String))
    rows = build.scan("corpus", ["id", *columns]).drop("file_split")
    return rows.filter(pl.col("id").is_in(studies.unique().implode())).unique("id", keep="first").collect()


def _best(rows: pl.DataFrame) -> pl.DataFrame:
    """The first candidates of each ranking and, to compare, the first of those drawn at random."""
    stratum = pl.col("stratum").cast(pl.String)
    best = rows.filter(stratum == "top").sort("query", "anatomy", "rank", "candidate")
    best = best.group_by("query", "anatomy", maintain_order=True).head(SHOWN_CANDIDATES)
    chance = rows.filter(stratum == "random").sort("query", "anatomy", "candidate")
    chance = chance.group_by("query", "anatomy", maintain_order=True).head(1)
    return pl.concat([best, chance.select(best.columns)]).sort("query", "anatomy", "rank", nulls_last=True)


def _studies(build: Build, split: str) -> pl.Series:
    rows = build.scan("corpus", ["id"]).filter(pl.col("file_split") == split)
    return rows.select("id").collect()["id"]


def _refuse_missing(build: Build, what: Reviewable, split: str) -> None:
    for table in what.reads:
        if not build.has(table):
            raise UsageError(f"{build.folder}: no rows in {table}, so there is nothing to review in {what.table}")
    splits = list(dict.fromkeys(name for name, _ in build.files(what.reads[0])))
    if split not in splits:
        raise UsageError(f"--split {split}: {build.folder} has {', '.join(splits)}")
