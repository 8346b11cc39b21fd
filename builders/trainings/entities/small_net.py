"""A small DeBERTa-v2 that starts from nothing: two layers, and a convolution that sees seven sub-words at once.

The convolution is what makes it learn from few texts: endings of words are told from their neighbours from the first
round on (`benchmarks/RESULTS.md`). DeBERTa keeps it off padding, so that what is found depends on a text alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from builders.trainings.entities.sub_words import SPECIAL, SubWords, learnt

_DEBERTA: Final[dict[str, Any]] = {
    "relative_attention": True,
    "position_biased_input": False,
    "pos_att_type": ["p2c", "c2p"],
    "share_att_key": True,
    "max_relative_positions": -1,
    "norm_rel_ebd": "layer_norm",
    "conv_act": "gelu",
    "type_vocab_size": 0,
    "max_position_embeddings": 512,
    "pad_token_id": SPECIAL.index("[PAD]"),
}
"""What makes it DeBERTa-v3's kind of attention: content and distance apart, and no positions added to the input."""


@dataclass(frozen=True)
class SmallNet:
    """`words`: sub-words at most; `reach`: of the convolution, in sub-words; `distances`: told apart by attention."""

    words: int = 3000
    width: int = 256
    layers: int = 2
    heads: int = 4
    reach: int = 7
    distances: int = 32
    dropout: float = 0.1

    def sub_words(self, texts: Sequence[str], finer: float) -> SubWords:
        """Learnt from these texts."""
        return learnt(texts, self.words, finer)

    def tokenizer(self, sub_words: SubWords) -> Any:
        """As `transformers` saves and loads it."""
        from transformers import PreTrainedTokenizerFast

        names = ("pad", "unk", "cls", "sep", "mask")
        marks = {f"{name}_token": mark for name, mark in zip(names, SPECIAL, strict=True)}
        return PreTrainedTokenizerFast(
            tokenizer_object=sub_words.whole, model_max_length=512, model_input_names=["input_ids", "attention_mask"],
            clean_up_tokenization_spaces=False, **marks,
        )  # fmt: skip

    def model(self, words: int, labels: Sequence[str]) -> Any:
        """With weights at random, of torch's dice."""
        from transformers import DebertaV2Config, DebertaV2ForTokenClassification

        own: dict[str, Any] = {
            "vocab_size": words,
            "hidden_size": self.width,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "intermediate_size": 4 * self.width,
            "hidden_dropout_prob": self.dropout,
            "attention_probs_dropout_prob": self.dropout,
            "conv_kernel_size": self.reach,
            "position_buckets": self.distances,
            "id2label": dict(enumerate(labels)),
            "label2id": {label: number for number, label in enumerate(labels)},
        }
        return DebertaV2ForTokenClassification(DebertaV2Config(**_DEBERTA, **own))
