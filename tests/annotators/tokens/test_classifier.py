"""A real token classifier of random weights: what it finds in a text depends on nothing but the text."""

from pathlib import Path

import pytest

from annotators.tokens.classifier import TokenClassifier
from annotators.tokens.pieces import spans
from schemas.errors import MedmillError
from tests.annotators.tokens.tiny import LABELS, WORDS, tiny_classifier

pytestmark = pytest.mark.heavy
TEXTS = [
    " ".join(WORDS[5 + (number * step) % 11].removeprefix("##") for step in range(1 + number % 37)) + "." * (number % 2)
    for number in range(60)
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_classifier(tmp_path_factory.mktemp("bert"))


def test_spans_are_the_same_for_any_batch_size_and_order(model: str) -> None:
    found = TokenClassifier(model).annotate(TEXTS)
    assert sum(map(len, found)) > 100 and len({span.type for own in found for span in own}) >= 2
    for size in (1, 40, 500):
        assert TokenClassifier(model, batch_tokens=size).annotate(TEXTS) == found
    assert TokenClassifier(model).annotate(TEXTS[::-1]) == found[::-1]
    assert [TokenClassifier(model).annotate([text])[0] for text in TEXTS[:9]] == found[:9]


def test_labels_are_those_of_the_model(model: str) -> None:
    """Of a text that fits into one window, beside the model asked by hand."""
    import torch
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    text = "Small pleural effusions in the left lung. No nodule."
    given = AutoTokenizer.from_pretrained(model)(text, return_tensors="pt", return_offsets_mapping=True)
    offsets = given.pop("offset_mapping")[0][1:-1].tolist()
    with torch.inference_mode():
        best = AutoModelForTokenClassification.from_pretrained(model).eval()(**given).logits[0, 1:-1].argmax(-1)
    wanted = spans(text, offsets, [LABELS[number] for number in best])
    assert TokenClassifier(model).annotate([text]) == [wanted]
    assert TokenClassifier(model).labels == tuple(LABELS)


def test_a_text_longer_than_the_model_reads_is_read_to_its_end(model: str) -> None:
    text = "No nodule in the left lung. " * 40
    (found,) = TokenClassifier(model).annotate([text])
    assert found[-1].end > len(text) - 30
    assert all(text[span.start : span.end].strip() == text[span.start : span.end] for span in found)


def test_texts_without_words_have_no_entities(model: str) -> None:
    assert TokenClassifier(model).annotate(["", " \n", "nodule"])[:2] == [[], []]
    assert TokenClassifier(model).annotate([]) == []


def test_what_is_no_token_classifier_says_so(model: str, tmp_path: Path) -> None:
    with pytest.raises(MedmillError, match="no token classifier there"):
        TokenClassifier(str(tmp_path)).annotate(["nodule"])
    import shutil

    bare = tmp_path / "bare"
    shutil.copytree(model, bare)
    for path in bare.glob("*token*"):
        path.unlink()
    for path in bare.glob("*.txt"):
        path.unlink()
    with pytest.raises(MedmillError, match=r"no tokenizer there; copy tokenizer\.json"):
        TokenClassifier(str(bare)).annotate(["nodule"])


def test_labels_that_are_not_iob_are_refused(model: str, tmp_path: Path) -> None:
    import json
    import shutil

    shutil.copytree(model, tmp_path / "odd")
    config = json.loads((tmp_path / "odd/config.json").read_text())
    config["id2label"]["1"] = "ANATOMY"
    (tmp_path / "odd/config.json").write_text(json.dumps(config))
    with pytest.raises(MedmillError, match="are not IOB; expected O, B-… and I-…"):
        TokenClassifier(str(tmp_path / "odd")).annotate(["nodule"])
