"""A language model of random weights in the shape of Qwen2, with a tokenizer of our own words.

vLLM runs it like any other, so that everything but what it says is real.
"""

import random
from pathlib import Path

from annotators.llm.tasks.findings.task import FindingsTask

_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
_FINDINGS = ["nodule", "effusion", "pneumothorax", "opacity", "fracture", "consolidation", "mass", "scar"]
_PLACES = ["left lung", "right lung", "left upper lobe", "right lower lobe", "pleura", "heart", "mediastinum"]


def reports(count: int, seed: int = 0) -> list[str]:
    """Different ones."""
    chance = random.Random(seed)
    return [
        f"There is a {chance.choice(_FINDINGS)} of {number} mm in the {chance.choice(_PLACES)}. "
        f"No {chance.choice(_FINDINGS)} of the {chance.choice(_PLACES)}. Heart size is normal."
        for number in range(count)
    ]


def make(folder: Path, *, seed: int = 0, context: int = 4096) -> Path:
    """Write the model; `context`: tokens that it reads at most. Seconds."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    tokenizer = _tokenizer()
    config = Qwen2Config(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=context, tie_word_embeddings=True, bos_token_id=0,
        pad_token_id=0, eos_token_id=2,
    )  # fmt: skip
    torch.manual_seed(seed)
    tokenizer.save_pretrained(str(folder))
    Qwen2ForCausalLM(config).to(torch.bfloat16).save_pretrained(str(folder))
    return folder


def _tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    model = Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    model.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=2048, special_tokens=_SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    told = [message["content"] for message in FindingsTask().prompt.messages("")]
    model.train_from_iterator([*told, *reports(500, 1)], trainer)
    made = PreTrainedTokenizerFast(tokenizer_object=model, eos_token=_SPECIAL[2], pad_token=_SPECIAL[0])
    made.chat_template = _TEMPLATE
    return made
