"""Recognisers read sentences that stand alone, and their spans lie side by side."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.llm.weights import identity as weights_of_engine
from annotators.recognizers.by_rules import ByRules
from annotators.recognizers.choose import recognizer
from annotators.recognizers.recognizer import Labelled, flat
from builders.provenance import fingerprint
from builders.stages.ner.read_sentences import ReadSentences
from schemas.errors import UsageError

SENTENCES = (
    "Mild cardiomegaly with left and right pleural effusions.",
    "The heart is not enlarged.",
    "No focal consolidation, pleural effusion or pneumothorax.",
    "Contrast was given.",
)

drawn = st.lists(st.builds(lambda a, n, t: Labelled(a, a + n, t), st.integers(0, 20), st.integers(1, 9),
                           st.sampled_from(["Anatomy", "Disease"])))  # fmt: skip


@given(drawn)
def test_flat_keeps_the_longest_and_nothing_over_another(spans: list[Labelled]) -> None:
    kept = flat(spans)
    assert set(kept) <= set(spans) and kept == sorted(kept)
    assert all(one.end <= other.start for one, other in itertools.pairwise(kept))
    for span in spans:
        over = [k for k in kept if k.start < span.end and span.start < k.end]
        assert any(k.end - k.start >= span.end - span.start for k in over), "only a longer one drives it out"
    assert flat(reversed(spans)) == kept


def test_rules_follow_the_guideline() -> None:
    read = ByRules().read(SENTENCES)
    said = [[(s[start:end], kind) for start, end, kind in found] for s, found in zip(SENTENCES, read, strict=True)]
    assert said == [
        [("cardiomegaly", "Abnormality"), ("pleural effusions", "Abnormality")],
        [("heart", "Anatomy"), ("enlarged", "Non-Abnormality")],
        [(word, "Non-Abnormality") for word in ("focal consolidation", "pleural effusion", "pneumothorax")],
        [],
    ]


def test_what_is_read_of_a_sentence_does_not_depend_on_its_neighbours() -> None:
    whole = ByRules().read(SENTENCES)
    assert [ByRules().read([sentence])[0] for sentence in SENTENCES] == whole
    assert ByRules().read(SENTENCES[::-1]) == whole[::-1]


@pytest.mark.parametrize("name", ["rule", "rules:x", "llm", "transformers", ""])
def test_an_unknown_annotator_names_the_choices(name: str) -> None:
    with pytest.raises(UsageError, match="rules, transformers:FOLDER"):
        recognizer(name)


def test_an_llm_needs_a_folder_for_its_answers_and_an_address() -> None:
    with pytest.raises(UsageError, match="--set answers=FOLDER"):
        recognizer("llm:m@http://127.0.0.1:1/v1")
    with pytest.raises(UsageError, match="MODEL@URL"):
        recognizer("llm:my-model", answers="answers")


@pytest.mark.parametrize("kind", ["transformers", "spacy", "vllm"])
def test_another_model_in_the_same_folder_is_another_voter(kind: str, tmp_path: Path) -> None:
    """A build took the votes of the model that had lain there before."""

    def mark() -> str:
        weights_of_engine.cache_clear()  # one process goes on with what it loaded; a build is another
        return fingerprint(ReadSentences(recognizer(f"{kind}:{tmp_path / 'model'}", answers=str(tmp_path / "answers"))))

    (tmp_path / "model").mkdir()
    weights = tmp_path / "model" / "model.safetensors"
    for name in ("config.json", "config.cfg", "tokenizer.json"):
        (tmp_path / "model" / name).write_text("{}", encoding="utf-8")
    weights.write_bytes(b"one")
    before = mark()
    assert mark() == before
    weights.write_bytes(b"two")
    assert mark() != before
