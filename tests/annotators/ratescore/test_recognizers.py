"""A token classifier as recognizer: its own words, or bug by bug what the package's decoder makes of its labels."""

from pathlib import Path

import pytest

from annotators.ratescore.metric import RateScore
from annotators.ratescore.published import published_spans
from annotators.ratescore.recognizers import Tokens, recognizer
from annotators.tokens.classifier import TokenClassifier
from schemas.errors import MedmillError
from tests.annotators.tokens.tiny import tiny_classifier

WORDS = ["[CLS]", "a", "b", "c", "[SEP]"]
TEXTS = (
    "small nodule in the left lung.",
    "no pleural effusion",
    "nodules",
    "the nodule in the small left pleural effusion",
)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("O B-X I-X O O", [(1, 2, "X")]),
        ("O B-X B-X O O", [(1, 1, "X"), (2, 2, "X")]),
        ("O I-X I-X O O", []),  # an I- without its B- is dropped
        ("O B-X I-Y O O", [(1, 2, "X")]),  # the type of B- wins
        ("O O O B-X I-X", [(3, 3, "X")]),  # the mark behind the sentence goes on with it
        ("O B-X B-X I-X I-X", [(1, 1, "X")]),
        ("O B-X B-Y B-Y I-Y", [(1, 1, "X"), (2, 2, "Y")]),  # … which loses it beside another
        ("O B-X I-X B-Y I-Y", [(1, 2, "X")]),
        ("O B-X I-X B-Y B-Y", [(1, 2, "X"), (3, 3, "Y")]),
        ("O I-X B-Y O O", [(2, 2, "Y")]),
        ("O B-X I-X I-X I-X", [(1, 3, "X")]),
    ],
)
def test_the_published_decoder_keeps_its_losses(labels: str, expected: list[tuple[int, int, str]]) -> None:
    """Expected is what `RaTEScore.utils.post_process` of the package 0.6.0 answered."""
    assert published_spans(WORDS, labels.split()) == expected


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_classifier(tmp_path_factory.mktemp("classifier"))


@pytest.mark.heavy
def test_entities_of_a_classifier_are_those_it_annotates(model: str) -> None:
    found = recognizer(f"transformers:{model}").read([(text, "") for text in TEXTS])
    spans = TokenClassifier(model).annotate(TEXTS)
    assert any(found)
    assert [[(m.start, m.end) for m in own] for own in found] == [[(s.start, s.end) for s in own] for own in spans]
    for text, own in zip(TEXTS, found, strict=True):
        assert [text[m.start : m.end] for m in own] == [m.words for m in own]


@pytest.mark.heavy
def test_published_entities_are_decoded_from_sub_words_and_what_stands_around_them(model: str) -> None:
    import torch
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    found = recognizer(f"transformers:{model}", decoder="published").read([(text, "") for text in TEXTS])
    tokenizer = AutoTokenizer.from_pretrained(model)
    net = AutoModelForTokenClassification.from_pretrained(model).eval()
    for text, own in zip(TEXTS, found, strict=True):
        inputs = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            labels = [net.config.id2label[i] for i in net(**inputs).logits.argmax(-1)[0].tolist()]
        tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
        expected = published_spans(tokens, labels)
        assert [m.words for m in own] == [tokenizer.convert_tokens_to_string(tokens[a : b + 1]) for a, b, _ in expected]
    assert any(found)


@pytest.mark.heavy
def test_a_second_run_with_a_cache_loads_no_model(model: str, tmp_path: Path) -> None:
    texts = list(TEXTS)
    first = RateScore(recognizer(f"transformers:{model}"), cache=tmp_path)
    scores = first.score(texts, texts[::-1]).scores
    assert first.entities.asked == len(texts)
    second = RateScore(recognizer(f"transformers:{model}"), cache=tmp_path)
    assert second.score(texts, texts[::-1]).scores.equals(scores)
    assert second.entities.asked == 0
    assert isinstance(second.recognizer, Tokens)
    assert "_loaded" not in vars(second.recognizer.classifier)


@pytest.mark.heavy
def test_a_changed_model_is_asked_again(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    folder = tiny_classifier(tmp_path / "model")
    before = recognizer(f"transformers:{folder}").fingerprint
    (Path(folder) / "config.json").write_text((Path(folder) / "config.json").read_text() + "\n")
    assert recognizer(f"transformers:{folder}").fingerprint != before


@pytest.mark.heavy
def test_labels_that_are_not_rates_are_refused(tmp_path: Path) -> None:
    folder = Path(tiny_classifier(tmp_path))
    config = folder / "config.json"
    config.write_text(config.read_text().replace("-ANATOMY", "-CHEMICAL"))
    with pytest.raises(MedmillError, match="label CHEMICAL is no type of RaTEScore; expected ANATOMY"):
        recognizer(f"transformers:{folder}").read([("nodule", "")])


@pytest.mark.parametrize("name", ["transformers:nowhere/at-all", "spacy:nowhere"])
@pytest.mark.heavy
def test_a_model_that_is_not_there_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # read once, when it is imported
    with pytest.raises(MedmillError, match="nowhere"):
        recognizer(name).read([("nodule", "")])
