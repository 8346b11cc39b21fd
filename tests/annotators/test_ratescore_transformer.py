from pathlib import Path

import numpy as np
import pytest

from annotators.ratescore.embedders import embedder

pytestmark = pytest.mark.heavy
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "nodule", "effusion", "pleural", "lung", "##s")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A BERT of random weights, with a tokenizer of five words."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    (folder / "words.txt").write_text("\n".join(WORDS))
    BertTokenizerFast(str(folder / "words.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(WORDS), **small)).save_pretrained(folder)
    return str(folder)


def test_a_vector_is_the_first_state_of_its_term_whatever_stands_beside_it(model: str) -> None:
    from transformers import AutoModel, AutoTokenizer

    terms = ["pleural effusion", "nodule", "nodule", "lung nodules"]
    vectors = embedder(f"transformers:{model}").embed(terms)
    assert vectors.shape == (4, 32) and vectors.dtype == np.float32
    assert (vectors[1] == vectors[2]).all()
    inputs = AutoTokenizer.from_pretrained(model)("lung nodules", return_tensors="pt")
    state = AutoModel.from_pretrained(model).eval()(**inputs).last_hidden_state[0, 0].detach().numpy()
    assert np.allclose(vectors[3], state / np.linalg.norm(state), atol=1e-5)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_long_terms_are_cut_after_thirty_tokens(model: str) -> None:
    vectors = embedder(f"transformers:{model}").embed(["nodule " * 28, "nodule " * 40])
    assert np.allclose(vectors[0], vectors[1], atol=1e-6)


def test_no_terms_have_no_vectors(model: str, tmp_path: Path) -> None:
    assert len(embedder(f"transformers:{model}").embed([])) == 0
