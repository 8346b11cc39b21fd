"""The metric from texts: its properties, its explanations, and the definition it is held to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from annotators.ratescore import pairs
from annotators.ratescore.lexical import Lexical
from annotators.ratescore.mentions import Mention, Told
from annotators.ratescore.metric import RateScore
from annotators.ratescore.recognizers import recognizer
from annotators.ratescore.scored_pairs import ScoredPairs
from annotators.ratescore.weights import load
from annotators.rules import Findings
from schemas.errors import UsageError
from schemas.words import RATE_TYPES

REPORTS = (
    "Small left pleural effusion. The heart is enlarged.",
    "No pleural effusion. Heart size is normal.",
    "Nodule in the right upper lobe. It measures 5 mm.",
    "No pneumothorax. Possible pneumonia in the left lower lobe.",
    "Clear lungs.",
)


@dataclass(frozen=True)
class Written:
    """A recognizer for tests: `word/type` in a sentence is an entity; counts what it reads."""

    counted: list[str] = field(default_factory=list, compare=False)
    fingerprint: str = "written"

    def told(self, sentences: list[str], which: list[int], numbers: list[int]) -> list[Told]:
        return [(sentence, "") for sentence in sentences]

    def read(self, told: Sequence[Told]) -> list[list[Mention]]:
        self.counted.extend(sentence for sentence, _ in told)
        return [self._mentions(sentence) for sentence, _ in told]

    @staticmethod
    def _mentions(sentence: str) -> list[Mention]:
        found, start = [], 0
        for part in sentence.split(" "):
            word, _, kind = part.partition("/")
            if kind:
                found.append(Mention(start, start + len(word), int(kind.rstrip(".")), word))
            start += len(part) + 1
        return found


@dataclass(frozen=True)
class Drawn:
    """An embedder for tests: a vector of nine numbers from the hash of a word; cosines may be negative."""

    counted: list[str] = field(default_factory=list, compare=False)
    fingerprint: str = "drawn"

    def embed(self, terms: list[str]) -> np.ndarray:
        self.counted.extend(terms)
        seeds = [int.from_bytes(sha256(term.encode()).digest()[:8]) for term in terms]
        rows = np.array([np.random.default_rng(seed).standard_normal(9) for seed in seeds], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def written(mentions: Sequence[tuple[int, int]]) -> str:
    return " ".join(f"word{word}/{kind}" for word, kind in mentions)


ENTITIES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), max_size=6)
PAIRS = st.lists(st.tuples(ENTITIES, ENTITIES), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(
    given_=st.lists(st.tuples(ENTITIES, ENTITIES), min_size=1, max_size=8), weights=st.sampled_from(["long", "short"])
)
def test_pairs_score_as_the_definition_says(given_: list, weights: str) -> None:
    metric = RateScore(Written(), Drawn(), weights)  # pyright: ignore[reportArgumentType]
    got = metric.score([written(a) for a, _ in given_], [written(b) for _, b in given_]).scores
    vectors = Drawn().embed([f"word{i}" for i in range(7)]).astype(np.float64)
    cosine = vectors @ vectors.T
    for (a, b), row in zip(given_, got.iter_rows(named=True), strict=True):
        (words_a, types_a), (words_b, types_b) = (np.array(side, np.int64).reshape(-1, 2).T for side in (a, b))
        w = load(weights)  # pyright: ignore[reportArgumentType]
        own = cosine[np.ix_(words_a, words_b)]
        expected = pairs.score(own, types_a, types_b, w)  # pyright: ignore[reportArgumentType]
        if expected is None:
            assert row["score"] is row["precision"] is row["recall"] is None
            continue
        assert row["precision"] == pytest.approx(pairs.directed(own, types_a, types_b, w), abs=2e-6)  # pyright: ignore
        assert row["recall"] == pytest.approx(pairs.directed(own.T, types_b, types_a, w), abs=2e-6)  # pyright: ignore
        if abs(row["precision"] + row["recall"]) > 0.05:  # near 0 the harmonic mean has a pole
            assert row["score"] == pytest.approx(expected, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(given_=PAIRS, data=st.data())
def test_order_of_sides_and_of_pairs_changes_nothing(given_: list, data: st.DataObject) -> None:
    ours, theirs = [written(a) for a, _ in given_], [written(b) for _, b in given_]
    metric = RateScore(Written(), Drawn())
    scores = metric.score(ours, theirs).scores
    turned = metric.score(theirs, ours).scores
    assert scores["score"].to_list() == turned["score"].to_list()
    assert scores["precision"].to_list() == turned["recall"].to_list()
    order = data.draw(st.permutations(range(len(ours))))
    shuffled = metric.score([ours[i] for i in order], [theirs[i] for i in order]).scores
    assert shuffled["score"].to_list() == [scores["score"][i] for i in order]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=6, unique_by=lambda one: one[0]))
@settings(max_examples=40, deadline=None)
def test_a_report_scores_one_with_itself_where_no_word_has_two_types(mentions: list) -> None:
    score = RateScore(Written(), Drawn()).score([written(mentions)], [written(mentions)]).scores["score"][0]
    assert score == pytest.approx(1, abs=1e-9)


def test_a_word_with_two_polarities_is_matched_with_the_first() -> None:
    both = "nodule/1 nodule/3"
    scored = RateScore(Written(), Drawn()).score([both], [both])
    assert scored.matches["match_type"].to_list() == ["Abnormality"] * 4
    assert 0.8 < scored.scores["score"][0] < 1


def test_entities_said_twice_count_twice() -> None:
    metric = RateScore(Written(), Drawn())
    once, twice = metric.score(["a/1 b/2", "a/1 a/1 b/2"], ["a/1 c/2", "a/1 c/2"]).scores["precision"]
    assert once != pytest.approx(twice, abs=1e-3)


def test_empty_reports_do_not_shift_the_pairs_behind_them() -> None:
    """In the package a report without a sentence vanishes, and every later pair is scored with another's report."""
    ours, theirs = ["a/1", "", "   ", "plain words", "b/2 c/1"], ["a/1", "b/2", "", "a/1", "b/2"]
    metric = RateScore(Written(), Drawn())
    scores = metric.score(ours, theirs).scores
    alone = metric.score(ours[-1:], theirs[-1:]).scores
    assert scores["score"].to_list() == [1, None, None, None, alone["score"][0]]
    assert scores["candidate_entities"].to_list() == [1, 0, 0, 0, 2]
    published = RateScore(Written(), Drawn(), empty=0.5).score(ours, theirs).scores
    assert published["score"].to_list() == [1, 0.5, 0.5, 0.5, alone["score"][0]]
    assert published["precision"].to_list() == scores["precision"].to_list()


def test_reports_without_any_entity_have_no_scores() -> None:
    scored = RateScore(Written(), Drawn()).score(["", "words"], ["words", ""])
    assert scored.scores["score"].to_list() == [None, None]
    assert scored.matches.is_empty()
    assert RateScore().score([], []).scores.is_empty()


def test_lists_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="1 candidates and 2 references"):
        RateScore().score(["a"], ["a", "b"])


def recomputed(scored: ScoredPairs) -> list[float | None]:
    """Scores from the explanations alone."""
    gain = (pl.col("weight") * pl.col("penalty") * pl.col("cosine")).sum() / pl.col("weight").sum()
    sides = scored.matches.drop_nulls("match").group_by("pair", "direction").agg(gain.alias("covered"))
    means = sides.group_by("pair").agg((2 * pl.col("covered").product() / pl.col("covered").sum()).alias("score"))
    rows = scored.scores.select("pair").join(means, on="pair", how="left", maintain_order="left")
    return rows["score"].to_list()


def test_explanations_say_what_was_matched_and_give_the_score() -> None:
    scored = RateScore().score(REPORTS, REPORTS[1:] + REPORTS[:1])
    assert recomputed(scored) == pytest.approx(scored.scores["score"].to_list(), abs=1e-9)
    matches = scored.matches
    first = matches.row(0, named=True)
    assert (first["pair"], first["direction"]) == (0, "precision")
    assert (first["entity"], first["type"]) == ("pleural effusion", "Abnormality")
    assert (first["match"], first["match_type"], first["cosine"]) == ("pleural effusion", "Non-Abnormality", 1)
    assert first["weight"] == load().affinity[RATE_TYPES.index("Abnormality"), RATE_TYPES.index("Non-Abnormality")]
    assert first["penalty"] == pytest.approx(0.8716553966489615)
    for row in matches.iter_rows(named=True):
        own, other = REPORTS[row["pair"]], REPORTS[(row["pair"] + 1) % len(REPORTS)]
        own, other = (own, other) if row["direction"] == "precision" else (other, own)
        assert own[row["start"] : row["end"]] == row["entity"]
        assert other[row["match_start"] : row["match_end"]] == row["match"]


def test_rules_find_here_what_they_find_when_they_annotate() -> None:
    """A sentence that speaks of the one before it is told both."""
    texts = [*REPORTS, "There is a nodule. This has resolved. This is unchanged."]
    frame = pl.DataFrame({"report": [f"{i}" for i in range(len(texts))], "text": texts})
    frame = frame.with_columns(section=pl.lit("text"), section_index=pl.lit(0, pl.Int32))
    entities = Findings().annotate(frame)
    matches = RateScore().score(texts, [REPORTS[0]] * len(texts)).matches.filter(direction="precision")
    type_ = pl.col("type").cast(pl.String)
    ours = matches.select(pl.col("pair").cast(pl.String).alias("report"), "start", "end", type_)
    expected = entities.select("report", pl.col("start", "end").cast(pl.Int64), type_)
    assert_frame_equal(ours, expected)


def test_given_sentences_are_taken_as_they_are() -> None:
    metric = RateScore(Written(), Drawn())
    given_ = metric.score_sentences([["a/1. b/2", "c/3"], []], [["a/1"], ["b/2"]])
    assert given_.scores["candidate_entities"].to_list() == [3, 0]
    assert given_.matches["start"].to_list()[:3] == [0, 5, 9]


def test_nothing_is_read_or_embedded_twice() -> None:
    recognise, embed = Written(), Drawn()
    metric = RateScore(recognise, embed)
    metric.score(["a/1\n\nb/2", "a/1"], ["b/2", "a/1\n\nc/3"])
    metric.score(["c/3"], ["a/1\n\nd/1"])
    assert sorted(recognise.counted) == sorted(set(recognise.counted)) and len(recognise.counted) == 4
    assert sorted(embed.counted) == sorted(set(embed.counted))


def test_a_second_run_finds_everything_in_the_cache(tmp_path: Path) -> None:
    ours, theirs = list(REPORTS), [*REPORTS[1:], "An unseen mass."]
    first = RateScore(cache=tmp_path / "cache")
    scores = first.score(ours, theirs).scores
    assert first.entities.asked > 5 and first.vectors.asked > 5
    second = RateScore(cache=tmp_path / "cache")
    assert_frame_equal(second.score(ours, theirs).scores, scores)
    assert (second.entities.asked, second.vectors.asked) == (0, 0)
    assert_frame_equal(RateScore().score(ours, theirs).scores, scores)


def test_the_cache_is_its_owners_and_another_setting_does_not_use_it(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    RateScore(cache=folder).score(REPORTS[:1], REPORTS[1:2])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    other = RateScore(embedder=Lexical(dimension=256), cache=folder)
    other.score(REPORTS[:1], REPORTS[1:2])
    assert other.entities.asked == 0 and other.vectors.asked > 0


def test_a_damaged_file_of_the_cache_is_made_anew(tmp_path: Path) -> None:
    scores = RateScore(cache=tmp_path).score(REPORTS[:2], REPORTS[2:4]).scores
    for path in tmp_path.glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-40])
    again = RateScore(cache=tmp_path)
    assert_frame_equal(again.score(REPORTS[:2], REPORTS[2:4]).scores, scores)
    assert again.entities.asked > 0 and again.vectors.asked > 0


@pytest.mark.parametrize("name", ["", "rule", "transformers:", "spacy", "rules:x"])
def test_an_unknown_recognizer_names_the_choices(name: str) -> None:
    with pytest.raises(UsageError, match="expected rules, transformers:<folder or Hub id> or spacy:<folder>"):
        recognizer(name)


def test_only_labels_of_tokens_have_a_published_decoder() -> None:
    with pytest.raises(UsageError, match="published decoder reads labels of tokens"):
        recognizer("rules", decoder="published")


def test_a_pipeline_of_spacy_finds_entities_too(tmp_path: Path) -> None:
    import spacy

    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    kinds = {"nodule": "ABNORMALITY", "left lung": "ANATOMY"}
    ruler.add_patterns([{"label": label, "pattern": words} for words, label in kinds.items()])  # pyright: ignore
    nlp.to_disk(tmp_path / "pipeline")
    metric = RateScore(recognizer(f"spacy:{tmp_path / 'pipeline'}"))
    scored = metric.score(["A nodule in the left lung."], ["A nodule."])
    assert scored.matches["type"].to_list() == ["Abnormality", "Anatomy", "Abnormality"]
    assert scored.matches["entity"].to_list() == ["nodule", "left lung", "nodule"]
