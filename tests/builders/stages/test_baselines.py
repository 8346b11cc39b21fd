"""Baseline runs: the scores they claim, nobody who is no candidate, and nothing that depends on the order of rows."""

from random import Random

import numpy as np
import polars as pl
import pytest

from builders.stages.baselines import Baselines
from schemas.baselines import Baseline
from schemas.radiology import Label
from schemas.retrieval import Study

WORDS = ("clear", "effusion", "small", "left", "right", "nodule", "stable", "heart", "normal", "opacity", "tube", "rib")


@pytest.fixture(scope="module")
def corpus() -> pl.DataFrame:
    draw = Random(3)
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(3, 12))) for _ in range(120)]
    texts[7] = texts[3]
    rows = pl.DataFrame(
        {
            "id": [f"s{i:03}" for i in range(120)],
            "patient": [f"p{i // 2}" if i < 100 else None for i in range(120)],
            "split": ["train" if i < 80 else "validation" if i < 119 else "test" for i in range(120)],
            "text": texts,
            "dup_group": texts,
        }
    )
    blank = Study.create_empty()
    return pl.concat([blank, rows], how="diagonal_relaxed").cast({"split": blank.schema["split"]})


@pytest.fixture(scope="module")
def labels(corpus: pl.DataFrame) -> pl.DataFrame:
    said = corpus.filter(pl.col("id") != "s005").select(study="id", word=pl.col("text").str.split(" ")).explode("word")
    present = said.filter(pl.col("word").is_in(["effusion", "nodule", "opacity", "tube"])).unique()
    rows = present.select(
        "study", label_set=pl.lit("made"), label="word", state=pl.lit("present"), origin=pl.lit("people")
    )
    return rows.cast(dict(Label.create_empty().schema))


def test_rows_are_what_the_schema_says(corpus: pl.DataFrame, labels: pl.DataFrame) -> None:
    runs = Baselines(top=5)(corpus, labels)
    Baseline.validate(runs)
    assert set(runs["method"]) == {"random", "tfidf", "label_overlap"}
    assert runs.group_by("method", "query").len()["len"].max() == 5
    assert runs.filter(pl.col("rank") != pl.int_range(1, pl.len() + 1).over("method", "query")).is_empty()
    assert runs.filter(pl.col("score") > pl.col("score").shift(1).over("method", "query")).is_empty()


def test_nobody_meets_itself_its_patient_or_a_copy(corpus: pl.DataFrame, labels: pl.DataFrame) -> None:
    runs = Baselines(top=200)(corpus, labels)
    of = corpus.select("id", "patient", "dup_group", home="split")
    both = runs.join(of, left_on="query", right_on="id").join(of, left_on="candidate", right_on="id", suffix="_other")
    assert both.filter(pl.col("query") == pl.col("candidate")).is_empty()
    assert both.filter(pl.col("patient") == pl.col("patient_other")).is_empty()
    assert both.filter(pl.col("dup_group") == pl.col("dup_group_other")).is_empty()
    assert both.filter((pl.col("home") != pl.col("home_other")) | (pl.col("home") != pl.col("split"))).is_empty()


def test_studies_of_one_patient_meet_where_that_is_wanted(corpus: pl.DataFrame, labels: pl.DataFrame) -> None:
    runs = Baselines(top=200, same_patient=True)(corpus, labels)
    of = corpus.select("id", "patient", "dup_group")
    both = runs.join(of, left_on="query", right_on="id").join(of, left_on="candidate", right_on="id", suffix="_other")
    assert set(both.filter(pl.col("patient") == pl.col("patient_other"))["method"]) == set(runs["method"])
    assert both.filter(pl.col("dup_group") == pl.col("dup_group_other")).is_empty()


def test_tfidf_is_the_cosine_of_scikit_learns_vectors(corpus: pl.DataFrame) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    train = corpus.filter(pl.col("split") == "train")
    vectors = TfidfVectorizer().fit_transform(train["text"].to_list())
    cosine = (vectors @ vectors.T).toarray()
    runs = Baselines(top=200)(corpus).filter(pl.col("method") == "tfidf", pl.col("split") == "train")
    place = {study: i for i, study in enumerate(train["id"])}
    expected = [cosine[place[q], place[c]] for q, c in runs.select("query", "candidate").iter_rows()]
    assert np.allclose(runs["score"], expected, atol=1e-6)
    assert runs.height > 3000


def test_label_overlap_is_the_jaccard_of_present_labels(corpus: pl.DataFrame, labels: pl.DataFrame) -> None:
    sets = {study: set(rows["label"]) for (study,), rows in labels.group_by("study")}
    runs = Baselines(top=200)(corpus, labels).filter(pl.col("method") == "label_overlap")
    for query, candidate, score in runs.select("query", "candidate", "score").iter_rows():
        mine, other = sets[query], sets[candidate]
        assert score == pytest.approx(len(mine & other) / len(mine | other))
    assert "s005" not in set(runs["query"]) | set(runs["candidate"])


def test_equal_scores_do_not_follow_the_order_of_rows(corpus: pl.DataFrame, labels: pl.DataFrame) -> None:
    stage = Baselines(top=10)
    shuffled = corpus.sample(fraction=1, shuffle=True, seed=5)
    assert stage(shuffled, labels).equals(stage(corpus, labels))
    best = stage(corpus, labels).filter(pl.col("method") == "label_overlap", pl.col("score") == 1)
    ranks = best.group_by("candidate").len()["len"]
    assert ranks.max() < 30, "one candidate wins the ties of everybody"


def test_queries_of_a_large_split_are_drawn_by_their_id(corpus: pl.DataFrame) -> None:
    few, all_of_them = Baselines(top=5, most_queries=10)(corpus), Baselines(top=5)(corpus)
    assert few.filter(pl.col("split") == "train").group_by("method").agg(pl.col("query").n_unique())[
        "query"
    ].to_list() == [10, 10]
    assert few.join(all_of_them, on=few.columns, how="anti").is_empty()


def test_another_seed_draws_otherwise_and_the_same_seed_alike(corpus: pl.DataFrame) -> None:
    assert Baselines(seed="a")(corpus).equals(Baselines(seed="a")(corpus))
    assert not Baselines(seed="a")(corpus).equals(Baselines(seed="b")(corpus))


def test_an_empty_corpus_gives_no_rows(corpus: pl.DataFrame) -> None:
    assert Baselines()(corpus.head(0)).is_empty()
