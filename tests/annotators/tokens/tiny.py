"""A token classifier of random weights that reads 24 tokens at once: what it finds means nothing."""

from pathlib import Path

LABELS = ["O", *(f"{mark}-{kind}" for kind in ("ANATOMY", "DISEASE", "ABNORMALITY") for mark in "BI")]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "nodule", "effusion", "pleural", "lung", "##s", "left", "no",
         ".", "in", "the", "small", "-", "##al", "##e", "n", "##o"]  # fmt: skip


def tiny_classifier(folder: Path) -> str:
    """Written to an empty folder; returns it."""
    import torch
    from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast  # pyright: ignore

    (folder / "words.txt").write_text("\n".join(WORDS))
    BertTokenizerFast(str(folder / "words.txt")).save_pretrained(folder)
    torch.manual_seed(4)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=24, id2label=dict(enumerate(LABELS)), initializer_range=0.6,
    )  # fmt: skip
    BertForTokenClassification(config).save_pretrained(folder)
    return str(folder)
