"""Do the rankings agree with what others labelled, better than simpler rankings do?"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from qc.base import Check
from qc.build import Build
from qc.labels import Labelled, labelled
from schemas.anatomy import WHOLE_REPORT
from schemas.quality import Figure, Outcome, Verdict

TOP: Final = 10
MOST_QUERIES: Final = 2_000
"""Queries judged per split, drawn by a hash of their id; all of a smaller split."""

FEWEST_QUERIES: Final = 50
"""Below, the interval says more of the draw than of the rankings: a small build is warned of, not failed."""

DRAWS: Final = 1_000
OURS: Final = "rankings"


class Agreement(Check):
    """nDCG@10 of the whole report's rankings, gain = Jaccard of the label sets.

    Judged are queries with at least one present label. Copies of one text count once, as the copy with the
    smallest id; studies without labels are no candidates. Every method is judged on the same queries, and
    the difference has a paired bootstrap interval over queries.
    """

    name = "agreement"
    group = "Rankings"
    title = "Rankings agree with independent labels"
    reads = ("corpus", "rankings", "labels")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where the rankings are no better than chance, warn where TF-IDF does as well."""
        labels = labelled(build.scan("labels", ["study", "label_set", "label", "state", "origin"]))
        assert labels is not None, "reads says that there are labels"
        found = pl.concat([_split_scores(build, labels, split) for split in _splits(build)], how="diagonal")
        if not found.height:
            return self.outcome("warn", "no labelled study is ranked", advice="Labels name studies by other ids?")
        methods = [name for name in found.columns if name != "query"]
        means = {name: float(found[name].to_numpy().mean()) for name in methods}
        figures: dict[str, Figure] = {"queries": found.height, "labels": f"{labels.label_set} ({labels.origin})"}
        figures |= {f"ndcg_10_{name}": round(mean, 4) for name, mean in means.items()}
        told = ", ".join(f"{name} {means[name]:.3f}" for name in methods if name != OURS)
        summary = f"nDCG@10 {means[OURS]:.3f} over {found.height:,} queries" + (f"; {told}" if told else "")
        against = {name: _interval((found[OURS] - found[name]).to_numpy()) for name in methods if name != OURS}
        for name, (low, high) in against.items():
            figures |= {f"over_{name}_low": round(low, 4), f"over_{name}_high": round(high, 4)}
        if "tfidf" in against:
            summary += f"; {OURS} − tfidf in [{against['tfidf'][0]:.3f}, {against['tfidf'][1]:.3f}]"
        advice = "Look at the terms the lexicon misses: what the annotator does not see cannot be ranked."
        if found.height < FEWEST_QUERIES:
            advice = f"Fewer than {FEWEST_QUERIES} queries tell little; judge by a larger build."
        return self.outcome(_verdict(against, found.height), summary, advice=advice, figures=figures)


def _verdict(against: Mapping[str, tuple[float, float]], queries: int) -> Verdict:
    """By the lower ends of the intervals; without baselines there is nothing to be better than."""
    if "random" in against and against["random"][0] <= 0:
        return "fail" if queries >= FEWEST_QUERIES else "warn"
    return "pass" if "tfidf" in against and against["tfidf"][0] > 0 else "warn"


def _splits(build: Build) -> list[str]:
    return list(dict.fromkeys(split for split, _ in build.files("rankings")))


def _split_scores(build: Build, labels: Labelled, split: str) -> pl.DataFrame:
    """One row per judged query of a split: query and the nDCG@10 of every method."""
    studies = _texts(build, labels, split)
    texts = studies.unique("text", keep="first", maintain_order=True)
    asked = texts.filter(labels.has[texts["row"].to_numpy()].any(axis=1).tolist())
    asked = asked.sort(pl.col("id").hash(seed=7)).head(MOST_QUERIES).sort("id")
    if not asked.height:
        return pl.DataFrame(schema={"query": pl.String})
    gains = labels.jaccard(asked["row"].to_numpy(), texts["row"].to_numpy())
    gains[asked["text"].to_numpy()[:, None] == texts["text"].to_numpy()[None, :]] = 0
    best = -np.sort(-gains, axis=1)[:, :TOP] @ _discounts(min(TOP, gains.shape[1]))
    judged = pl.DataFrame({"query": asked["id"]})
    column_of = pl.Series(np.arange(texts.height))
    place = studies.join(texts.select("text", column=column_of), on="text", maintain_order="left")
    for method, run in _runs(build, split, asked["id"]).items():
        dcg = _dcg(run, place, asked, gains)
        judged = judged.with_columns(pl.Series(method, np.divide(dcg, best, out=np.zeros_like(dcg), where=best > 0)))
    return judged.filter((best > 0).tolist())


def _texts(build: Build, labels: Labelled, split: str) -> pl.DataFrame:
    """id, row (in the labels), text (number of its duplicate group) of the labelled studies of a split, by id."""
    rows = pl.DataFrame({"id": labels.studies, "row": np.arange(len(labels.studies))})
    corpus = build.scan("corpus", ["id", "dup_group"]).filter(pl.col("file_split") == split).unique("id", keep="first")
    found = corpus.collect().join(rows, on="id").sort("id")
    return found.select("id", "row", text=pl.col("dup_group").rank("dense").cast(pl.Int64))


def _runs(build: Build, split: str, queries: pl.Series) -> dict[str, pl.DataFrame]:
    """query, candidate, rank per method, for the queries asked."""
    wanted = pl.col("query").is_in(queries.implode())
    ours = build.scan("rankings", ["query", "anatomy", "candidate", "rank"])
    ours = ours.filter(pl.col("anatomy") == WHOLE_REPORT, pl.col("rank").is_not_null(), pl.col("file_split") == split)
    runs = {OURS: ours.filter(wanted).select("query", "candidate", "rank").collect()}
    if build.has("baselines"):
        others = build.scan("baselines", ["method", "query", "candidate", "rank"]).filter(wanted).collect()
        others = others.with_columns(pl.col("method").cast(pl.String))
        for method in ("tfidf", "random"):
            runs[method] = others.filter(pl.col("method") == method).drop("method")
    return runs


def _dcg(run: pl.DataFrame, place: pl.DataFrame, asked: pl.DataFrame, gains: np.ndarray) -> np.ndarray:
    """DCG@10 per query asked: unlabelled candidates and repeated texts skipped."""
    number = asked.select(query="id", line=pl.int_range(pl.len()))
    ranked = (
        run.join(number, on="query")
        .join(place.select(candidate="id", column="column"), on="candidate")
        .sort("line", "rank")
        .unique(["line", "column"], keep="first", maintain_order=True)
        .with_columns(position=pl.int_range(pl.len()).over("line"))
        .filter(pl.col("position") < TOP)
    )
    line, position = ranked["line"].to_numpy(), ranked["position"].to_numpy()
    worth = gains[line, ranked["column"].to_numpy()] * _discounts(TOP)[position]
    return np.bincount(line, weights=worth, minlength=asked.height).astype(gains.dtype)


def _discounts(n: int) -> np.ndarray:
    return (1 / np.log2(np.arange(n) + 2)).astype(np.float32)


def _interval(difference: np.ndarray) -> tuple[float, float]:
    """95 % percentile interval of the mean difference over resampled queries."""
    draws = np.random.default_rng(7)
    means = [difference[draws.integers(0, len(difference), len(difference))].mean() for _ in range(DRAWS)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
