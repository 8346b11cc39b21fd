"""Runs with known results: what RadIR's measures, their expectation over ties, and ir-measures must say."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.cli import run as medmill
from qc.build import Build
from qc.evaluate.measures import ideal_dcg, measure
from qc.evaluate.retrieval import Evaluation, Scored, evaluate_retrieval
from schemas.anatomy import WHOLE_REPORT, slug
from schemas.errors import UsageError


def perfect(good: Any, split: str = "test") -> pl.DataFrame:
    """The dataset's own ranking as a run."""
    rows = good.read("rankings").filter(pl.col("rank").is_not_null(), split=split)
    return rows.select("query", "anatomy", "candidate", score=pl.col("score") - pl.col("rank") * 1e-6)


def scored(good: Any, tmp_path: Path, rows: pl.DataFrame, split: str = "test", **more: Any) -> dict[str, Scored]:
    rows.write_parquet(tmp_path / "run.parquet")
    found = evaluate_retrieval(Build.open(good.folder), str(tmp_path / "run.parquet"), split, **more)
    return by_name(found)


def by_name(found: Evaluation) -> dict[str, Scored]:
    return {f"{line.anatomy}, {line.queries_of}": line for line in found.lines}


def test_the_datasets_own_ranking_is_perfect(good: Any, tmp_path: Path) -> None:
    lines = scored(good, tmp_path, perfect(good))
    assert {line.anatomy for line in lines.values()} == {WHOLE_REPORT, "lungs", "heart", "bones", "pleura", "thorax"}
    for line in lines.values():
        assert line.ndcg[10] == pytest.approx(1 if line.anatomy == WHOLE_REPORT else line.ndcg[1])
        assert set(line.recall.values()) == ({1.0} if line.evaluable else {None})
        assert line.standard_evaluable["AP(rel=3)"] == (pytest.approx(1) if line.evaluable else None)
        assert (line.without_run, line.unjudged_at_10) == (0, 0)


def test_evaluable_queries_are_those_with_a_candidate_above_the_bound(good: Any, tmp_path: Path) -> None:
    line = scored(good, tmp_path, perfect(good, "train"), "train")[f"{WHOLE_REPORT}, all"]
    rows = good.read("rankings").filter(split="train", anatomy=WHOLE_REPORT)
    assert line.queries == rows["query"].n_unique()
    assert line.evaluable == rows.filter(pl.col("score") > 0.9)["query"].n_unique()


def test_abnormal_queries_are_a_part_of_all(good: Any, tmp_path: Path) -> None:
    lines = scored(good, tmp_path, perfect(good, "train"), "train")
    findings = good.read("findings").filter(pl.col("polarity") != "normal", split="train", anatomy=WHOLE_REPORT)
    assert lines[f"{WHOLE_REPORT}, abnormal"].queries == findings.height < lines[f"{WHOLE_REPORT}, all"].queries


def test_unjudged_candidates_count_nothing_and_are_counted(good: Any, tmp_path: Path) -> None:
    ids = good.read("corpus").filter(split="train")["id"]
    rows = good.read("rankings").filter(split="train", anatomy=WHOLE_REPORT)
    judged = rows.select("query", "candidate")
    every = pl.DataFrame({"query": ids}).join(pl.DataFrame({"candidate": ids}), how="cross")
    unknown = every.join(judged, on=["query", "candidate"], how="anti").with_columns(score=pl.lit(1.0))
    line = scored(good, tmp_path, unknown, "train")[f"{WHOLE_REPORT}, all"]
    assert (line.unjudged_at_10, line.ndcg[10], line.recall[10]) == (1, 0, 0)


def test_a_query_the_run_leaves_out_counts_zero(good: Any, tmp_path: Path) -> None:
    rows = perfect(good, "train").filter(anatomy=WHOLE_REPORT)
    half = rows.filter(pl.col("query").is_in(rows["query"].unique().sort()[::2].implode()))
    whole, part = (scored(good, tmp_path, r, "train")[f"{WHOLE_REPORT}, all"] for r in (rows, half))
    assert part.queries == whole.queries
    assert part.without_run == whole.queries - half["query"].n_unique() > 0
    assert part.ndcg[10] < whole.ndcg[10]


def test_what_is_no_candidate_is_taken_out_before_counting(good: Any, tmp_path: Path) -> None:
    rows = perfect(good, "train").filter(anatomy=WHOLE_REPORT)
    patients = good.read("corpus").select("id", "patient")
    mates = patients.join(patients, on="patient").select(query="id", candidate="id_right")
    mates = mates.with_columns(anatomy=pl.lit(WHOLE_REPORT), score=pl.lit(9.0)).select(rows.columns)
    both = scored(good, tmp_path, pl.concat([rows, mates]), "train")
    assert both == scored(good, tmp_path, rows, "train")


def test_same_patients_studies_stay_in_the_run_where_the_build_has_them_as_candidates(
    good: Any, tmp_path: Path
) -> None:
    """They were taken out of the run, and stayed in the ideal."""
    rows = perfect(good, "train").filter(anatomy=WHOLE_REPORT)
    corpus = good.read("corpus").select("id", "patient", "dup_group")
    mates = corpus.join(corpus, on="patient").filter(
        pl.col("id") != pl.col("id_right"), pl.col("dup_group") != pl.col("dup_group_right")
    )
    mates = mates.select(query="id", candidate="id_right", anatomy=pl.lit(WHOLE_REPORT), score=pl.lit(9.0))
    run = pl.concat([rows, mates.select(rows.columns)])
    good.update(settings={"study_keys": {"same_patient": True}})
    with_mates = scored(good, tmp_path, run, "train")[f"{WHOLE_REPORT}, all"]
    assert with_mates.unjudged_at_10 > 0
    run.write_parquet(tmp_path / "run.parquet")
    found = evaluate_retrieval(Build.open(good.folder), str(tmp_path / "run.parquet"), "train")
    assert "patient's other studies" not in found.note


def test_a_trec_run_and_a_parquet_run_score_the_same(good: Any, tmp_path: Path) -> None:
    rows = perfect(good)
    expected = scored(good, tmp_path, rows)
    lines = (
        f"{query}/{slug(anatomy)} Q0 {candidate} 1 {score:.9f} tag\n"
        for query, anatomy, candidate, score in rows.sample(fraction=1, shuffle=True, seed=1).iter_rows()
    )
    (tmp_path / "run.txt").write_text("".join(lines), encoding="utf-8")
    found = evaluate_retrieval(Build.open(good.folder), str(tmp_path / "run.txt"), "test")
    assert by_name(found) == expected


def test_baselines_come_in_their_order(good: Any) -> None:
    ndcg = {
        name: evaluate_retrieval(Build.open(good.folder), name, "train").lines[0].ndcg[10]
        for name in ("random", "tfidf", "label_overlap")
    }
    assert ndcg["random"] < ndcg["tfidf"] < ndcg["label_overlap"] < 1


def test_a_baseline_is_scored_for_any_anatomy_over_what_is_ranked_there(good: Any) -> None:
    """It was all zeros, since baselines name no anatomy."""
    found = evaluate_retrieval(Build.open(good.folder), "tfidf", "train", ["lungs"])
    line = by_name(found)["lungs, all"]
    ranked = good.read("rankings").filter(split="train", anatomy="lungs")["query"].unique()
    rows = good.read("baselines").filter(pl.col("method") == "tfidf", pl.col("query").is_in(ranked.implode()))
    rows = rows.filter(pl.col("candidate").is_in(ranked.implode()))
    assert line.ndcg[10] and line.ndcg[10] > 0.1
    assert line.listed == pytest.approx(rows.height / rows["query"].n_unique())
    assert "cut to its best" in found.note


def test_an_anatomy_that_the_split_does_not_rank_is_refused(good: Any) -> None:
    good.edit("rankings", lambda rows: rows.filter(pl.col("anatomy") != "lungs"), "test")
    with pytest.raises(UsageError, match="no queries for lungs"):
        evaluate_retrieval(Build.open(good.folder), "tfidf", "test", ["lungs"])


def test_no_figure_is_given_where_there_is_nothing_to_average(good: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """R of no evaluable query was printed as 0.000."""
    good.edit("rankings", lambda rows: rows.with_columns(pl.col("score").clip(upper_bound=0.8)), "test")
    assert medmill(["evaluate", "retrieval", "tfidf", "--dataset", str(good.folder)]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(WHOLE_REPORT))
    assert row.split()[5:8] == ["0", "–", "–"]


def test_ndcg_stops_where_the_best_order_is_not_known_any_more(good: Any) -> None:
    """The build keeps 20 candidates per query, so an ideal of 50 would be that of 20."""
    line = evaluate_retrieval(Build.open(good.folder), "tfidf", "train").lines[0]
    assert [k for k, value in line.ndcg.items() if value is not None] == [1, 3, 5, 10, 20]
    assert None not in line.recall.values()
    good.update(settings={"rankings": {"top_k": 5}})
    line = evaluate_retrieval(Build.open(good.folder), "tfidf", "train").lines[0]
    assert line.standard["nDCG@10"] is None and line.standard["RR(rel=3)"]


def test_without_a_scorer_the_note_says_how_much_is_unjudged(good: Any) -> None:
    found = evaluate_retrieval(Build.open(good.folder), "random", "train")
    assert not found.exact
    assert f"{found.lines[0].unjudged_at_10:.0%} of the first ten places" in found.note


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("s1 Q0 s2 1\n", "line 1: expected `qid Q0 docid rank score tag`"),
        ("s018 Q0 s038 1 0.5 t\n\ns018 Q0 s038 1 high t\n", "line 3"),
        ("", "empty"),
        ("nobody Q0 s2 1 0.3 t\n", "no query of the run is a study of test"),
        ("s018 Q0 s038 1 nan t\n", "not a number"),
    ],
)
def test_a_run_that_does_not_fit_is_refused(good: Any, tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "run.txt").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        evaluate_retrieval(Build.open(good.folder), str(tmp_path / "run.txt"), "test")


def test_a_parquet_run_names_the_columns_it_lacks(good: Any, tmp_path: Path) -> None:
    pl.DataFrame({"query": ["s018"], "doc": ["s038"]}).write_parquet(tmp_path / "run.parquet")
    with pytest.raises(UsageError, match="no column candidate, score; found query, doc"):
        evaluate_retrieval(Build.open(good.folder), str(tmp_path / "run.parquet"), "test")


def test_the_command_prints_json_and_a_table(good: Any, capsys: pytest.CaptureFixture[str]) -> None:
    order = ["evaluate", "retrieval", "tfidf", "--dataset", str(good.folder), "--split", "train"]
    assert medmill([*order, "--json"]) == 0
    found = Evaluation.model_validate(json.loads(capsys.readouterr().out))
    assert medmill(order) == 0
    assert f"{found.lines[0].ndcg[10]:.3f}" in capsys.readouterr().out
    assert medmill([*order, "--anatomy", "knee"]) == 2
    assert "knee" in capsys.readouterr().err


gains = st.lists(st.sampled_from([0.0, 0.3, 0.95, 1.0]), min_size=1, max_size=5)


@settings(deadline=None)
@given(gains, st.lists(st.sampled_from([1.0, 2.0]), min_size=5, max_size=5))
def test_tied_measures_are_the_mean_over_all_orders_of_equals(gain: list[float], scores: list[float]) -> None:
    cuts = (1, 2, 3)
    rows = sorted(zip(scores[: len(gain)], gain, strict=True), key=lambda row: -row[0])
    ideal = ideal_dcg(frame([(0.0, g) for g in sorted(gain, reverse=True)]), 1, cuts)
    orders = [order for order in permutations(rows) if [s for s, _ in order] == [s for s, _ in rows]]
    plain = [measure(frame(list(order)), ideal, cuts) for order in orders]
    tied = measure(frame(rows), ideal, cuts)
    assert tied.ndcg_tied == pytest.approx(np.mean([found.ndcg for found in plain], axis=0))
    assert tied.hit_tied == pytest.approx(np.mean([found.hit for found in plain], axis=0))


def frame(rows: list[tuple[float, float]]) -> pl.DataFrame:
    score, gain = zip(*rows, strict=True)
    return pl.DataFrame({"line": [0] * len(rows), "score": score, "gain": gain})


def test_ndcg_is_linear_in_the_gain_with_a_logarithmic_discount() -> None:
    found = measure(frame([(3, 0.5), (2, 1.0)]), ideal_dcg(frame([(0, 1.0), (0, 0.5)]), 1, (2,)), (2,))
    assert found.ndcg[0, 0] == pytest.approx((0.5 + 1 / np.log2(3)) / (1 + 0.5 / np.log2(3)))


def test_a_positive_lies_above_the_bound_and_not_on_it() -> None:
    on, above = np.float32(0.9), np.nextafter(np.float32(0.9), np.float32(1))
    ideal = np.ones((1, 1))
    assert measure(frame([(1, float(on))]), ideal, (1,)).hit[0, 0] == 0
    assert measure(frame([(1, float(above))]), ideal, (1,)).hit[0, 0] == 1
