"""BERTScore of a tiny model of random weights, beside the same worked out token by token."""

import pytest

from annotators.baselines.bertscore import BertScore
from tests.annotators.tokens.tiny import tiny_classifier

pytestmark = pytest.mark.heavy
TEXTS = ["No nodule in the left lung.", "Small nodule in the left lung.", "Pleural effusions.", "", "No effusion."]
OTHERS = ["No nodule in the left lung.", "No nodule.", "Small effusion in the lung.", "Nodule.", " "]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_classifier(tmp_path_factory.mktemp("bert"))


def by_hand(model: str, one: str, other: str) -> float:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, network = AutoTokenizer.from_pretrained(model), AutoModel.from_pretrained(model).eval()
    with torch.inference_mode():
        first, second = (network(**tokenizer(t, return_tensors="pt")).last_hidden_state[0] for t in (one, other))
    cosine = torch.nn.functional.cosine_similarity(first[:, None], second[None], dim=-1)
    precision, recall = cosine.max(1).values[1:-1].mean(), cosine.max(0).values[1:-1].mean()
    return float(2 * precision * recall / (precision + recall))


def test_it_is_what_the_definition_says(model: str) -> None:
    scores = BertScore(model).score(TEXTS, OTHERS)["bertscore"]
    assert (
        scores[:3] == [pytest.approx(by_hand(model, *pair), abs=1e-5) for pair in zip(TEXTS, OTHERS, strict=True)][:3]
    )
    assert scores[0] == pytest.approx(1, abs=1e-5) and scores[3:] == [0, None]


def test_signs_that_are_no_token_to_the_model_score_0_and_not_no_number(model: str) -> None:
    assert (
        BertScore(model).score(["\u200b", "Nodule.", "\u0000"], ["No nodule.", "\u200b", "\u200b"])["bertscore"]
        == [0] * 3
    )


def test_it_is_the_same_for_any_batch_and_cut_off_where_the_model_ends(model: str) -> None:
    texts, others = [*TEXTS, "No nodule. " * 40], [*OTHERS, "Small nodule. " * 40]
    wanted = BertScore(model).score(texts, others)["bertscore"]
    assert BertScore(model, batch=2).score(texts, others)["bertscore"] == pytest.approx(wanted, abs=1e-5)
    assert BertScore(model, layer=1).score(texts, others)["bertscore"][1] != wanted[1]
