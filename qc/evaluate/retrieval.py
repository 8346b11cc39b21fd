"""Scores a retrieval run against a built dataset, for every anatomy, over all and over abnormal queries."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from qc.build import Build
from qc.evaluate.judged import Judged, Scorer, judged, with_gains
from qc.evaluate.measures import CUTS, PerQuery, ideal_dcg, measure
from qc.evaluate.result import Evaluation, Scored, note
from qc.evaluate.run_file import read_run
from qc.evaluate.standard import IDEAL_OF, MEASURES, standard_measures
from qc.exclusions import same_patient
from schemas.anatomy import WHOLE_REPORT
from schemas.errors import UsageError


def evaluate_retrieval(
    build: Build, run: str, split: str, anatomies: Sequence[str] = (), scorer: Scorer | None = None
) -> Evaluation:
    """Score a run (a file, or the name of a baseline) for the anatomies named, or for all that it has.

    A baseline ranks studies whatever the anatomy: it is scored for the whole report unless anatomies are named.
    `scorer` judges what the dataset does not store; without it that counts 0. Memory is bounded by the run and by
    the judgements of one anatomy. Raises `UsageError` where the run, the split or an anatomy does not fit.
    """
    studies = _studies(build, split)
    listed = _allowed(read_run(run, build), studies, split, same_patient(build))
    baseline = bool(listed["anatomy"].is_null().all())
    lines = []
    for anatomy in _chosen(build, run, split, anatomies, [WHOLE_REPORT] if baseline else listed["anatomy"]):
        known = judged(build, split, anatomy, scorer)
        mine = listed.filter(pl.col("anatomy") == anatomy)
        if baseline:
            mine = listed.filter(pl.col("candidate").is_in(known.queries["query"].implode()))
        mine = mine.join(known.queries.select("query", "line"), on="query", maintain_order="left")
        lines += _score(with_gains(mine, known, studies["id"], split, anatomy, scorer), known, anatomy)
    exact = scorer is not None
    return Evaluation(
        dataset=build.manifest.dataset,
        manifest_sha256=build.manifest_sha256,
        split=split,
        run=run,
        exact=exact,
        lines=lines,
        note=note(build, lines, exact=exact, baseline=baseline),
    )


def _chosen(
    build: Build, run: str, split: str, anatomies: Sequence[str], listed: Sequence[str] | pl.Series
) -> list[str]:
    rows = build.scan("rankings", ["anatomy"]).filter(pl.col("file_split") == split)
    ranked = set(rows.select(pl.col("anatomy").unique()).collect()["anatomy"])
    chosen = list(anatomies) or sorted(set(listed) & ranked, key=lambda name: (name != WHOLE_REPORT, name))
    unknown = [anatomy for anatomy in chosen if anatomy not in ranked]
    if unknown or not chosen:
        raise UsageError(
            f"{run}: no queries for {', '.join(unknown) or 'any ranked anatomy'} in {build.folder} ({split})"
        )
    return chosen


def _studies(build: Build, split: str) -> pl.DataFrame:
    """id, patient, dup_group of the studies of a split."""
    studies = build.scan("corpus", ["id", "patient", "dup_group"]).filter(pl.col("file_split") == split).collect()
    if not studies.height:
        raise UsageError(
            f"{build.folder} has no split {split!r}; it has {', '.join(build.manifest.table('corpus').splits)}"
        )
    return studies


def _allowed(run: pl.DataFrame, studies: pl.DataFrame, split: str, same_patient: bool) -> pl.DataFrame:
    """The run's queries of the split, without candidates that are none."""
    query = studies.select(query="id", patient="patient", text="dup_group")
    other = studies.select(candidate="id", patient_other="patient", text_other="dup_group")
    run = run.join(query, on="query", maintain_order="left")
    if not run.height:
        raise UsageError(f"no query of the run is a study of {split}; queries are study ids such as {studies['id'][0]}")
    run = run.join(other, on="candidate", how="left", maintain_order="left")
    barred = (pl.col("query") == pl.col("candidate")) | (pl.col("text") == pl.col("text_other"))
    if not same_patient:
        barred |= pl.col("patient") == pl.col("patient_other")
    kept = run.filter(~barred.fill_null(False)).select("query", "anatomy", "candidate", "score")
    return kept.sort("query", "score", "candidate", descending=[False, True, True])


class _Found(NamedTuple):
    """What one anatomy's queries have reached; arrays per query, in their order."""

    measures: PerQuery
    standard: pl.DataFrame
    listed: np.ndarray
    unjudged: np.ndarray
    depth: int


def _score(listed: pl.DataFrame, known: Judged, anatomy: str) -> list[Scored]:
    """Lines for all and for abnormal queries; `listed`: query, line, candidate, score, gain."""
    queries = known.queries
    best = known.pairs.join(queries.select("query", "line"), on="query").sort("line", "gain", descending=[False, True])
    ordered = listed.with_columns(pl.col("gain").fill_null(0)).sort("line", maintain_order=True)
    pairs = pl.concat([known.pairs, listed.drop_nulls("gain").select("query", "candidate", "gain")])
    pairs = pairs.unique(["query", "candidate"], keep="first", maintain_order=True)
    found = _Found(
        measure(ordered, ideal_dcg(best, queries.height)),
        standard_measures(listed.select("query", "candidate", "score"), pairs, queries.select("query", "relevant")),
        np.bincount(listed["line"].to_numpy(), minlength=queries.height),
        _unjudged(listed, queries.height),
        known.depth,
    )
    everyone = np.ones(queries.height, bool)
    abnormal = queries["abnormal"].to_numpy()
    return [
        _line(anatomy, name, chosen, queries, found)
        for name, chosen in (("all", everyone), ("abnormal", abnormal))
        if chosen.any()
    ]


def _unjudged(listed: pl.DataFrame, queries: int) -> np.ndarray:
    """Share of each query's first ten that nobody scores; not a number where it has no list."""
    near = listed.group_by("line", maintain_order=True).head(10)
    line, missing = near["line"].to_numpy(), near["gain"].is_null().to_numpy()
    counts = np.bincount(line, minlength=queries)
    with np.errstate(invalid="ignore"):
        return np.bincount(line, missing, minlength=queries) / counts


def _line(anatomy: str, name: str, chosen: np.ndarray, queries: pl.DataFrame, found: _Found) -> Scored:
    evaluable = chosen & queries["evaluable"].to_numpy()
    listed = chosen & (found.listed > 0)
    measures = found.measures
    return Scored(
        anatomy=anatomy,
        queries_of=name,
        queries=int(chosen.sum()),
        evaluable=int(evaluable.sum()),
        without_run=int((chosen & ~listed).sum()),
        cut_in_a_tie=int((chosen & queries["cut"].to_numpy()).sum()),
        listed=_mean(found.listed, listed) or 0.0,
        unjudged_at_10=_mean(found.unjudged, listed) or 0.0,
        recall=_by_cut(measures.hit, evaluable),
        recall_tied=_by_cut(measures.hit_tied, evaluable),
        ndcg=_by_cut(measures.ndcg, chosen, found.depth),
        ndcg_tied=_by_cut(measures.ndcg_tied, chosen, found.depth),
        ndcg_evaluable=_by_cut(measures.ndcg, evaluable, found.depth),
        standard=_standard(found, chosen),
        standard_evaluable=_standard(found, evaluable),
    )


def _mean(values: np.ndarray, chosen: np.ndarray) -> float | None:
    return float(values[chosen].mean()) if chosen.any() else None


def _by_cut(values: np.ndarray, chosen: np.ndarray, deepest: int = max(CUTS)) -> dict[int, float | None]:
    """Means per cut; null where there is no query, and for cuts beyond the deepest."""
    return {k: _mean(values[:, i], chosen) if k <= deepest else None for i, k in enumerate(CUTS)}


def _standard(found: _Found, chosen: np.ndarray) -> dict[str, float | None]:
    known = [name for name in MEASURES if found.depth >= IDEAL_OF.get(name, 0)]
    return dict.fromkeys(MEASURES) | {name: _mean(found.standard[name].to_numpy(), chosen) for name in known}
