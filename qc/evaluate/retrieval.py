"""Scores a retrieval run against a built dataset, for every anatomy, over all and over abnormal queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from pydantic import BaseModel

from qc.build import Build
from qc.evaluate.measures import CUTS, PerQuery, ideal_dcg, measure
from qc.evaluate.run_file import read_run
from qc.evaluate.standard import MEASURES, standard_measures
from schemas.anatomy import WHOLE_REPORT
from schemas.errors import UsageError
from schemas.grades import POSITIVE

NOTE: Final = (
    "Only the best candidates and samples of the others are stored: a retrieved candidate that is not among them "
    "counts 0 and is counted as unjudged. The query itself, its patient's other studies and copies of its text are "
    "taken out of the run first. Recall is a hit rate over evaluable queries, those with a candidate above 0.90; "
    "queries that the run leaves out count 0. Equal scores are ordered by candidate id, descending, as trec_eval does; "
    "`tied` is the expectation over their orders. Abnormal queries are those with an abnormal finding, mixed ones too."
)


class Scored(BaseModel):
    """One line of the result. `recall`, `ndcg` … are by k; `standard` by the name that ir-measures uses."""

    anatomy: str
    queries_of: str
    queries: int
    evaluable: int
    without_run: int
    cut_in_a_tie: int
    unjudged_at_10: float
    recall: dict[int, float]
    recall_tied: dict[int, float]
    ndcg: dict[int, float]
    ndcg_tied: dict[int, float]
    ndcg_evaluable: dict[int, float]
    standard: dict[str, float]


class Evaluation(BaseModel):
    """All lines, per anatomy for all and for abnormal queries, and what to know when reading them."""

    dataset: str
    manifest_sha256: str
    split: str
    run: str
    lines: list[Scored]
    note: str = NOTE


@dataclass(frozen=True)
class _Judged:
    """One anatomy of one split: queries in order, their judged candidates, and what is known of each query."""

    queries: pl.DataFrame
    pairs: pl.DataFrame


def evaluate_retrieval(build: Build, run: str, split: str, anatomies: Sequence[str] = ()) -> Evaluation:
    """Score a run (a file, or the name of a baseline) for the anatomies named, or for all that it has.

    Memory is bounded by the run and by the judgements of one anatomy. Raises `UsageError` where the run, the
    split or an anatomy does not fit the dataset.
    """
    listed = _allowed(read_run(run, build), build, split)
    ranked = set(build.scan("rankings", ["anatomy"]).select(pl.col("anatomy").unique()).collect()["anatomy"])
    chosen = list(anatomies) or sorted(set(listed["anatomy"]) & ranked, key=_whole_report_first)
    unknown = [anatomy for anatomy in chosen if anatomy not in ranked]
    if unknown or not chosen:
        raise UsageError(
            f"{run}: no queries for {', '.join(unknown) or 'any ranked anatomy'} in {build.folder} ({split})"
        )
    lines = []
    for anatomy in chosen:
        lines += _score(listed.filter(pl.col("anatomy") == anatomy), _judgements(build, split, anatomy), anatomy)
    manifest = build.manifest
    return Evaluation(
        dataset=manifest.dataset, manifest_sha256=build.manifest_sha256, split=split, run=run, lines=lines
    )


def _whole_report_first(anatomy: str) -> tuple[bool, str]:
    return anatomy != WHOLE_REPORT, anatomy


def _allowed(run: pl.DataFrame, build: Build, split: str) -> pl.DataFrame:
    """The run's queries of the split, without candidates that are none."""
    corpus = build.scan("corpus", ["id", "patient", "dup_group"]).filter(pl.col("file_split") == split).collect()
    if not corpus.height:
        raise UsageError(
            f"{build.folder} has no split {split!r}; it has {', '.join(build.manifest.table('corpus').splits)}"
        )
    query = corpus.select(query="id", patient="patient", text="dup_group")
    other = corpus.select(candidate="id", patient_other="patient", text_other="dup_group")
    run = run.join(query, on="query", maintain_order="left")
    if not run.height:
        raise UsageError(f"no query of the run is a study of {split}; queries are study ids such as {corpus['id'][0]}")
    run = run.join(other, on="candidate", how="left", maintain_order="left")
    barred = (pl.col("query") == pl.col("candidate")) | (pl.col("patient") == pl.col("patient_other"))
    barred |= pl.col("text") == pl.col("text_other")
    kept = run.filter(~barred.fill_null(False)).select("query", "anatomy", "candidate", "score")
    return kept.sort("query", "score", "candidate", descending=[False, True, True])


def _judgements(build: Build, split: str, anatomy: str) -> _Judged:
    rows = build.scan("rankings", ["query", "anatomy", "candidate", "score", "rank", "rank_max"])
    rows = rows.filter(pl.col("anatomy") == anatomy, pl.col("file_split") == split).collect()
    pairs = (
        rows.group_by("query", "candidate")
        .agg(gain=pl.col("score").max())
        .sort("query", "gain", descending=[False, True])
    )
    known = rows.group_by("query").agg(
        evaluable=(pl.col("score") > pl.lit(POSITIVE, pl.Float32)).any(),
        cut=pl.col("rank_max").max() > pl.col("rank").max(),
    )
    findings = build.scan("findings", ["study", "anatomy", "polarity"]).filter(pl.col("anatomy") == anatomy)
    polarity = findings.select(query="study", abnormal=pl.col("polarity").cast(pl.String) != "normal").collect()
    return _Judged(known.join(polarity, on="query", how="left").sort("query"), pairs)


def _score(listed: pl.DataFrame, judged: _Judged, anatomy: str) -> list[Scored]:
    """Lines for all and for abnormal queries."""
    queries = judged.queries.with_columns(line=pl.int_range(pl.len()))
    number = queries.select("query", "line")
    listed = listed.join(number, on="query").join(
        judged.pairs, on=["query", "candidate"], how="left", maintain_order="left"
    )
    known = listed.with_columns(pl.col("gain").fill_null(0)).sort("line", maintain_order=True)
    pairs = judged.pairs.join(number, on="query").sort("line", "gain", descending=[False, True])
    found = measure(known, ideal_dcg(pairs, queries.height))
    standard = standard_measures(listed.select("query", "candidate", "score"), judged.pairs, queries["query"])
    unjudged = _unjudged(listed, queries.height)
    everyone = np.ones(queries.height, bool)
    abnormal = queries["abnormal"].fill_null(False).to_numpy()
    return [
        _line(anatomy, name, chosen, queries, found, standard, unjudged)
        for name, chosen in (("all", everyone), ("abnormal", abnormal))
        if chosen.any()
    ]


def _unjudged(listed: pl.DataFrame, queries: int) -> np.ndarray:
    """Share of each query's first ten that the dataset does not score; not a number where it has no list."""
    near = listed.group_by("line", maintain_order=True).head(10)
    line, missing = near["line"].to_numpy(), near["gain"].is_null().to_numpy()
    counts = np.bincount(line, minlength=queries)
    with np.errstate(invalid="ignore"):
        return np.bincount(line, missing, minlength=queries) / counts


def _line(
    anatomy: str,
    name: str,
    chosen: np.ndarray,
    queries: pl.DataFrame,
    found: PerQuery,
    standard: pl.DataFrame,
    unjudged: np.ndarray,
) -> Scored:
    evaluable = chosen & queries["evaluable"].to_numpy()
    listed = ~np.isnan(unjudged)
    return Scored(
        anatomy=anatomy,
        queries_of=name,
        queries=int(chosen.sum()),
        evaluable=int(evaluable.sum()),
        without_run=int((chosen & ~listed).sum()),
        cut_in_a_tie=int((chosen & queries["cut"].fill_null(False).to_numpy()).sum()),
        unjudged_at_10=float(unjudged[chosen & listed].mean()) if (chosen & listed).any() else 0.0,
        recall=_by_cut(found.hit, evaluable),
        recall_tied=_by_cut(found.hit_tied, evaluable),
        ndcg=_by_cut(found.ndcg, chosen),
        ndcg_tied=_by_cut(found.ndcg_tied, chosen),
        ndcg_evaluable=_by_cut(found.ndcg, evaluable),
        standard={name: float(standard[name].to_numpy()[chosen].mean()) for name in MEASURES},
    )


def _by_cut(values: np.ndarray, chosen: np.ndarray) -> dict[int, float]:
    means = values[chosen].mean(axis=0) if chosen.any() else np.zeros(len(CUTS))
    return dict(zip(CUTS, means.tolist(), strict=True))
