from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotators.ratescore import pairs
from annotators.ratescore.places import SCALE
from builders.stages.rank import Rank
from schemas.retrieval import STRATA, Ranking
from schemas.words import RATE_TYPES
from tests.builders.stages.ranked import rank_in_blocks, small_world

MASK = 2**64 - 1


def mix(x: int) -> int:
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def needs(folder: Path) -> dict[str, Path]:
    return {name: folder / name for name in ("vocabulary", "similarity", "studies")}


def brute_force(folder: Path, sets: pl.DataFrame) -> pl.DataFrame:
    """Every allowed pair with its score, in the order the rankings must have; nothing of the kernel in it."""
    cosine = np.load(folder / "similarity" / "cosine.npy")
    rows = sets.to_dicts()
    found = []
    for q in rows:
        for c in rows:
            if q is c or (q["patient"] >= 0 and q["patient"] == c["patient"]):
                continue
            a, b = np.array(q["entries"], int), np.array(c["entries"], int)
            n = len(RATE_TYPES)
            score = pairs.score(cosine[np.ix_(a // n, b // n)], a % n, b % n, empty=0.5)
            assert score is not None
            tie = mix(q["seed"] ^ mix(c["seed"])) >> 25
            found.append((q["id"].split("/")[0], c["id"].split("/")[0], round(score * SCALE), tie))
    schema = {"query": pl.String, "candidate": pl.String, "steps": pl.Int64, "tie": pl.UInt64}
    return pl.DataFrame(found, schema, orient="row").sort("query", "steps", "tie", descending=[False, True, True])


def steps_of(rankings: pl.DataFrame) -> pl.DataFrame:
    """query, candidate and the score in steps of the kernel, for the best."""
    steps = (pl.col("score").cast(pl.Float64) * SCALE).round().cast(pl.Int64)
    return rankings.filter(pl.col("stratum") == "top").select("query", "candidate", got=steps)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), studies=st.integers(2, 70), distinct=st.integers(1, 40), k=st.integers(1, 12))
def test_the_best_are_those_of_brute_force(
    seed: int, studies: int, distinct: int, k: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("world")
    sets = small_world(folder, seed, studies=studies, words=6, patients=20, distinct=distinct)
    everything = steps_of(rank_in_blocks(sets, needs(folder), Rank(top_k=studies, sample=1), rows=1000))
    expected = brute_force(folder, sets).join(everything, on=["query", "candidate"], how="full", coalesce=True)
    assert expected.select(((pl.col("steps") - pl.col("got")).abs() <= 1).all()).item()  # null where a pair is missing
    assert expected["got"].null_count() == expected["steps"].null_count() == 0
    expected = expected.sort("query", "got", "tie", descending=[False, True, True]).with_columns(
        rank=pl.int_range(1, pl.len() + 1).over("query"), n_tied=pl.len().over("query", "got")
    )
    expected = expected.with_columns(rank_min=pl.col("rank").min().over("query", "got"))
    expected = expected.filter(pl.col("rank") <= k)
    made = rank_in_blocks(sets, needs(folder), Rank(top_k=k, sample=3), rows=17)
    top = made.filter(pl.col("stratum") == "top").sort("query", "rank")
    assert steps_of(top).rows() == expected.select("query", "candidate", "got").rows()
    for name in ("rank", "n_tied", "rank_min"):
        assert top[name].to_list() == expected[name].to_list(), name
    assert (top["rank_max"] == top["rank_min"] + top["n_tied"] - 1).all()


@pytest.mark.parametrize("rows", [11, 1000])
def test_with_an_empty_score_a_study_of_which_nothing_is_scored_has_it_with_every_other(
    rows: int, tmp_path: Path
) -> None:
    sets = small_world(tmp_path, 4, studies=40, words=6, patients=0, distinct=30)
    empty = pl.Series("entries", [[]], sets.schema["entries"])
    sets = sets.with_columns(entries=pl.when(pl.col("number") % 5 == 0).then(empty).otherwise("entries"))
    sets = sets.with_columns(set_seed=pl.when(pl.col("entries").list.len() == 0).then(0).otherwise("set_seed"))
    made = steps_of(rank_in_blocks(sets, needs(tmp_path), Rank(top_k=40, sample=1, empty_score=0.5), rows))
    both = brute_force(tmp_path, sets).join(made, on=["query", "candidate"], how="full", coalesce=True)
    assert both.height == 40 * 39
    assert both.select(((pl.col("steps") - pl.col("got")).abs() <= 1).all()).item()
    of_empty = sets.filter(pl.col("entries").list.len() == 0)["id"].str.head(5).to_list()
    assert set(both.filter(pl.col("query").is_in(of_empty))["got"]) == {SCALE // 2}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_cut_into_blocks_changes_nothing(seed: int, tmp_path: Path) -> None:
    sets = small_world(tmp_path, seed, studies=150, words=8, patients=60, distinct=90)
    rank = Rank(top_k=9, sample=4)
    whole = rank_in_blocks(sets, needs(tmp_path), rank, rows=1000)
    for rows in (7, 32, 64, 149):
        assert rank_in_blocks(sets, needs(tmp_path), rank, rows).equals(whole)


def test_strata_hold_what_their_names_say(tmp_path: Path) -> None:
    sets = small_world(tmp_path, 5, studies=300, words=10, patients=200, distinct=250)
    made = rank_in_blocks(sets, needs(tmp_path), Rank(top_k=10, sample=5), rows=128)
    assert made.columns == Ranking.column_names()
    assert set(made["stratum"]) == set(STRATA)
    said = dict(sets.select(pl.col("id").str.head(5), "polarity").iter_rows())
    assert all(said[query] == polarity for query, polarity in made.select("query", "polarity").iter_rows())
    bounds = {"high": (0.75, 1.0), "middle": (0.5, 0.75), "low": (-1.0, 0.5)}
    best = made.filter(pl.col("stratum") == "top").select("query", "candidate")
    for stratum, (low, high) in bounds.items():
        rows = made.filter(pl.col("stratum") == stratum)
        assert rows["score"].min() >= low and rows["score"].max() <= high
        assert rows.join(best, on=["query", "candidate"]).is_empty()
        assert rows.group_by("query").len()["len"].max() <= 5
        assert rows["rank"].is_null().all()
    drawn = made.filter(pl.col("stratum") == "random")
    assert drawn.group_by("query").len()["len"].to_list() == [5] * 300


def test_no_study_is_a_candidate_of_its_patient_or_its_duplicates(tmp_path: Path) -> None:
    sets = small_world(tmp_path, 7, studies=80, words=5, patients=8, distinct=12).with_columns(
        group=pl.Series([i // 2 for i in range(80)], dtype=pl.Int32)
    )
    made = rank_in_blocks(sets, needs(tmp_path), Rank(top_k=20, sample=5), rows=30)
    facts = sets.select(pl.col("id").str.head(5), "patient", "group")
    both = made.join(facts, left_on="query", right_on="id").join(facts, left_on="candidate", right_on="id", suffix="_c")
    assert both.filter(pl.col("query") == pl.col("candidate")).is_empty()
    assert both.filter((pl.col("patient") == pl.col("patient_c")) & (pl.col("patient") >= 0)).is_empty()
    assert both.filter(pl.col("group") == pl.col("group_c")).is_empty()


def test_scores_are_symmetric_and_sides_are_compared(tmp_path: Path) -> None:
    sets = small_world(tmp_path, 11, studies=40, words=6, patients=0, distinct=30)
    made = rank_in_blocks(sets, needs(tmp_path), Rank(top_k=50, sample=1), rows=16).filter(pl.col("stratum") == "top")
    back = made.select(query="candidate", candidate="query", back="score")
    both = made.join(back, on=["query", "candidate"])
    assert both.height == 40 * 39 and (both["score"] == both["back"]).all()
    sides = dict(zip(sets["id"].str.head(5), sets["sides"], strict=True))
    for query, candidate, same in made.select("query", "candidate", "same_side").iter_rows():
        expected = None if not sides[query] | sides[candidate] else sides[query] == sides[candidate]
        assert same is expected
    assert made["same_change"].is_null().all()


def test_one_thousand_equal_studies_share_their_place_and_get_different_neighbours(tmp_path: Path) -> None:
    """Ties are ordered by a hash of both studies; ordered by id, all queries would list the same ones."""
    sets = small_world(tmp_path, 13, studies=1000, words=4, patients=0, distinct=1)
    top = rank_in_blocks(sets, needs(tmp_path), Rank(top_k=10, sample=1), rows=400).filter(pl.col("stratum") == "top")
    assert set(top["n_tied"]) == {999} and set(top["rank_min"]) == {1} and set(top["rank_max"]) == {999}
    assert top.group_by("candidate").len()["len"].max() < 40
