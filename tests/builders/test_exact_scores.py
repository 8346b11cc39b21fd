"""Evaluation of a real build: what it does not store is scored, and equals what anybody would count over all pairs."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from annotators.ratescore import pairs
from annotators.ratescore.weights import load
from builders.api import build
from builders.commands.evaluate import retrieval
from builders.exact_scores import exact_scores
from qc.build import Build
from qc.evaluate.result import Scored
from qc.evaluate.retrieval import evaluate_retrieval
from schemas.anatomy import WHOLE_REPORT
from schemas.grades import POSITIVE
from schemas.words import RATE_TYPES

SETTINGS = {"top_k": "20", "sample": "2"}
POSITIVES_ARE_CUT = "some queries must have more positives than are stored, or this shows nothing"


@pytest.fixture(scope="module", params=[{}, {"same_patient": "true", "empty_score": "0.5"}], ids=["default", "other"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    out = tmp_path_factory.mktemp("made")
    sources = {"synthetic": "300"}
    build("mimic-ir", sources=sources, out=out, workers=0, settings=SETTINGS | dict(request.param))
    return Build.open(out)


def kept(made: Build, table: str) -> pl.DataFrame:
    return pl.read_parquet(made.folder / ".work" / f"{table}-*" / "rows" / "*.parquet")


@cache
def every_score(folder: Path, split: str, anatomy: str) -> dict[str, dict[str, float]]:
    """Of all candidates, best first, by the definition of the score; no kernel, no stored ranking in it."""
    made = Build.open(folder)
    cosine = np.load(next((made.folder / ".work").glob("similarity-*/rows/cosine.npy")))
    words = kept(made, "vocabulary").sort("entry")
    row = words["row"].to_numpy()
    kind = np.array([RATE_TYPES.index(name) for name in words["type"].cast(pl.String)])
    sets = kept(made, "sets").filter(pl.col("split") == split, pl.col("anatomy") == anatomy)
    sets = sets.with_columns(study=pl.col("id").str.split("/").list.first())
    studies = made.scan("corpus").select(study="id", who="patient", text="dup_group").collect()
    rows = sets.select("study", "entries").join(studies, on="study").sort("study").to_dicts()
    settings = made.manifest.settings
    same_patient, empty = settings["study_keys"]["same_patient"], settings["rankings"]["empty_score"]
    weights = load()
    found: dict[str, dict[str, float]] = {}
    for q in rows:
        a = np.array(q["entries"], int)
        found[q["study"]] = {}
        for c in rows:
            barred = c["text"] == q["text"] or (c["who"] == q["who"] and not same_patient)
            if barred or c is q:
                continue
            b = np.array(c["entries"], int)
            score = pairs.score(cosine[np.ix_(row[a], row[b])], kind[a], kind[b], weights, empty=empty)
            assert score is not None
            found[q["study"]][c["study"]] = score
    return {query: scores for query, scores in found.items() if scores}


def brute_force(
    run: dict[str, list[str]], scores: dict[str, dict[str, float]], cuts: tuple[int, ...]
) -> dict[str, float]:
    """R and NDCG at k, and AP, as they are defined."""
    recall, ndcg, ap = {k: [] for k in cuts}, {k: [] for k in cuts}, []
    for query, every in scores.items():
        gains = [max(every.get(candidate, 0), 0) for candidate in run.get(query, [])]
        ideal = sorted((max(score, 0) for score in every.values()), reverse=True)
        relevant = sum(score > POSITIVE for score in ideal)
        hits = [gain > POSITIVE for gain in gains]
        for k in cuts:
            ndcg[k].append(dcg(gains[:k]) / dcg(ideal[:k]) if dcg(ideal[:k]) else 0)
            if relevant:
                recall[k].append(any(hits[:k]))
        if relevant:
            ap.append(sum(sum(hits[: i + 1]) / (i + 1) for i, hit in enumerate(hits) if hit) / relevant)
    found = {f"R@{k}": float(np.mean(values)) for k, values in recall.items()}
    found |= {f"NDCG@{k}": float(np.mean(values)) for k, values in ndcg.items()}
    return found | {"AP": float(np.mean(ap)), "evaluable": len(ap), "queries": len(scores)}


def dcg(gains: list[float]) -> float:
    return sum(gain / np.log2(place + 2) for place, gain in enumerate(gains))


def told(line: Scored, cuts: tuple[int, ...]) -> dict[str, Any]:
    found = {f"R@{k}": line.recall[k] for k in cuts} | {f"NDCG@{k}": line.ndcg[k] for k in cuts}
    return found | {
        "AP": line.standard_evaluable["AP(rel=3)"],
        "evaluable": line.evaluable,
        "queries": line.queries,
    }


def lists_of(rows: pl.DataFrame, scores: dict[str, dict[str, float]]) -> dict[str, list[str]]:
    rows = rows.filter(pl.col("candidate").is_in(list(scores))).sort("score", "candidate", descending=True)
    return {str(query): part["candidate"].to_list() for (query,), part in rows.group_by("query", maintain_order=True)}


@pytest.mark.parametrize("method", ["random", "tfidf"])
@pytest.mark.parametrize(("split", "anatomy"), [("train", WHOLE_REPORT), ("train", "heart"), ("test", "lungs")])
def test_a_baseline_scores_as_over_all_pairs(made: Build, method: str, split: str, anatomy: str) -> None:
    """What was not stored counted 0: a random run had a sixth of its true NDCG."""
    cuts = (1, 3, 5, 10, 20)
    scores = every_score(made.folder, split, anatomy)
    rows = made.scan("baselines").filter(pl.col("method").cast(pl.String) == method, pl.col("file_split") == split)
    expected = brute_force(lists_of(rows.collect(), scores), scores, cuts)
    line = evaluate_retrieval(made, method, split, [anatomy], exact_scores(made)).lines[0]
    assert told(line, cuts) == pytest.approx(expected, abs=1e-5)
    assert line.unjudged_at_10 == 0
    if anatomy == "heart":
        most = max(sum(score > POSITIVE for score in every.values()) for every in scores.values())
        assert most > int(SETTINGS["top_k"]), POSITIVES_ARE_CUT


def test_a_run_of_everything_scores_as_over_all_pairs(made: Build, tmp_path: Path) -> None:
    """Itself, its copies and, by setting, its patient's studies are taken out of each list."""
    cuts = (1, 3, 5, 10, 20)
    scores = every_score(made.folder, "test", WHOLE_REPORT)
    ids = pl.Series(sorted(scores))
    rows = pl.DataFrame({"query": ids}).join(pl.DataFrame({"candidate": ids}), how="cross")
    rows = rows.with_columns(score=pl.Series(np.random.default_rng(1).random(rows.height)))
    rows.write_parquet(tmp_path / "run.parquet")
    lists = {query: [c for c in run if c in scores[query]] for query, run in lists_of(rows, scores).items()}
    line = evaluate_retrieval(made, str(tmp_path / "run.parquet"), "test", (), exact_scores(made)).lines[0]
    assert told(line, cuts) == pytest.approx(brute_force(lists, scores, cuts), abs=1e-5)


def test_computed_scores_are_those_that_are_stored(made: Build) -> None:
    scorer = exact_scores(made)
    assert scorer is not None
    for anatomy in (WHOLE_REPORT, "lungs", "heart", "left lung"):
        rows = made.scan("rankings").filter(pl.col("anatomy") == anatomy, pl.col("file_split") == "train").collect()
        assert rows.height
        assert (scorer.scores("train", anatomy, rows.select("query", "candidate")) == rows["score"]).all()


def test_a_study_without_findings_has_no_score(made: Build) -> None:
    scorer = exact_scores(made)
    assert scorer is not None
    query = made.scan("rankings").filter(pl.col("file_split") == "test").collect()["query"][0]
    asked = pl.DataFrame({"query": [query, query], "candidate": ["nobody", query]})
    assert scorer.scores("test", WHOLE_REPORT, asked).to_list() == [None, 1.0]


@pytest.fixture
def downloaded(made: Build, tmp_path: Path) -> Iterator[Build]:
    """The build as somebody else has it: without what is not published."""
    shutil.copytree(made.folder, tmp_path / "copy", ignore=shutil.ignore_patterns(".work"))
    yield Build.open(tmp_path / "copy")


def test_a_downloaded_build_is_evaluated_by_what_it_stores(
    made: Build, downloaded: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exact_scores(downloaded) is None
    assert retrieval("random", dataset=downloaded.folder) == 0
    assert "are not here" in capsys.readouterr().out
    exact = evaluate_retrieval(made, "random", "train", (), exact_scores(made)).lines[0]
    stored = evaluate_retrieval(downloaded, "random", "train").lines[0]
    assert stored.unjudged_at_10 > 0.3
    assert (stored.queries, stored.evaluable) == (exact.queries, exact.evaluable)
    assert (stored.ndcg[10] or 1) < (exact.ndcg[10] or 0)


@pytest.mark.parametrize("gone", ["sets-*/rows/*.parquet", "similarity-*/rows/cosine.npy"])
def test_half_a_work_folder_is_none(made: Build, tmp_path: Path, gone: str) -> None:
    shutil.copytree(made.folder, tmp_path / "copy")
    next((tmp_path / "copy" / ".work").glob(gone)).unlink()
    assert exact_scores(Build.open(tmp_path / "copy")) is None


def test_the_polarity_of_a_ranking_is_that_of_its_query(made: Build) -> None:
    said = made.scan("findings", ["study", "anatomy", "polarity"]).drop("file_split")
    rows = made.scan("rankings", ["query", "anatomy", "polarity"]).drop("file_split")
    both = rows.join(said, left_on=["query", "anatomy"], right_on=["study", "anatomy"], how="left").collect()
    assert both["polarity"].cast(pl.String).equals(both["polarity_right"].cast(pl.String))
    assert both["polarity"].n_unique() == 3
