"""Sub-words for a net that starts from nothing: learnt from the texts of training, and cut finer now and then.

Finer cuts teach a net what unknown words are made of (BPE-dropout, arXiv 1910.13267). There every cut is random; here a
word is cut by all merges or by the first third of them, since the library's dice take no seed.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

SPECIAL: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_INSIDE: Final = "##"
"""Stands before a sub-word that begins no word; spaces are not part of any, so that `x-ray` and `x - ray` are one."""
_FINER: Final = 3
"""One in so many merges makes up the finer cut: the first, which are the most frequent."""


@dataclass(frozen=True)
class SubWords:
    """`whole` and `finer`: tokenizers of one vocabulary. `share`: of words that are cut finer, 0 to 1."""

    whole: Any
    finer: Any
    share: float

    def __call__(self, texts: Sequence[str], dice: random.Random) -> Iterator[tuple[list[int], list[tuple[int, int]]]]:
        """Numbers and offsets of the tokens of each text, as the dice cut them."""
        both = (tokenizer.encode_batch(list(texts), add_special_tokens=False) for tokenizer in (self.whole, self.finer))
        for cuts in zip(*both, strict=True):
            ids, offsets = [], []
            for word in zip(*map(_words, cuts), strict=True):
                for number, place in word[dice.random() < self.share]:
                    ids.append(number)
                    offsets.append(place)
            yield ids, offsets


def _words(cut: Any) -> list[list[tuple[int, tuple[int, int]]]]:
    """Tokens with their offsets, word by word."""
    found: list[list[tuple[int, tuple[int, int]]]] = []
    before = None
    for number, place, word in zip(cut.ids, cut.offsets, cut.word_ids, strict=True):
        if word != before:
            found.append([])
        found[-1].append((number, place))
        before = word
    return found


def learnt(texts: Sequence[str], size: int, share: float) -> SubWords:
    """At most `size` sub-words of these texts, special ones and letters included; the same for the same texts."""
    from tokenizers.models import BPE
    from tokenizers.trainers import BpeTrainer

    # letters within words get their numbers here: the library gives them in an order that differs on every run
    inner = [_INSIDE + letter for letter in sorted(set("".join(texts)) - set(" \t\n"))]
    trainer = BpeTrainer(
        vocab_size=size,
        min_frequency=2,
        special_tokens=[*SPECIAL, *inner],
        continuing_subword_prefix=_INSIDE,
        show_progress=False,
    )
    draft = _tokenizer(BPE(unk_token="[UNK]", continuing_subword_prefix=_INSIDE))
    draft.train_from_iterator(texts, trainer)
    model = json.loads(draft.to_str())["model"]
    merges = [(left, right) for left, right in model["merges"]]
    whole, finer = (
        _tokenizer(BPE(model["vocab"], held, unk_token="[UNK]", continuing_subword_prefix=_INSIDE))
        for held in (merges, merges[: len(merges) // _FINER])
    )
    return SubWords(whole, finer, share)


def _tokenizer(model: Any) -> Any:
    from tokenizers import Tokenizer
    from tokenizers.normalizers import NFC
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing

    made = Tokenizer(model)
    made.normalizer, made.pre_tokenizer = NFC(), BertPreTokenizer()
    around = [(mark, SPECIAL.index(mark)) for mark in ("[CLS]", "[SEP]")]
    made.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=around)
    made.add_special_tokens(list(SPECIAL))
    return made
