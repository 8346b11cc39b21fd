"""The standard measures, as `ir-measures` counts them, over integer grades."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from schemas.grades import POSITIVE, grade

AP: Final = "AP(rel=3)"
MEASURES: Final = ("nDCG@10", AP, "RR(rel=3)", "P(rel=3)@10", "Judged@10")
IDEAL_OF: Final = {"nDCG@10": 10}
"""How many of the best candidates must be known for a measure."""
_QUERIES_AT_ONCE: Final = 2_000


def standard_measures(listed: pl.DataFrame, judged: pl.DataFrame, queries: pl.DataFrame) -> pl.DataFrame:
    """query and one column per measure of `MEASURES`; a query without a list scores 0.

    `listed`: query, candidate, score. `judged`: query, candidate, gain (RaTEScore). `queries`: query and `relevant`,
    how many candidates are relevant, judged or not, since that is what AP divides by; null: as many as are judged.
    """
    import ir_measures

    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    found: dict[str, dict[str, float]] = {query: {} for query in queries["query"]}
    for part in _parts(queries["query"]):
        qrels = _nested(judged.filter(pl.col("query").is_in(part.implode())).with_columns(value=grade(pl.col("gain"))))
        run = _nested(listed.filter(pl.col("query").is_in(part.implode())).rename({"score": "value"}))
        for metric in ir_measures.iter_calc(measures, qrels, run) if run else ():
            found[metric.query_id][str(metric.measure)] = float(metric.value)
    rows = [{"query": query} | {name: values.get(name, 0.0) for name in MEASURES} for query, values in found.items()]
    made = pl.DataFrame(rows, schema={"query": pl.String} | dict.fromkeys(MEASURES, pl.Float64))
    return made.with_columns(pl.col(AP) * _judged_share(judged, queries))


def _judged_share(judged: pl.DataFrame, queries: pl.DataFrame) -> pl.Series:
    """Share of a query's relevant candidates that are judged, in the order of the queries."""
    counts = judged.group_by("query").agg(judged=(pl.col("gain") > pl.lit(POSITIVE, pl.Float32)).sum())
    both = queries.join(counts, on="query", how="left", maintain_order="left")
    share = pl.when(pl.col("relevant") > 0).then(pl.col("judged") / pl.col("relevant")).otherwise(1.0)
    return both.select(share.fill_null(1.0)).to_series()


def _parts(queries: pl.Series) -> Iterator[pl.Series]:
    for start in range(0, len(queries), _QUERIES_AT_ONCE):
        yield queries[start : start + _QUERIES_AT_ONCE]


def _nested(rows: pl.DataFrame) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for query, candidate, value in rows.select("query", "candidate", "value").iter_rows():
        found.setdefault(query, {})[candidate] = value
    return found
